"""Stored secrets of second factors brought to the present key: those of before it, and those of an earlier one."""

import asyncio

import structlog
from asyncpg import Pool

from services.gateway.partners.sealed_keys import seal_partner_keys
from services.gateway.secret_box import SecretBox, SecretsUnreadable
from services.gateway.store import staff as store
from services.gateway.store.staff import SecondFactors
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.problems import Unavailable

_AGAIN_SECONDS = 5.0
_PARTNERS_SECONDS = 60.0

log = structlog.get_logger(__name__)


async def keep_second_factors_sealed(pool: Pool, box: SecretBox) -> None:
    """Encrypt what is there once the database is, and secrets of partners again and again; never returns.

    Second factors that come later are encrypted before they are stored; secrets of partners come from the command line,
    which may have no keys.
    """
    while True:
        try:
            await seal_second_factors(pool, box)
            break
        except Exception as error:
            if not (isinstance(error, Unavailable) or is_connection_lost(error)):
                raise
            log.warning("second_factors_not_sealed_yet", error=type(error).__name__)
        await asyncio.sleep(_AGAIN_SECONDS)
    while True:
        try:
            await seal_partner_keys(pool, box)
        except Exception as error:
            if not (isinstance(error, Unavailable) or is_connection_lost(error)):
                raise
            log.warning("partner_secrets_not_sealed_yet", error=type(error).__name__)
        await asyncio.sleep(_PARTNERS_SECONDS)


async def seal_second_factors(pool: Pool, box: SecretBox) -> int:
    """Encrypt what is stored in plain or under an earlier key; return how many accounts were changed.

    What no key of the file opens is left and logged: its account signs in again once an administrator has reset it, or
    the key is back. Copies that start at once wait for each other.
    """
    changed = 0
    async with acquired(pool) as connection, connection.transaction():
        for factors in await store.lock_second_factors(connection):
            try:
                sealed = _sealed(factors, box)
            except SecretsUnreadable as error:
                log.warning("second_factor_unreadable", staff_id=str(factors.staff_id), error=str(error))
                continue
            if sealed != factors:
                await store.replace_second_factors(connection, sealed)
                changed += 1
    if changed:
        log.info("second_factors_sealed", accounts=changed)
    return changed


def _sealed(factors: SecondFactors, box: SecretBox) -> SecondFactors:
    def anew(stored: str | None) -> str | None:
        if stored is None or box.is_up_to_date(stored):
            return stored
        return box.seal(box.open(stored, factors.staff_id), factors.staff_id)

    return SecondFactors(factors.staff_id, anew(factors.secret), anew(factors.begun))
