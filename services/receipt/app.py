"""Wires the receipt service: keys, bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from services.receipt.keys.registered import RegisteredKeys
from services.receipt.late_signer import LateSigner
from services.receipt.receipts.issuer import Issuer
from services.receipt.receipts.patience import SignerPatience
from services.receipt.settings import ReceiptSettings
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.signer import Signer
from services.receipt.topology import TOPOLOGY
from services.receipt.witness.guard import NOT_COMPARED, IssueGuard
from services.receipt.witness.keeper import Keeper
from shared.clock import Clock, now
from shared.clock_watch import ClockWatch
from shared.health import Check, serve_health
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: ReceiptSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Open the signing keys, start the bus, serve health; close in reverse."""
    keys = RegisteredKeys(KeyFolder(settings.keys_folder(), settings.receipt_key_file))
    forms = settings.legal_forms()
    async with open_parts(settings, TOPOLOGY) as parts:
        watch = ClockWatch(parts.pool, timedelta(seconds=settings.clock_limit_seconds), clock=clock)
        await keys.start(parts.pool)
        guard = IssueGuard(watch, settings.receipt_witness_reach, fault=NOT_COMPARED)
        keeper = Keeper(settings.database_url, settings.witness_places(), keys, guard, settings.keeper_options())
        guard.wake = keeper.wake
        patience = SignerPatience(timedelta(seconds=settings.receipt_unsigned_after_seconds))
        await keeper.look(publishing=False)  # the first tree of a large register takes minutes
        await parts.bus.start(
            dependencies={
                "issuer": Issuer(keys, forms, settings.receipt_first_suffix, clock, guard, patience),
                "guard": guard,
                "signer": keys,
                "options": settings.document_options(),
                "language": settings.receipt_language,
                "notice_lifetime": settings.notice_lifetime(),
                "clock": parts.clock.of(clock),
            }
        )
        parts.checks.update(clock=watch.check, signing_key=signing_key_check(keys, clock), witness=keeper.check)
        async with (
            parts.bus.background("signing keys", keys.run(parts.pool)),
            parts.bus.background("witness", keeper.run()),
            parts.bus.background("late signatures", LateSigner(parts.pool, keys, clock).run()),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)


def signing_key_check(signer: Signer, clock: Clock) -> Check:
    """Return a check that there is a key to sign with."""

    async def check() -> str | None:
        signer.key_for(clock())
        return None

    return check
