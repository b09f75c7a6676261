"""Looks up words of names and addresses, in widening circles.

Words are looked up as typed first. Only when that finds too little are they corrected, against the vocabulary of all
names and addresses (a few thousand words, so trigrams cost a millisecond there and not a second), and looked up again.
"""

from collections.abc import Iterable, Sequence

from asyncpg import Record

from services.customer.search.match import Match
from services.customer.search.query import INITIALS_LENGTH, word_slips
from services.customer.search.sounds import alike
from services.customer.search.spellings import SHORTEST_SPOKEN, Candidate, Spellings
from services.customer.store import search as store
from shared.contracts.customer import MatchedOn
from shared.db import Connection

ENOUGH = 3
"""With fewer matches than this, the words are taken to be misspelt."""

WHOLE_NAME_WORDS = 3
"""Who bears exactly the name that was typed, in so many words, is whom the query means, however few they are."""

MANY_WORDS = 4
"""Among all customers, that many words as typed mean whoever matches them, and nobody else."""

MOST_SPOKEN = 5
"""Words of a query of which each may be written as it is spoken and misspelt on top: that is a thousand words each."""

MOST_CANDIDATES = 100
"""Customers of one index look-up that are ranked; only words that very many customers share have more."""

DENSE = 0.005
"""Share of all customers from which on some of them are found faster by reading customers than by the index."""

SHARES_OF_INITIALS = {1: 0.2, 2: 0.03}
READ_WHEN_DENSE = 5_000
MOST_ON_ROUTES = 400


class WordSearch:
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
        """Return what matches the words as typed, or else as they may have been meant."""
        if len(words) >= MANY_WORDS and self._routes is None:
            self._enough = 1
        typed = Spellings.as_typed(words)
        if self._routes is None:
            await store.prepare_planner(self._connection)
        await self._look(typed)
        if self._is_enough() or self._is_whole_name(words):
            return list(self._found.values())
        if self._routes is not None:
            await store.prepare_planner(self._connection)
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

    def _is_whole_name(self, words: Sequence[str]) -> bool:
        return len(words) >= WHOLE_NAME_WORDS and any(
            match.score == 1 and match.matched_on is MatchedOn.NAME for match in self._found.values()
        )

    async def _look(self, spellings: Spellings, left_out: int = 0) -> None:
        """Add the customers that match these spellings, from the narrowest index to the widest."""
        phrases = spellings.phrases()
        joined = list(dict.fromkeys(phrase.replace(" ", "") for phrase in phrases))
        bags = list(dict.fromkeys(" ".join(sorted(phrase.split())) for phrase in phrases))
        unfinished = self._routes is not None
        in_names = spellings.terms(left_out=left_out, initials=True, unfinished=unfinished)
        anywhere = spellings.terms(left_out=left_out, initials=False, unfinished=unfinished)
        if self._routes is not None:
            rows = await store.on_routes(
                self._connection,
                joined=joined,
                bags=bags,
                in_names=in_names,
                anywhere=anywhere,
                routes=self._routes,
                limit=MOST_ON_ROUTES,
            )
            self._add(spellings, rows)
            return
        most = max(MOST_CANDIDATES, self._limit)
        rows = await store.by_phrase(self._connection, bags, joined, self._limit, most)
        self._add(spellings, rows)
        if len(self._found) >= self._limit:
            return
        if await self._is_dense(spellings, left_out):
            rows = await store.among_first(
                self._connection, in_names, anywhere, read=READ_WHEN_DENSE, limit=MOST_CANDIDATES
            )
            self._add(spellings, rows)
            if len(self._found) >= self._limit:
                return
        if in_names:
            self._add(spellings, await store.by_name_terms(self._connection, in_names, MOST_CANDIDATES))
        if anywhere and not self._is_enough():
            self._add(spellings, await store.by_all_terms(self._connection, anywhere, MOST_CANDIDATES))

    def _add(self, spellings: Spellings, rows: Iterable[Record]) -> None:
        # What matches only a corrected spelling comes after what matches the words as typed: first come, kept.
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
        self._shares |= await store.shares(self._connection, unknown)

    @staticmethod
    def _slips(word: str, *, spoken: bool) -> set[str]:
        """Return what a word may be: with a slip, as it is spoken, and where few words are asked for with both."""
        sounds = alike(word)
        slips = {*word_slips(word), *sounds}
        if spoken and len(word) >= SHORTEST_SPOKEN:
            slips |= {slip for sound in sounds for slip in word_slips(sound)}
        return slips

    async def _known_words(self, words: Sequence[str]) -> dict[str, set[str]]:
        typed = sorted({word for word in words if word.isalpha() and len(word) <= 40})
        slips = [(word, slip) for word in typed for slip in self._slips(word, spoken=len(typed) <= MOST_SPOKEN)]
        return await store.known_words(self._connection, typed, slips, initials_length=INITIALS_LENGTH)
