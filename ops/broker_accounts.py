"""The accounts of the services on the broker: what RabbitMQ imports, made from the topologies of this version."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from ops.system import SERVICES
from shared.messaging import Names, Topology
from shared.messaging.accounts import Rights, account_name, definitions, rights_of

ASKING = ("gateway",)
"""The services that may send requests: what a person asks for comes in there."""


def rights(namespace: str) -> list[Rights]:
    """Return what each service of a namespace may do."""
    return [rights_of(topology_of(service), Names(namespace), asks=service in ASKING) for service in SERVICES]


def broker_definitions(namespace: str, passwords: Mapping[str, str]) -> dict[str, Any]:
    """Return the accounts of a namespace as RabbitMQ imports them; ``passwords`` has one for each service.

    RabbitMQ adds them to what it has; an account that is there gets these rights and this password.
    """
    by_account = {account_name(namespace, service): passwords[service] for service in SERVICES}
    return definitions(rights(namespace), by_account)


def service_url(amqp_url: str, namespace: str, service: str, password: str) -> str:
    """Return the broker's address with the account of a service in place of the one in ``amqp_url``."""
    parts = urlsplit(amqp_url)
    address = parts.netloc.rpartition("@")[2]
    account = account_name(namespace, service)
    return urlunsplit(parts._replace(netloc=f"{account}:{quote(password, safe='')}@{address}"))


def topology_of(service: str) -> Topology:
    """Return what a service handles and emits."""
    topology: Topology = import_module(f"services.{service}.topology").TOPOLOGY
    return topology
