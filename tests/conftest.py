"""Fixtures for every test, and which tests one process runs where several share the work."""

import pytest
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


_ONE_AFTER_ANOTHER = {
    "tests/chaos/": "chaos",
    "tests/e2e/": "systems",
    "tests/integration/simulation/test_bench.py": "chaos",
    "tests/integration/runtime/test_three_brokers.py": "chaos",
}
"""Where whole systems are started, which need all cores, and the group of it: a group runs in one process, so that two
systems run at a time and no more. They are begun first, because they take longest."""


def _group(nodeid: str) -> str | None:
    return next((group for place, group in _ONE_AFTER_ANOTHER.items() if nodeid.startswith(place)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the tests that take longest to the front."""
    items.sort(key=lambda item: _group(item.nodeid) is None)


class _Groups(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Keeps in one process the tests of a file, and those of several that need much, or share a broker of their own."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/bus/") and "[rabbitmq-4" in nodeid:
            return "bus on RabbitMQ 4"
        return _group(nodeid) or file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share tests among processes (``-n``) by groups, in the order in which they were found."""
    config.option.loadscopereorder = False
    return _Groups(config, log)
