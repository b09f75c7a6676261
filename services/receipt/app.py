"""Wires the receipt service: keys, bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from asyncpg import Pool

from services.receipt.receipts.issuer import Issuer
from services.receipt.settings import ReceiptSettings
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.signer import Signer
from services.receipt.store.series import database_identity
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
    keys = KeyFolder(settings.keys_folder(), settings.receipt_key_file)
    forms = settings.legal_forms()
    async with open_parts(settings, TOPOLOGY) as parts:
        watch = ClockWatch(parts.pool, timedelta(seconds=settings.clock_limit_seconds), clock=clock)
        keys.ensure_key(await _first_moment(parts.pool, clock))
        guard = IssueGuard(watch, settings.receipt_witness_reach, fault=NOT_COMPARED)
        keeper = Keeper(settings.database_url, settings.witness_places(), keys, guard, settings.keeper_options())
        guard.wake = keeper.wake
        await keeper.look(publishing=False)  # the first tree of a large register takes minutes
        await parts.bus.start(
            dependencies={
                "issuer": Issuer(keys, forms, settings.receipt_first_suffix, clock, guard),
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
            parts.bus.background("witness", keeper.run()),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)


async def _first_moment(pool: Pool, clock: Clock) -> datetime:
    """Return a moment for the first key that a wrong clock does not put into the future."""
    async with pool.acquire() as connection:
        _, database_time = await database_identity(connection)
    return min(clock(), database_time)


def signing_key_check(signer: Signer, clock: Clock) -> Check:
    """Return a check that there is a key to sign with."""

    async def check() -> str | None:
        signer.key_for(clock())
        return None

    return check
