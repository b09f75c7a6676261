"""Finds customers: each kind of query asks its index, ``spellings.py`` ranks the rows."""

from collections.abc import Sequence

from services.customer.search.identifiers import find_identifier, find_mentioned
from services.customer.search.match import Match
from services.customer.search.query import Query, QueryKind, classify, mentioned
from services.customer.search.words import WordSearch
from services.customer.store.search import end_planner, prepare_planner
from shared.db import Connection


async def search(connection: Connection, typed: str, routes: Sequence[str] | None, limit: int) -> list[Match]:
    """Return at most ``limit`` customers that match what was typed, the best first.

    Looks only at customers on ``routes``; everywhere when it is None. Where the planner has to be set up for it, that
    is done in a transaction of its own, unless there is one.
    """
    query = classify(typed)
    if not query.words or (routes is not None and not routes):
        return []
    begun = connection.is_in_transaction()
    try:
        return await _search(connection, query, typed, routes, limit)
    finally:
        if not begun:
            await end_planner(connection)


async def _search(
    connection: Connection, query: Query, typed: str, routes: Sequence[str] | None, limit: int
) -> list[Match]:
    matches: list[Match] = []
    if query.kind is not QueryKind.WORDS or mentioned(typed):
        await prepare_planner(connection)
    if query.kind is not QueryKind.WORDS:
        matches = await find_identifier(connection, query, routes, limit)
    if not any(match.score == 1 for match in matches):
        matches = await find_mentioned(connection, typed, routes, limit) or matches
    if not matches:
        matches = await WordSearch(connection, routes, limit).find(query.words)
    return sorted(matches, key=lambda match: (-match.score, match.customer_code))[:limit]
