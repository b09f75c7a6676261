"""Fixtures for every test, and which tests one process runs where several share the work."""

import os

import pytest
import structlog
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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

# Tracebacks with the values of all variables cost more than the tests that log them.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
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


_WHOLE_SYSTEMS = (
    "tests/chaos/",
    "tests/e2e/",
    "tests/integration/simulation/test_bench.py",
    "tests/integration/runtime/test_three_brokers.py",
)
"""Where whole systems are started. They are begun first, because they take longest."""
_FEW_CORES = (os.cpu_count() or 1) <= 2
"""One whole system needs two cores: there they run one after another, and beside them what waits for a broker."""


def _starts_a_system(item: pytest.Item) -> bool:
    return item.nodeid.startswith(_WHOLE_SYSTEMS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests that take longest to the front."""
    items.sort(key=_starts_a_system, reverse=True)


class _Groups(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Keeps in one process the tests of a file, and those of several that need much, or share a broker of their own."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/bus/") and "[rabbitmq-4" in nodeid:
            return "bus on RabbitMQ 4"
        if _FEW_CORES and nodeid.startswith(_WHOLE_SYSTEMS):
            return "whole systems"
        return "chaos" if file.startswith("tests/chaos/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share tests among processes (``-n``) by groups, in the order in which they were found."""
    config.option.loadscopereorder = False
    return _Groups(config, log)
