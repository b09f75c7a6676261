"""What was asked and what was heard, in the order in which it happened: a file of JSON lines that only grows.

A line is written before a request leaves and another one when its answer has come, or when it is certain that none
will: so the file tells what people know, whatever becomes of the process that writes it.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

_UNDER_WAY_SECONDS = 20.0
"""How long a request may still take effect after whoever made it has hung up."""


class Outcome(StrEnum):
    """What the person with the phone knows after a request."""

    TOLD = "told"
    """It is done; the answer says what."""
    REFUSED = "refused"
    """It is not done; the answer says why."""
    UNKNOWN = "unknown"
    """No answer came, or one that does not say: it may have been done."""


@dataclass
class Attempt:
    """One request; times in seconds since the beginning of the run."""

    number: int
    who: str
    content: Mapping[str, Any]
    asked_at: float
    outcome: Outcome | None = None
    """None: the run ended before."""
    answered_at: float = 0.0
    answer: Mapping[str, Any] = field(default_factory=dict)
    slug: str = ""
    """Why it was refused or is not known."""


@dataclass
class Deed:
    """Something that somebody wants done once, under an id of their own making, however often it is asked for."""

    kind: str
    id: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def told(self) -> list[Attempt]:
        """Attempts that were answered with yes."""
        return [attempt for attempt in self.attempts if attempt.outcome is Outcome.TOLD]

    @property
    def last_word(self) -> Attempt | None:
        """The latest attempt that was answered for certain."""
        definite = [a for a in self.attempts if a.outcome in (Outcome.TOLD, Outcome.REFUSED)]
        return max(definite, key=lambda attempt: attempt.asked_at, default=None)

    @property
    def is_open(self) -> bool:
        """Whether it is not certain what became of it: the last that was heard leaves a doubt."""
        last = self.last_word
        if last is None:
            return True
        # A "no" after a request without an answer: that one may still have been under way then.
        return last.outcome is Outcome.REFUSED and any(
            attempt.outcome is not Outcome.REFUSED and attempt.answered_at >= last.asked_at - _UNDER_WAY_SECONDS
            for attempt in self.attempts
        )

    @property
    def may_be_done(self) -> bool:
        """Whether anybody has heard yes, or nothing."""
        return any(attempt.outcome is not Outcome.REFUSED for attempt in self.attempts)


class History:
    """Everything of one run."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.deeds: dict[tuple[str, str], Deed] = {}
        self.reads: Counter[str] = Counter()
        """Outcome of looking things up, which changes nothing → how often."""
        self._file = path.open("w", encoding="utf-8", buffering=1)
        self._started = time.monotonic()
        self._lines = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @property
    def now(self) -> float:
        """Seconds since the beginning of the run."""
        return round(time.monotonic() - self._started, 4)

    def ask(self, kind: str, deed_id: str, who: str, content: Mapping[str, Any]) -> Attempt:
        """Write down that a request is about to leave."""
        deed = self.deeds.setdefault((kind, deed_id), Deed(kind, deed_id))
        attempt = Attempt(self._lines + 1, who, content, self.now)
        deed.attempts.append(attempt)
        self._write({"ask": kind, "id": deed_id, "who": who, "content": content})
        return attempt

    def answer(
        self, kind: str, deed_id: str, attempt: Attempt, outcome: Outcome, answer: Mapping[str, Any], slug: str = ""
    ) -> None:
        """Write down what was heard of a request."""
        attempt.outcome, attempt.answer, attempt.slug, attempt.answered_at = outcome, answer, slug, self.now
        self._write(
            {
                "answer": kind,
                "id": deed_id,
                "who": attempt.who,
                "asked_in_line": attempt.number,
                "outcome": outcome,
                **({"why": slug} if slug else {}),
                "answer_was": answer,
            }
        )

    def read(self, what: str, who: str, outcome: Outcome, slug: str = "") -> None:
        """Write down that something was looked up."""
        self.reads[outcome] += 1
        self._write({"read": what, "who": who, "outcome": outcome, **({"why": slug} if slug else {})})

    def note(self, what: str, **facts: Any) -> None:
        """Write down something else: a fault, its healing, a paper."""
        self._write({"note": what, **facts})

    def of(self, kind: str) -> Iterator[Deed]:
        """Iterate over the deeds of a kind."""
        return (deed for deed in self.deeds.values() if deed.kind == kind)

    def about(self, subject: str) -> list[str]:
        """Return the lines that name something, the earliest first."""
        if not subject:
            return []
        with self.path.open(encoding="utf-8") as lines:
            return [line.rstrip("\n") for line in lines if subject in line]

    def _write(self, entry: Mapping[str, Any]) -> None:
        self._lines += 1
        line = {"line": self._lines, "at": self.now, **entry}
        self._file.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
