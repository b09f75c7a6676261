"""One account on the broker for each service, and what it may do there: pure, so that it can be tested.

RabbitMQ asks for three rights, each a pattern of names: *configure* (declare, delete), *write* (publish, bind a queue)
and *read* (consume, bind to an exchange). On the exchange of events, rights on routing keys come on top: only billing
publishes ``payment.recorded``, and a service binds its queue to nothing but what it consumes.

No service may write to the default exchange, which leads into any queue. So what a service forwards (a retry, a dead
letter) goes through an exchange of its own, an answer through the exchange of answers; and queues that dead-letter
through the default exchange are declared by the migration, with an account that may do everything in its namespace.
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.messaging.topology import Names, Topology

NOTHING = "^$"
"""A pattern that fits no name (RabbitMQ's own for it)."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one account may do in a virtual host; every member is a regular expression."""

    account: str
    configure: str
    write: str
    read: str
    events_exchange: str
    emits: str
    """Routing keys of events that it may publish."""

    consumes: str
    """Routing keys of events that its queue may be bound to."""


def account_name(namespace: str, service: str) -> str:
    """Return the name of a service's account on the broker."""
    return f"{namespace}-{service}"


def rights_of(topology: Topology, names: Names, *, asks: bool) -> Rights:
    """Return the rights that a service needs, and no more; ``asks``: it may send requests to others."""
    namespace = re.escape(names.namespace)
    own = rf"{namespace}\.{re.escape(topology.service)}\..*"
    # Every bus has a queue of answers; its name is secret, so nobody can bind another queue to an answer.
    write, read = [own], [own, re.escape(names.replies)]
    if topology.emits:
        write.append(re.escape(names.events))
    if topology.consumes:
        read.append(re.escape(names.events))
    if topology.requests:
        write.append(re.escape(names.replies))
        read.append(re.escape(names.requests))
    if asks:
        write.append(re.escape(names.requests))
    return Rights(
        account=account_name(names.namespace, topology.service),
        configure=_any_of([own]),
        write=_any_of(write),
        read=_any_of(read),
        events_exchange=names.events,
        emits=_any_of(re.escape(event.routing_key()) for event in topology.emits),
        consumes=_any_of(re.escape(event.routing_key()) for event in topology.consumes),
    )


def definitions(rights: Iterable[Rights], passwords: Mapping[str, str], *, vhost: str = "/") -> dict[str, Any]:
    """Return what RabbitMQ imports (``load_definitions``, ``rabbitmqctl import_definitions``): accounts and rights.

    ``passwords`` has the password of every account by the account's name.
    """
    all_rights = list(rights)
    return {
        "vhosts": [{"name": vhost}],
        "users": [user(one.account, passwords[one.account]) for one in all_rights],
        "permissions": [
            {"user": one.account, "vhost": vhost, "configure": one.configure, "write": one.write, "read": one.read}
            for one in all_rights
        ],
        "topic_permissions": [
            {
                "user": one.account,
                "vhost": vhost,
                "exchange": one.events_exchange,
                "write": one.emits,
                "read": one.consumes,
            }
            for one in all_rights
        ],
    }


def user(name: str, password: str, *, tags: Sequence[str] = ()) -> dict[str, Any]:
    """Return an account as RabbitMQ imports it."""
    return {
        "name": name,
        "password_hash": _hashed(password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": list(tags),
        "limits": {},
    }


def _any_of(patterns: Iterable[str]) -> str:
    found = list(patterns)
    return f"^({'|'.join(found)})$" if found else NOTHING


def _hashed(password: str) -> str:
    """Return the hash as RabbitMQ keeps it: four random bytes of salt, then SHA-256 over salt and password."""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
