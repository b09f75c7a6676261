"""Which brokers the queue arguments and semantics were measured on; others are refused at start."""

import re
from collections.abc import Mapping
from typing import Any

from shared.messaging.errors import UnsupportedBroker

OLDEST = (3, 10)
"""Quorum queues with message TTL and at-least-once dead-lettering came with RabbitMQ 3.10."""

FIRST_UNKNOWN = (5, 0)


def check_broker(server_properties: Mapping[str, Any]) -> str:
    """Return the broker's version. Raises :class:`UnsupportedBroker` when it is not RabbitMQ 3.10 to 4.x.

    It reads the properties that the broker sends when a connection opens, so no management plugin is needed.
    """
    product = _text(server_properties.get("product"))
    version = _text(server_properties.get("version"))
    match = re.match(r"(\d+)\.(\d+)", version)
    if product != "RabbitMQ" or match is None:
        raise UnsupportedBroker(f"the broker is {product or 'unknown'} {version}; RabbitMQ 3.10 to 4.x is needed")
    found = (int(match[1]), int(match[2]))
    if not OLDEST <= found < FIRST_UNKNOWN:
        raise UnsupportedBroker(f"the broker is RabbitMQ {version}; 3.10 to 4.x is needed")
    return version


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes | bytearray) else str(value or "")
