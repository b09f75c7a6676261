"""The running system, as the environment names it.

``THUNGAN_NAMESPACE`` chooses the system (``thungan`` when it is not set); ``THUNGAN_AMQP_URL``,
``THUNGAN_<SERVICE>_DATABASE_URL``, ``THUNGAN_GATEWAY_URL`` and ``THUNGAN_<SERVICE>_HTTP_URL`` are its addresses; those
with a password may be in files (``shared/secret_files.py``). An HTTP address may be several, one for each copy of the
service, with commas between them. The folders of services on this machine are ``THUNGAN_SMS_FOLDER``,
``THUNGAN_RECEIPT_KEYS_FOLDER``, ``THUNGAN_RECEIPT_WITNESS_FOLDER`` and ``THUNGAN_INVOICE_KEY_FOLDER``, with the
services' own defaults.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ops.console import fail
from shared.contracts.invoice import INVOICE_PATH
from shared.misconfigured import Misconfigured
from shared.secret_files import address_in

SERVICES = ("customer", "billing", "receipt", "invoice", "notify", "gateway")
DEFAULT_NAMESPACE = "thungan"


@dataclass(frozen=True)
class RunningSystem:
    """Addresses of a running system; each is looked up when it is asked for, so that a command needs only its own."""

    namespace: str
    environment: Mapping[str, str]

    @property
    def amqp_url(self) -> str:
        """URL of the broker."""
        return self._address("THUNGAN_AMQP_URL")

    def database_url(self, service: str) -> str:
        """URL of a service's database."""
        return self._address(database_variable(service))

    def require(self, services: Iterable[str]) -> None:
        """End the command unless the addresses of the broker and of these services' databases are known."""
        for name in ("THUNGAN_AMQP_URL", *map(database_variable, services)):
            self._address(name)

    def http_urls(self) -> dict[str, str]:
        """HTTP address of every copy that is known: ``billing``, or ``billing-0`` and so on where there are several."""
        known: dict[str, str] = {}
        for service in SERVICES:
            urls = [url.strip().rstrip("/") for url in self.environment.get(http_variable(service), "").split(",")]
            copies = [url for url in urls if url]
            for number, url in enumerate(copies):
                known[f"{service}-{number}" if len(copies) > 1 else service] = url
        if not known:
            _fail_for(http_variable("gateway"))
        return known

    def _address(self, name: str) -> str:
        try:
            return address_in(self.environment, name) or _fail_for(name)
        except Misconfigured as fault:
            fail(str(fault))


def find_system(environment: Mapping[str, str] = os.environ) -> RunningSystem:
    """Return the system that the environment names; asking it for an address may fail."""
    return RunningSystem(namespace_of(environment), environment)


def namespace_of(environment: Mapping[str, str]) -> str:
    """Return the name of the system that the environment chooses."""
    return environment.get("THUNGAN_NAMESPACE") or DEFAULT_NAMESPACE


def database_variable(service: str) -> str:
    """Name of the variable that holds the URL of a service's database."""
    return f"THUNGAN_{service.upper()}_DATABASE_URL"


def http_variable(service: str) -> str:
    """Name of the variable that holds the HTTP addresses of a service's copies."""
    return "THUNGAN_GATEWAY_URL" if service == "gateway" else f"THUNGAN_{service.upper()}_HTTP_URL"


def sms_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder into which the notify service of this system writes its SMS."""
    return Path(environment.get("THUNGAN_SMS_FOLDER") or Path(".local", "sms", namespace_of(environment)))


def keys_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which the receipt service of this system keeps its keys."""
    return Path(environment.get("THUNGAN_RECEIPT_KEYS_FOLDER") or Path(".local", "keys", namespace_of(environment)))


def witness_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which the receipt service of this system keeps its checkpoints."""
    return Path(
        environment.get("THUNGAN_RECEIPT_WITNESS_FOLDER") or Path(".local", "witness", namespace_of(environment))
    )


def invoice_key_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder of the key with which invoices are signed."""
    return Path(environment.get("THUNGAN_INVOICE_KEY_FOLDER") or Path(".local", "invoice-key"))


def invoice_lookup_address(environment: Mapping[str, str] = os.environ) -> str:
    """Return where customers look invoices up."""
    return environment.get("THUNGAN_INVOICE_LOOKUP_URL", "https://thungan.example").rstrip("/") + INVOICE_PATH


def _fail_for(name: str) -> NoReturn:
    fail(f"nothing is running: start the system with ./dev up, or set {name}")
