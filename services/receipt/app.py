"""Wires the receipt service: keys, bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.receipt.receipts.issuer import Issuer
from services.receipt.settings import ReceiptSettings
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.signer import Signer
from services.receipt.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.health import Check, serve_health
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: ReceiptSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Open the signing keys, start the bus, serve health; close in reverse."""
    keys = KeyFolder(settings.keys_folder(), settings.receipt_key_file)
    keys.ensure_key(clock())
    forms = settings.legal_forms()
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(
            dependencies={
                "issuer": Issuer(keys, forms, settings.receipt_first_suffix, clock),
                "signer": keys,
                "options": settings.document_options(),
                "language": settings.receipt_language,
                "notice_lifetime": settings.notice_lifetime(),
                "clock": clock,
            }
        )
        parts.checks["signing_key"] = signing_key_check(keys, clock)
        async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
            yield Running(parts.bus, port)


def signing_key_check(signer: Signer, clock: Clock) -> Check:
    """Return a check that there is a key to sign with."""

    async def check() -> str | None:
        signer.key_for(clock())
        return None

    return check
