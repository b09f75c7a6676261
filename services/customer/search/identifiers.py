"""Looks up a code, a meter number or a phone number: as typed, then with one slip of the finger."""

from collections.abc import Sequence

from services.customer.search.match import Match
from services.customer.search.query import Query, QueryKind, code_slips, digit_slips, mentioned
from services.customer.store.search import by_identifier, by_slip
from shared.contracts.customer import MatchedOn
from shared.db import Connection
from shared.phones import COUNTRY_CODE, InvalidPhoneError, normalise

SHORT_IDENTIFIER, LONG_IDENTIFIER = 6, 10
"""A number this long may be mistyped when nobody has it; one this long also when it is the beginning of others."""


async def find_identifier(
    connection: Connection, query: Query, routes: Sequence[str] | None, limit: int
) -> list[Match]:
    """Return the customers whose code, meter number or phone number was typed, each once with its best score."""
    is_number = query.kind is QueryKind.DIGITS
    rows = list(
        await by_identifier(
            connection,
            query.text,
            phone=_beginning_of_phone(query.text) if is_number else None,
            may_end_phone=is_number and len(query.text) <= 9,
            routes=routes,
            limit=limit,
        )
    )
    is_exact = any(row["score"] == 1 for row in rows)
    if not is_exact and len(query.text) >= (LONG_IDENTIFIER if rows else SHORT_IDENTIFIER):
        slips = digit_slips(query.text) if is_number else code_slips(query.text)
        phones = [f"+{COUNTRY_CODE}{slip[1:]}" for slip in slips if slip.startswith("0") and slip.isdigit()]
        rows += await by_slip(connection, slips, phones, routes, limit)
    best: dict[str, Match] = {}
    for row in rows:
        match = Match(row["customer_code"], MatchedOn(row["matched_on"]), row["score"])
        if match.customer_code not in best or match.score > best[match.customer_code].score:
            best[match.customer_code] = match
    return list(best.values())


async def find_mentioned(connection: Connection, typed: str, routes: Sequence[str] | None, limit: int) -> list[Match]:
    """Return the customers whose whole code, meter number or phone number stands anywhere in a longer text."""
    found: dict[str, Match] = {}
    for text in mentioned(typed):
        phone = _beginning_of_phone(text) if text.isdigit() else None
        rows = await by_identifier(connection, text, phone=phone, may_end_phone=False, routes=routes, limit=limit)
        for row in rows:
            if row["score"] == 1:
                match = Match(row["customer_code"], MatchedOn(row["matched_on"]), row["score"])
                found.setdefault(match.customer_code, match)
    return list(found.values())


def _beginning_of_phone(digits: str) -> str | None:
    """Return the beginning of a stored number that the digits are; None when they cannot be one."""
    try:
        return normalise(digits)
    except InvalidPhoneError:
        pass
    digits = digits.removeprefix("00") if digits.startswith("00" + COUNTRY_CODE) else digits
    if digits.startswith(COUNTRY_CODE):
        return f"+{digits}"
    return f"+{COUNTRY_CODE}{digits[1:]}" if digits.startswith("0") and len(digits) > 3 else None
