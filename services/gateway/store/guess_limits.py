"""How many codes, tokens and passwords may be guessed from an address or for a name, over all copies of the gateway."""

import hashlib
from enum import StrEnum

from shared.db import Connection


class Guess(StrEnum):
    """What is guessed; each is counted by itself. The table has its name of when codes alone were."""

    CODE = "code"
    TOKEN = "token"  # noqa: S105 - no secret
    SIGN_IN_ADDRESS = "sign_in_address"
    SIGN_IN_NAME = "sign_in_name"
    SECOND_FACTOR = "second_factor"
    CUSTOMER_CODE = "customer_code"
    """Of an invoice whose code was found; counted by that code, whoever tries."""
    CUSTOMER_CODE_OF_VISITOR = "customer_code_of_visitor"
    """The same, counted by that code and the address that it is tried from."""
    CUSTOMER_CODE_WITH_NAME = "customer_code_with_name"
    """The same, together with a buyer's name; counted by that code and that name."""
    PARTNER = "partner"
    """No guess: requests of a partner that are proven, all of them."""


# One statement, so that guesses at once, at whichever copy, wait for each other at the row. The database's clock alone.
_LEVEL = "least($2, known.tokens + $3 * extract(epoch FROM greatest(clock_timestamp() - known.refilled_at, '0')))"
_TAKE = f"""
INSERT INTO enrolment_limits AS known (caller, tokens, refilled_at, full_at)
VALUES (
    $1, $2::double precision - 1, clock_timestamp(), clock_timestamp() + make_interval(secs => 1 / $3::double precision)
)
ON CONFLICT (caller) DO UPDATE SET tokens = {_LEVEL} - 1, refilled_at = clock_timestamp(),
    full_at = clock_timestamp() + make_interval(secs => ($2 + 1 - {_LEVEL}) / $3)
WHERE {_LEVEL} >= 1
RETURNING true
"""
_WAIT = f"SELECT (1 - {_LEVEL}) / $3 FROM enrolment_limits AS known WHERE caller = $1"


async def take(
    connection: Connection, guess: Guess, address: str, per_minute: float, *, burst: float | None = None
) -> float:
    """Take one of the guesses of an address and return 0, or return the seconds until there is one.

    ``address``: or whatever else guesses are counted by. ``burst``: so many at once after a pause; as many as in a
    minute when left out.
    """
    values = (_caller(guess, address), float(burst or per_minute), per_minute / 60)
    if await connection.fetchval(_TAKE, *values):
        return 0.0
    wait: float | None = await connection.fetchval(_WAIT, *values)
    return max(float(wait or 0), 0.1)


_GIVE_BACK = "UPDATE enrolment_limits SET tokens = least($2::double precision, tokens + 1) WHERE caller = $1"


async def give_back(connection: Connection, guess: Guess, address: str, burst: float) -> None:
    """Give back a guess that was none."""
    await connection.execute(_GIVE_BACK, _caller(guess, address), float(burst))


# A full bucket says nothing. Those of a version before are full after an hour at the latest.
_FORGET = "DELETE FROM enrolment_limits WHERE coalesce(full_at, refilled_at + interval '1 hour') < clock_timestamp()"


async def forget_idle(connection: Connection) -> None:
    """Forget the callers that may try as much as ever."""
    await connection.execute(_FORGET)


def _caller(guess: Guess, address: str) -> bytes:
    text = address if guess is Guess.CODE else f"{guess} {address}"
    return hashlib.sha256(text.encode()).digest()
