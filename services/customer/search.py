"""Finding customers: each kind of query asks the index that answers it, the pure part ranks what came back.

Words are looked up as typed first. Only when that finds too little are they corrected, against the vocabulary of all
names and addresses (a few thousand words, so trigrams cost a millisecond there and not a second), and looked up again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from asyncpg import Record

from services.customer.query import INITIALS_LENGTH, Query, QueryKind, classify, code_slips, digit_slips, word_slips
from services.customer.spelling import Candidate, Spellings
from services.customer.statements import statement
from shared.contracts.customer import MatchedOn
from shared.db import Connection
from shared.phones import COUNTRY_CODE, InvalidPhoneError, normalise

ENOUGH = 3
"""With fewer matches than this, the words are taken to be misspelt."""

MANY_WORDS = 4
"""Among all customers, that many words as typed mean whoever answers to them, and nobody else."""

SHORT_IDENTIFIER, LONG_IDENTIFIER = 6, 10
"""A number this long may be mistyped when nobody has it; one this long also when it is the beginning of others."""

MOST_CANDIDATES = 100
"""Customers of one index look-up that are ranked; more answer to the same words only when the words say little."""

DENSE = 0.005
"""Share of all customers from which on some of them are found faster by reading customers than by the index."""

SHARES_OF_INITIALS = {1: 0.2, 2: 0.03}
READ_WHEN_DENSE = 5_000
MOST_ON_ROUTES = 400

# Plans must be made for the words at hand: one word stands in every second name, another in three of a million.
# The planner cannot know the latter and would now and then read all customers to find three.
_PLANNER = """
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL enable_seqscan = off;
SET LOCAL pg_trgm.similarity_threshold = 0.35;
"""


_BY_IDENTIFIER = statement("search_by_identifier")
_BY_SLIP = statement("search_by_slip")
_BY_PHRASE = statement("search_by_phrase")
_BY_NAME_TERMS = statement("search_by_name_terms")
_BY_ALL_TERMS = statement("search_by_all_terms")
_AMONG_FIRST = statement("search_among_first")
_ON_ROUTES = statement("search_on_routes")
_KNOWN_WORDS = statement("known_words")


@dataclass(frozen=True)
class Match:
    """A customer that answers to the query; ``score`` from 0 to 1."""

    customer_code: str
    matched_on: MatchedOn
    score: float


async def search(connection: Connection, typed: str, routes: Sequence[str] | None, limit: int) -> list[Match]:
    """Return at most ``limit`` customers that answer to what was typed, the best first.

    Looks only at customers on ``routes``; everywhere when it is None. Must run inside a transaction.
    """
    query = classify(typed)
    if not query.words or (routes is not None and not routes):
        return []
    await connection.execute(_PLANNER)
    matches: list[Match] = []
    if query.kind is not QueryKind.WORDS:
        matches = await _by_identifier(connection, query, routes, limit)
    if not matches:
        matches = await _WordSearch(connection, routes, limit).find(query.words)
    return sorted(matches, key=lambda match: (-match.score, match.customer_code))[:limit]


async def _by_identifier(connection: Connection, query: Query, routes: Sequence[str] | None, limit: int) -> list[Match]:
    is_number = query.kind is QueryKind.DIGITS
    rows = await connection.fetch(
        _BY_IDENTIFIER,
        query.text,
        _beginning_of_phone(query.text) if is_number else None,
        is_number and len(query.text) <= 9,
        routes,
        limit,
    )
    is_exact = any(row["score"] == 1 for row in rows)
    if not is_exact and len(query.text) >= (LONG_IDENTIFIER if rows else SHORT_IDENTIFIER):
        slips = digit_slips(query.text) if is_number else code_slips(query.text)
        phones = [f"+{COUNTRY_CODE}{slip[1:]}" for slip in slips if slip.startswith("0") and slip.isdigit()]
        rows += await connection.fetch(_BY_SLIP, slips, phones, routes, limit)
    best: dict[str, Match] = {}
    for row in rows:
        match = Match(row["customer_code"], MatchedOn(row["matched_on"]), row["score"])
        if match.customer_code not in best or match.score > best[match.customer_code].score:
            best[match.customer_code] = match
    return list(best.values())


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


class _WordSearch:
    """One search for words in names and addresses, in widening circles."""

    def __init__(self, connection: Connection, routes: Sequence[str] | None, limit: int) -> None:
        self._connection = connection
        self._routes = routes
        self._limit = limit
        self._enough = min(ENOUGH, limit)
        self._found: dict[str, Match] = {}
        self._shares: dict[str, float] = {}
        """Word → share of all customers that have it in the name or the address."""

    async def find(self, words: tuple[str, ...]) -> list[Match]:
        """Return what answers to the words as typed, or else as they may have been meant."""
        if len(words) >= MANY_WORDS and self._routes is None:
            self._enough = 1
        typed = Spellings.as_typed(words)
        await self._look(typed)
        if self._is_enough():
            return list(self._found.values())
        known = await self._known_words(words)
        corrected = Spellings.corrected(words, known, most=8 if len(words) < MANY_WORDS else 4)
        # First only words that nobody has are taken to be misspelt, then all, then one of them may be superfluous.
        strange = corrected.keeping({word for word in words if word in known.get(word, ())})
        tried = [typed]
        for spellings in (strange, corrected):
            if spellings not in tried and not self._is_enough():
                await self._look(spellings)
                tried.append(spellings)
        if not self._found and len(words) > 1:
            await self._look(strange, left_out=1)
        return list(self._found.values())

    def _is_enough(self) -> bool:
        return len(self._found) >= self._enough

    async def _look(self, spellings: Spellings, left_out: int = 0) -> None:
        """Add the customers that answer to these spellings, from the narrowest index to the widest."""
        phrases = spellings.phrases()
        joined = list(dict.fromkeys(phrase.replace(" ", "") for phrase in phrases))
        bags = list(dict.fromkeys(" ".join(sorted(phrase.split())) for phrase in phrases))
        unfinished = self._routes is not None
        in_names = spellings.terms(left_out=left_out, initials=True, unfinished=unfinished)
        anywhere = spellings.terms(left_out=left_out, initials=False, unfinished=unfinished)
        if self._routes is not None:
            rows = await self._connection.fetch(
                _ON_ROUTES, joined, bags, in_names, anywhere, self._routes, MOST_ON_ROUTES
            )
            self._add(spellings, rows)
            return
        rows = await self._connection.fetch(_BY_PHRASE, bags, joined, self._limit, max(MOST_CANDIDATES, self._limit))
        self._add(spellings, rows)
        if len(self._found) >= self._limit:
            return
        if await self._is_dense(spellings, left_out):
            await self._connection.execute("SET LOCAL enable_seqscan = on")
            rows = await self._connection.fetch(_AMONG_FIRST, in_names, anywhere, READ_WHEN_DENSE, MOST_CANDIDATES)
            await self._connection.execute("SET LOCAL enable_seqscan = off")
            self._add(spellings, rows)
            if len(self._found) >= self._limit:
                return
        if in_names:
            self._add(spellings, await self._connection.fetch(_BY_NAME_TERMS, in_names, MOST_CANDIDATES))
        if anywhere and not self._is_enough():
            self._add(spellings, await self._connection.fetch(_BY_ALL_TERMS, anywhere, MOST_CANDIDATES))

    def _add(self, spellings: Spellings, rows: Iterable[Record]) -> None:
        # What answers only to a corrected spelling comes after what answers to the words as typed: first come, kept.
        for row in rows:
            candidate = Candidate(row["customer_code"], row["name_key"], row["address_key"])
            if candidate.customer_code in self._found:
                continue
            score = round(spellings.weight(candidate), 4)
            if score > 0:
                on = MatchedOn.NAME if spellings.in_name(candidate) else MatchedOn.ADDRESS
                self._found[candidate.customer_code] = Match(candidate.customer_code, on, score)

    async def _is_dense(self, spellings: Spellings, left_out: int) -> bool:
        """Whether so many customers probably have these words that reading a few finds enough of them."""
        await self._learn_shares({word for meant in spellings.meant for word in meant})
        shares = sorted(
            max(SHARES_OF_INITIALS.get(len(typed), 0.0), sum(self._shares[word] for word in meant))
            for typed, meant in zip(spellings.words, spellings.meant, strict=True)
        )
        product = 1.0
        for share in shares[left_out:]:
            product *= min(1.0, share)
        return product >= DENSE

    async def _learn_shares(self, words: set[str]) -> None:
        unknown = sorted(words - self._shares.keys())
        if not unknown:
            return
        rows = await self._connection.fetch(
            "SELECT word, (in_names + in_addresses) / greatest(reltuples, 1)::float8 AS share"
            " FROM vocabulary, pg_class WHERE word = ANY ($1::text[]) AND pg_class.oid = 'customers'::regclass",
            unknown,
        )
        self._shares |= dict.fromkeys(unknown, 0.0) | {row["word"]: row["share"] for row in rows}

    async def _known_words(self, words: Sequence[str]) -> dict[str, set[str]]:
        typed = sorted({word for word in words if word.isalpha() and len(word) <= 40})
        slips = [(word, slip) for word in typed for slip in word_slips(word)]
        rows = await self._connection.fetch(
            _KNOWN_WORDS, typed, [word for word, _ in slips], [slip for _, slip in slips], INITIALS_LENGTH
        )
        known: dict[str, set[str]] = {}
        for row in rows:
            known.setdefault(row["typed"], set()).add(row["word"])
        return known
