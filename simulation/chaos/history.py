"""Every request and its reply, in the order in which they happened: a file of JSON lines that only grows.

A line is written before a request leaves and another one when its reply has come, or when it is certain that none
will: so the file holds what people know, whatever becomes of the process that writes it.
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

    DONE = "done"
    """It is done; the answer holds the result."""
    REFUSED = "refused"
    """It is not done; the answer holds the reason."""
    UNKNOWN = "unknown"
    """No answer came, or no definite one: it may have been done."""


@dataclass
class Attempt:
    """One request; times in seconds since the beginning of the run."""

    number: int
    who: str
    content: Mapping[str, Any]
    sent_at: float
    outcome: Outcome | None = None
    """None: the run ended before."""
    answered_at: float = 0.0
    answer: Mapping[str, Any] = field(default_factory=dict)
    slug: str = ""
    """Why it was refused, or why its outcome is unknown."""


@dataclass
class Operation:
    """Something that somebody wants done once, under an id of their own making, however often it is requested."""

    kind: str
    id: str
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def confirmed(self) -> list[Attempt]:
        """Attempts that were confirmed as done."""
        return [attempt for attempt in self.attempts if attempt.outcome is Outcome.DONE]

    @property
    def last_answer(self) -> Attempt | None:
        """The latest attempt whose reply is definite."""
        definite = [a for a in self.attempts if a.outcome in (Outcome.DONE, Outcome.REFUSED)]
        return max(definite, key=lambda attempt: attempt.sent_at, default=None)

    @property
    def is_open(self) -> bool:
        """Whether its outcome is in doubt."""
        last = self.last_answer
        if last is None:
            return True
        # A "no" after a request without an answer: that one may still have been under way then.
        return last.outcome is Outcome.REFUSED and any(
            attempt.outcome is not Outcome.REFUSED and attempt.answered_at >= last.sent_at - _UNDER_WAY_SECONDS
            for attempt in self.attempts
        )

    @property
    def may_be_done(self) -> bool:
        """Whether any attempt was confirmed, or had no definite reply."""
        return any(attempt.outcome is not Outcome.REFUSED for attempt in self.attempts)


class History:
    """Everything of one run."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.operations: dict[tuple[str, str], Operation] = {}
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

    def request(self, kind: str, operation_id: str, who: str, content: Mapping[str, Any]) -> Attempt:
        """Record that a request is about to leave."""
        operation = self.operations.setdefault((kind, operation_id), Operation(kind, operation_id))
        attempt = Attempt(self._lines + 1, who, content, self.now)
        operation.attempts.append(attempt)
        self._write({"request": kind, "id": operation_id, "who": who, "content": content})
        return attempt

    def reply(
        self,
        kind: str,
        operation_id: str,
        attempt: Attempt,
        outcome: Outcome,
        answer: Mapping[str, Any],
        slug: str = "",
    ) -> None:
        """Record the outcome of a request."""
        attempt.outcome, attempt.answer, attempt.slug, attempt.answered_at = outcome, answer, slug, self.now
        self._write(
            {
                "reply": kind,
                "id": operation_id,
                "who": attempt.who,
                "requested_in_line": attempt.number,
                "outcome": outcome,
                **({"why": slug} if slug else {}),
                "content": answer,
            }
        )

    def read(self, what: str, who: str, outcome: Outcome, slug: str = "") -> None:
        """Record that something was looked up."""
        self.reads[outcome] += 1
        self._write({"read": what, "who": who, "outcome": outcome, **({"why": slug} if slug else {})})

    def note(self, what: str, **facts: Any) -> None:
        """Record something else: a fault, its healing."""
        self._write({"note": what, **facts})

    def of(self, kind: str) -> Iterator[Operation]:
        """Iterate over the operations of a kind."""
        return (operation for operation in self.operations.values() if operation.kind == kind)

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
