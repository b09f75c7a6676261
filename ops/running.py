"""Where the running system is: what the environment names, otherwise the local system that ``./dev up`` started.

``THUNGAN_NAMESPACE`` chooses the system (``thungan`` when it is not set). ``THUNGAN_<SERVICE>_DATABASE_URL``,
``THUNGAN_AMQP_URL``, ``THUNGAN_GATEWAY_URL``, ``THUNGAN_<SERVICE>_HTTP_URL`` and ``THUNGAN_SMS_FOLDER`` go before what
the local system has written down.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.console import fail
from ops.stack.addresses import SystemAddresses
from ops.stack.local import LocalStack
from ops.stack.processes import StackError
from ops.stack.provision import SERVICES
from ops.stack.state import PROJECT

DEFAULT_NAMESPACE = "thungan"
_NOTHING_RUNS = "nothing is running: start the system with ./dev up, or set"


@dataclass(frozen=True)
class RunningSystem:
    """Addresses of a running system; each is looked up when it is asked for, so that a command needs only its own."""

    namespace: str
    environment: Mapping[str, str]
    local: SystemAddresses | None

    @property
    def amqp_url(self) -> str:
        """URL of the broker."""
        return self._address("THUNGAN_AMQP_URL", self.local.amqp_url if self.local else None)

    @property
    def gateway_url(self) -> str:
        """HTTP address of the gateway, without a slash at the end."""
        return self.http_url("gateway")

    def http_url(self, service: str) -> str:
        """HTTP address of a service's first copy, without a slash at the end."""
        name = "THUNGAN_GATEWAY_URL" if service == "gateway" else f"THUNGAN_{service.upper()}_HTTP_URL"
        return self._address(name, self.local.http_url(service) if self.local else None).rstrip("/")

    def http_urls(self) -> dict[str, str]:
        """HTTP address of every copy that is known, under names such as ``billing-0``."""
        known = {copy: f"http://127.0.0.1:{port}" for copy, port in self.local.http_ports.items()} if self.local else {}
        for service in SERVICES:
            name = "THUNGAN_GATEWAY_URL" if service == "gateway" else f"THUNGAN_{service.upper()}_HTTP_URL"
            if self.environment.get(name):
                known = {copy: url for copy, url in known.items() if copy.rpartition("-")[0] != service}
                known[service] = self.environment[name].rstrip("/")
        if not known:
            fail(f"{_NOTHING_RUNS} THUNGAN_GATEWAY_URL")
        return known

    def database_url(self, service: str) -> str:
        """URL of a service's database."""
        return self._address(
            f"THUNGAN_{service.upper()}_DATABASE_URL", self.local.database_url(service) if self.local else None
        )

    def _address(self, name: str, local: str | None) -> str:
        address = self.environment.get(name) or local
        if not address:
            fail(f"{_NOTHING_RUNS} {name}")
        return address


def find_system(environment: Mapping[str, str] = os.environ) -> RunningSystem:
    """Return the system that the environment or the local folder names; asking it for an address may fail."""
    namespace = environment.get("THUNGAN_NAMESPACE") or DEFAULT_NAMESPACE
    try:
        local = SystemAddresses.load(LocalStack(environment=environment), namespace)
    except (StackError, OSError):  # an image or an installation has no local folder
        local = None
    return RunningSystem(namespace, environment, local)


def sms_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder into which the notify service of this system writes its SMS."""
    if folder := environment.get("THUNGAN_SMS_FOLDER"):
        return Path(folder)
    return PROJECT / ".local" / "sms" / (environment.get("THUNGAN_NAMESPACE") or DEFAULT_NAMESPACE)


def keys_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the folder in which the receipt service of this system keeps its keys."""
    if folder := environment.get("THUNGAN_RECEIPT_KEYS_FOLDER"):
        return Path(folder)
    return PROJECT / ".local" / "keys" / (environment.get("THUNGAN_NAMESPACE") or DEFAULT_NAMESPACE)
