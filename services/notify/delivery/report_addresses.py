"""Which provider calls which address for delivery reports, and from where."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

import structlog

from services.notify.providers.base import Provider, ReportReader
from services.notify.providers.configuration import SmsConfiguration
from shared.problems import NotFound

log = structlog.get_logger()

_OF_NOBODY = "0" * 64


@dataclass(frozen=True)
class _Address:
    secret_digest: str
    networks: Sequence[IPv4Network | IPv6Network]
    reader: ReportReader


class ReportAddresses:
    """The addresses of the configuration. Raises SecretMissing when it is made."""

    def __init__(self, configuration: SmsConfiguration, providers: Sequence[Provider]) -> None:
        named = {provider.name: provider for provider in providers}
        self._addresses: dict[str, _Address] = {}
        for settings in configuration.providers:
            reader, reports = named.get(settings.name), settings.reports
            if reports is not None and isinstance(reader, ReportReader):
                digest = _digest(reports.secret.reveal())
                self._addresses[settings.name] = _Address(digest, reports.networks, reader)

    def reader(self, provider: str, secret_digest: str, caller: str) -> ReportReader:
        """Return what reads the reports of a provider that was called for at its address.

        Raises :class:`~shared.problems.NotFound` alike for a provider that nobody knows, for a wrong secret and for a
        caller outside of the provider's networks: none of it is answered to whoever tries.
        """
        found = self._addresses.get(provider)
        right = hmac.compare_digest(found.secret_digest if found else _OF_NOBODY, secret_digest)
        if found is None or not right:
            raise NotFound
        if not _is_within(caller, found.networks):
            # The secret was right: the provider calls from a new network, or somebody else knows its address.
            log.warning("delivery_report_from_elsewhere", provider=provider, caller=caller)
            raise NotFound
        return found.reader


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _is_within(caller: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    if not networks:
        return True
    try:
        address = ip_address(caller)
    except ValueError:
        return False
    return any(address in network for network in networks)
