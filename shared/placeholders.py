"""Settings that only a developer's machine may have: addresses that lead nowhere, and well-known secrets.

What a setting is, its annotation names: ``Annotated[str, PublicAddress()]`` or
``Annotated[SecretStr, Credentials()]``. Outside development a service does not start with such a value, and names it.
Pure.
"""

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, SecretStr


class Environment(StrEnum):
    """Whose machine a system runs on."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Marks an address that stands on paper, in QR codes and in SMS: customers must reach it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Marks an address that holds a password."""


_NOWHERE = ("example", "invalid", "test", "localhost", "local", "localdomain", "internal", "home.arpa", "lan")
"""Ends of names that lead nowhere outside one network (RFC 2606, 6761, 6762, 8375)."""
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_EXAMPLES = ("example.com", "example.org", "example.net")
_KNOWN_SECRET = re.compile(
    r"(development|dev|test|demo|example|default|secret|password|passwd|pass|admin|administrator|root|guest|postgres"
    r"|rabbitmq|thungan|changeme|change-me|change_me|123456\d*)([-_](customer|billing|receipt|notify|gateway|broker|admin|migration))?",
    re.IGNORECASE,
)


def placeholders_in(settings: BaseModel) -> Iterator[tuple[str, str]]:
    """Yield the name of each setting that has a value of a developer's machine, and what is wrong with it."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not isinstance(text, str) or not text:
            continue
        for mark in field.metadata:
            fault = None
            if isinstance(mark, PublicAddress):
                fault = address_fault(text)
            if isinstance(mark, Credentials):
                fault = credentials_fault(text)
            if fault is not None:
                yield name, fault


def address_fault(url: str) -> str | None:
    """Return why customers cannot reach an address; None when they may."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        known = (*_NOWHERE, *_EXAMPLES)
        # Browsers read 127.1 and 0x7f.0.0.1 as addresses: no name ends in a number.
        is_name = "." in host and not _NUMBER.fullmatch(host.rpartition(".")[2])
        if is_name and host not in known and not any(host.endswith(f".{end}") for end in known):
            return None
    else:
        if address.is_global:
            return None
    return f"customers cannot reach {host or 'it'}; receipts and SMS send them there"


def credentials_fault(url: str) -> str | None:
    """Return why the password in an address protects nothing; None when it may, or when there is none to check."""
    parts = urlsplit(url)
    if parts.scheme in {"amqp", "amqps"} and parts.username is None:
        return "without an account the broker's default one is used, whose password is well known"
    return secret_fault(unquote(parts.password or ""), unquote(parts.username or "")) if parts.password else None


def secret_fault(secret: str, account: str = "") -> str | None:
    """Return why a password protects nothing; None when it may."""
    if _KNOWN_SECRET.fullmatch(secret) or (account and secret == account):
        return "the password is well known"
    return None
