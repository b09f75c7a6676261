"""Signs what was issued without a signature, once something can sign again: one signature for each range."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.receipt.metrics import UNSIGNED
from services.receipt.signatures.chain import link_of
from services.receipt.signatures.keyring import UnusableKeyError
from services.receipt.signatures.late import sign_range
from services.receipt.signatures.signer import NoSigningKey, Signer
from services.receipt.store.late_signatures import Waiting, add_late_signature, count_waiting, take_waiting
from shared.clock import Clock
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

LOOK_SECONDS = 5.0
AT_ONCE = 1000

log = structlog.get_logger(__name__)


class LateSigner:
    """One in each copy: each range is signed by one of them."""

    def __init__(self, pool: Pool, signer: Signer, clock: Clock) -> None:
        self._pool = pool
        self._signer = signer
        self._clock = clock

    async def run(self) -> NoReturn:
        """Look again and again; never returns."""
        while True:
            try:
                signed = await self.sign()
            except (NoSigningKey, UnusableKeyError):
                signed = 0
            except Exception as error:
                signed = 0
                if not (isinstance(error, Unavailable) or is_connection_lost(error)):
                    log.exception("late_signatures_failed")
            if not signed:
                await asyncio.sleep(LOOK_SECONDS)

    async def sign(self) -> int:
        """Sign what waits; return how many receipts that is. Raises NoSigningKey, UnusableKeyError."""
        async with acquired(self._pool) as connection:
            count = await count_waiting(connection)
            UNSIGNED.set(count)
            if not count:
                return 0
            self._signer.key_for(self._clock())
            async with connection.transaction():
                waiting = await take_waiting(connection, AT_ONCE)
                moment = self._clock().replace(microsecond=0)
                for part in ranges(waiting):
                    key_id, algorithm = self._signer.key_for(moment)
                    numbers = (part[0].number, part[-1].number)
                    message = sign_range(
                        part[0].issuer,
                        part[0].symbol,
                        numbers,
                        link_of(part[-1].token),
                        moment,
                        (key_id, algorithm),
                        partial(self._signer.sign, key_id),
                    )
                    await add_late_signature(connection, part[0].series, numbers, message, moment)
        if waiting:
            log.warning("receipts_signed_later", receipts=len(waiting))
        return len(waiting)


def ranges(waiting: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """Yield receipts whose numbers follow one another in a series."""
    part: list[Waiting] = []
    for each in waiting:
        if part and (each.series, each.number) != (part[-1].series, part[-1].number + 1):
            yield part
            part = []
        part.append(each)
    if part:
        yield part
