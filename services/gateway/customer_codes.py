"""How often customer codes are tried on an invoice whose code was found, over all copies of the gateway.

Customer codes follow one another, so they must not be tried one after the other. A stranger who has only an invoice's
code must not keep its owner out either: once everybody together has tried too many, whoever gives the buyer's name is
counted apart. By the name that is given, right or wrong, so that nothing is told by it (ADR 103).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from asyncpg import PostgresError

from services.gateway.dependencies import CODES_OF_VISITOR, Dependencies
from services.gateway.store import guess_limits
from services.gateway.store.guess_limits import Guess
from shared.problems import Unavailable
from shared.text import search_key

CODES_OF_ALL = 20
"""Wrong codes of one invoice that everybody together may try at once, and with one name."""
_PER_MINUTE = 1 / 60
"""One more an hour: of a visitor, of everybody, with one name."""


@dataclass(frozen=True, slots=True)
class Refused:
    """No code is tried now."""

    seconds: float
    """Until one is."""
    wants_name: bool = False
    """The code is tried at once with the buyer's name."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A code may be tried."""

    buckets: Sequence[tuple[Guess, str, int]]
    visitor: tuple[str, str]
    by_name: bool
    """Only together with the name that was given."""


async def take(lookup_code: str, address: str, name: str, dependencies: Dependencies) -> Taken | Refused:
    """Take one of the customer codes that may be tried on an invoice from an address; ``name`` may be empty."""
    visitor = (lookup_code, address)
    # Whoever is refused here costs the database nothing.
    if wait := dependencies.customer_codes_tried.take(visitor):
        return Refused(wait)
    own = (Guess.CUSTOMER_CODE_OF_VISITOR, f"{lookup_code} {address}", CODES_OF_VISITOR)
    shared = (Guess.CUSTOMER_CODE, lookup_code, CODES_OF_ALL)
    key = search_key(name)
    named = (Guess.CUSTOMER_CODE_WITH_NAME, f"{lookup_code} {key}", CODES_OF_ALL)
    async with dependencies.database() as connection:
        if wait := await guess_limits.take(connection, *own[:2], _PER_MINUTE, burst=own[2]):
            return Refused(wait)
        wait = await guess_limits.take(connection, *shared[:2], _PER_MINUTE, burst=shared[2])
        if not wait:
            return Taken((own, shared), visitor, by_name=False)
        if key:
            wait = await guess_limits.take(connection, *named[:2], _PER_MINUTE, burst=named[2])
            if not wait:
                return Taken((own, named), visitor, by_name=True)
    await give_back(Taken((own,), visitor, by_name=False), dependencies)
    return Refused(wait, wants_name=not key)


async def give_back(taken: Taken, dependencies: Dependencies) -> None:
    """Give back a code that was not wrong, or was not tried."""
    dependencies.customer_codes_tried.give_back(taken.visitor)
    # Without the database the guess counts; its place comes back with time.
    with suppress(Unavailable, OSError, PostgresError):
        async with dependencies.database() as connection:
            for guess, whose, burst in taken.buckets:
                await guess_limits.give_back(connection, guess, whose, burst)
