"""SMPP 3.4: operators and aggregators that are reached by a connection of their own (ADR on SMPP in docs/adr)."""

from services.notify.providers.smpp.provider import SmppProvider
from services.notify.providers.smpp.settings import SmppSettings

__all__ = ["SmppProvider", "SmppSettings"]
