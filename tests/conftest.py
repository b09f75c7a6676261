"""Fixtures for every test."""

from hypothesis import HealthCheck, settings

from shared.testing.fixtures import (
    amqp_url,
    broker,
    broker_connection,
    bus_for,
    database,
    databases,
    namespace,
    pool_for,
    postgres_url,
    settings_for,
    used_queues,
    used_services,
)

# A busy machine is not a failure.
settings.register_profile("thungan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("thungan")

__all__ = [
    "amqp_url",
    "broker",
    "broker_connection",
    "bus_for",
    "database",
    "databases",
    "namespace",
    "pool_for",
    "postgres_url",
    "settings_for",
    "used_queues",
    "used_services",
]
