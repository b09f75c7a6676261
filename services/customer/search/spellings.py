"""How probably what was typed was meant to be what is known, and how well a customer matches it. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.customer.search.query import INITIALS_LENGTH
from services.customer.search.sounds import alike

LONGEST_TERM = 60
"""Words are cut to this length where they are indexed."""

SHORTEST_SPOKEN = 3
"""A shorter word is not taken for one that is spoken alike."""

_SOUND_ALIKE = frozenset(
    frozenset(pair) for pair in ("iy", "sx", "dv", "dr", "nl", "ct", "kc", "oa", "ue", "rg", "gv", "kq")
)
"""Letters that are heard or written for each other in the south; confusing them is half a mistake."""


@dataclass(frozen=True)
class Candidate:
    """A customer that an index found, under its search keys."""

    customer_code: str
    name_key: str
    address_key: str


def spelling_weight(typed: str, known: str) -> float:
    """Return from 0 to 1 how probably ``typed`` was meant to be ``known``.

    1 for the same word; less for the beginning of a word; less still for one or (from five letters on) two slips,
    where swapped neighbours are one slip, letters and whole syllables that sound alike half of one, to which a
    slip may be added. 0 for anything else; single letters and numbers are never misspelt, and of two letters the
    first is right.
    """
    if typed == known:
        return 1.0
    if known.startswith(typed) and not typed.isdigit():
        return 0.75 + 0.2 * len(typed) / len(known)
    if len(typed) < 2 or not typed.isalpha() or not known.isalpha():
        return 0.0
    if len(typed) <= INITIALS_LENGTH and (typed[0] != known[0] or len(known) <= len(typed)):
        return 0.0
    allowed = 2.0 if len(typed) >= 5 else 1.0
    slips = _slips_between(typed, known, allowed)
    if slips > 0.5 and len(typed) >= SHORTEST_SPOKEN:
        # Written as it is spoken, and with a slip of the finger on top.
        slips = min([slips, *(0.5 + _slips_between(typed, spoken, 1.0) for spoken in alike(known))])
    return 0.0 if slips > allowed else 1.0 - 0.9 * slips / max(len(typed), len(known))


@dataclass(frozen=True)
class Spellings:
    """For each word of a query, the known words that may have been meant, each with its weight, the best first."""

    words: tuple[str, ...]
    meant: tuple[Mapping[str, float], ...]

    @classmethod
    def as_typed(cls, words: Sequence[str]) -> "Spellings":
        """Take each word as it stands."""
        return cls(tuple(words), tuple({word: 1.0} for word in words))

    @classmethod
    def corrected(cls, words: Sequence[str], known: Mapping[str, Iterable[str]], most: int = 8) -> "Spellings":
        """Choose for each word at most ``most`` of the known words that are like it."""
        meant: list[Mapping[str, float]] = []
        for word in words:
            weighed = ((spelling_weight(word, candidate), candidate) for candidate in {word, *known.get(word, ())})
            best = sorted(weighed, key=lambda pair: (-pair[0], len(pair[1]), pair[1]))[:most]
            meant.append({candidate: weight for weight, candidate in best if weight > 0})
        return cls(tuple(words), tuple(meant))

    def keeping(self, words: set[str]) -> "Spellings":
        """Return the same with ``words`` as they were typed."""
        meant = ({word: 1.0} if word in words else meant for word, meant in zip(self.words, self.meant, strict=True))
        return Spellings(self.words, tuple(meant))

    def phrases(self, most: int = 6) -> list[str]:
        """Return the whole query in its most probable spellings, the best first."""
        ranked: list[tuple[float, tuple[str, ...]]] = [(1.0, ())]
        for meant in self.meant:
            longer = [(weight * w, (*before, word)) for weight, before in ranked for word, w in meant.items()]
            ranked = sorted(longer, key=lambda pair: -pair[0])[:most]
        return [" ".join(phrase) for _, phrase in ranked]

    def weight(self, candidate: Candidate) -> float:
        """Return from 0 to 1 how well a customer matches the query.

        Every word counts: in the name fully, in the address a little less, nowhere not at all. Words of the name that
        were not asked for cost a little, and so do words in another order.
        """
        name = candidate.name_key.split()
        joined = "".join(self.words)
        if len(self.words) == 1 and len(joined) > 5 and "".join(name).startswith(joined):
            return 0.95 if len(name) > 1 else 1.0
        free = list(range(len(name)))
        address = set(candidate.address_key.split())
        total, places, in_name = 0.0, [], 0
        for typed, meant in zip(self.words, self.meant, strict=True):
            found = max(
                ((_word_weight(typed, name[place], meant), -place) for place in free),
                default=(0.0, 0),
            )
            elsewhere = max((0.9 * weight for word, weight in meant.items() if word in address), default=0.0)
            if found[0] >= elsewhere and found[0] > 0:
                free.remove(-found[1])
                places.append(-found[1])
                in_name += 1
            total += max(found[0], elsewhere)
        weight = total / len(self.words)
        if in_name:
            weight -= 0.08 * len(free) / len(name)
        if places != sorted(places):
            weight -= 0.015
        return max(0.0, min(1.0, weight))

    def terms(self, *, left_out: int, initials: bool, unfinished: bool) -> str | None:
        """Return a text search query: every word in one of its spellings, all but ``left_out`` (0 or 1) of the words.

        With ``initials``, words of one and two letters are looked up as beginnings of words, which the index of names
        holds as terms of their own; with ``unfinished``, the last word also as the beginning of any word, which takes
        an index long. None when nothing is left.
        """
        choices = [self._choice(place, initials=initials, unfinished=unfinished) for place in range(len(self.words))]
        if not left_out:
            return " & ".join(choices)
        rests = [choices[:place] + choices[place + 1 :] for place in range(len(choices))]
        return " | ".join(f"({' & '.join(rest)})" for rest in rests if rest) or None

    def _choice(self, place: int, *, initials: bool, unfinished: bool) -> str:
        typed, meant = self.words[place], self.meant[place]
        terms = [f"'{word[:LONGEST_TERM]}'" for word in meant]
        if len(typed) <= INITIALS_LENGTH and typed.isalpha():
            # The beginning covers the word itself.
            terms = [f"'{typed}_'", *terms[1:]] if initials else terms
            return f"({' | '.join(terms)})"
        if unfinished and place == len(self.words) - 1 and not typed.isdigit():
            terms.append(f"'{typed[:LONGEST_TERM]}':*")
        return f"({' | '.join(terms)})"

    def in_name(self, candidate: Candidate) -> bool:
        """Whether more of the query is found in the customer's name than in the address."""
        name, address = candidate.name_key.split(), set(candidate.address_key.split())
        of_name = sum(any(_word_weight(typed, word, meant) > 0 for word in name) for typed, meant in self._pairs())
        of_address = sum(any(word in address for word in meant) for _, meant in self._pairs())
        joined = "".join(self.words)
        return of_name >= of_address or "".join(name).startswith(joined)

    def _pairs(self) -> Iterable[tuple[str, Mapping[str, float]]]:
        return zip(self.words, self.meant, strict=True)


def _word_weight(typed: str, word: str, meant: Mapping[str, float]) -> float:
    weight = meant.get(word)
    if weight is not None:
        return weight
    return 0.75 + 0.2 * len(typed) / len(word) if word.startswith(typed) and not typed.isdigit() else 0.0


def _slips_between(typed: str, known: str, most: float) -> float:
    """Return the number of slips (optimal string alignment), or something greater than ``most``."""
    if abs(len(typed) - len(known)) > most:
        return most + 1
    before: list[float] = []
    above = [float(place) for place in range(len(known) + 1)]
    for row, letter in enumerate(typed, 1):
        line = [float(row)]
        for column, other in enumerate(known, 1):
            swap = 0.0 if letter == other else 0.5 if frozenset((letter, other)) in _SOUND_ALIKE else 1.0
            best = min(above[column] + 1, line[column - 1] + 1, above[column - 1] + swap)
            if row > 1 and column > 1 and letter == known[column - 2] and typed[row - 2] == other:
                best = min(best, before[column - 2] + 1)
            line.append(best)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
