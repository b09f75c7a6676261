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


_LONG = ("tests/chaos/", "tests/e2e/", "tests/integration/simulation/", "tests/integration/invoice/")
"""What starts whole systems, and takes longest: begun first, so that no process is left alone with it in the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Bring the long tests to the front."""
    items.sort(key=lambda item: next((place for place, folder in enumerate(_LONG) if folder in item.nodeid), len(_LONG)))


class _Groups(LoadScopeScheduling):  # type: ignore[misc] # xdist has no types
    """Keeps in one process the tests of a file, and those of several that share a broker of their own."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file.startswith("tests/chaos/"):
            return "chaos"
        return "bus on RabbitMQ 4" if file.startswith("tests/bus/") and "[rabbitmq-4" in nodeid else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Share tests among processes (``-n``) by groups, in the order in which they were found."""
    config.option.loadscopereorder = False
    return _Groups(config, log)
