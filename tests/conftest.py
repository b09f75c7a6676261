"""Fixtures for every test."""

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
