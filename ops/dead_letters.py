"""What ``thungan dead`` works with: which letters are meant, and the log of what was done to them."""

import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr

from ops.console import fail
from ops.operators import operator
from ops.system import SERVICES, RunningSystem, namespace_of
from shared.clock import now
from shared.messaging.archive import SentEvent
from shared.messaging.dead_letters import DeadLetter, DeadLetterSession, open_dead_letters
from shared.messaging.errors import MessagingError


@dataclass(frozen=True, slots=True)
class Selection:
    """Which dead letters are meant; what is None does not matter."""

    service: str | None = None
    message: str | None = None
    """Name of the event, with or without its version."""

    reason: str | None = None
    letter: str | None = None
    older_than: timedelta | None = None

    def __post_init__(self) -> None:
        if self.service is not None and self.service not in SERVICES:
            fail(f"no such service: {self.service}; there are {', '.join(SERVICES)}", 2)

    @property
    def services(self) -> tuple[str, ...]:
        """The services whose dead queues have to be looked at."""
        return tuple(SERVICES) if self.service is None else (self.service,)

    def matches(self, letter: DeadLetter, moment: datetime) -> bool:
        """Whether ``letter`` is meant; ``moment`` is now (UTC)."""
        return (
            (self.message is None or letter.kind == self.message or letter.kind.startswith(f"{self.message}."))
            and (self.reason is None or letter.reason == self.reason)
            and (self.letter is None or letter.id == self.letter)
            and (self.older_than is None or letter.dead_at is None or moment - letter.dead_at >= self.older_than)
        )


@asynccontextmanager
async def session_of(system: RunningSystem) -> AsyncIterator[DeadLetterSession]:
    """Open the dead queues of a system; what is wrong with the broker becomes one line."""
    try:
        async with open_dead_letters(SecretStr(system.amqp_url), system.namespace) as session:
            yield session
    except MessagingError as error:
        fail(f"the broker: {error}")


async def select_letters(session: DeadLetterSession, selection: Selection) -> list[DeadLetter]:
    """Take the letters that are meant into hand, the oldest of each service first."""
    moment = now()
    taken = [letter for service in selection.services for letter in await session.take(service)]
    return [letter for letter in taken if selection.matches(letter, moment)]


class AuditLog:
    """A file of JSON lines, one for each letter or event that was dropped or sent again, written before it is done.

    The same line goes to standard error, where whatever collects the log finds it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, action: Literal["dropped", "redriven"], letter: DeadLetter, *, by: str, why: str) -> None:
        """Write down who does what to a letter, and why; it is on the disk when this returns."""
        line: dict[str, Any] = {
            "timestamp": now().isoformat(),
            "event": f"dead_letter_{action}",
            "by": by,
            "actor": operator().model_dump(mode="json"),
            "why": why,
            "service": letter.service,
            "message_id": letter.id,
            "message": letter.kind,
            "reason": letter.reason,
            "error": letter.error,
            "dead_at": None if letter.dead_at is None else letter.dead_at.isoformat(),
            "body_sha256": letter.body_hash,
        }
        self._write(line)

    def record_resent(self, event: SentEvent, *, by: str, why: str) -> None:
        """Write down who sends an event of the archive to a service again, and why."""
        self._write(
            {
                "timestamp": now().isoformat(),
                "event": "event_resent",
                "by": by,
                "actor": operator().model_dump(mode="json"),
                "why": why,
                "service": event.consumer,
                "emitter": event.emitter,
                "message_id": event.id,
                "message": event.kind,
                "published_at": event.published_at.isoformat(),
            }
        )

    def _write(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False) + "\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as log:
            log.write(text)
            log.flush()
            os.fsync(log.fileno())
        sys.stderr.write(text)


def audit_log(environment: Mapping[str, str] = os.environ) -> AuditLog:
    """Return the log of this system: ``THUNGAN_DEAD_LETTER_BOOK``, or a file below ``.local``."""
    if path := environment.get("THUNGAN_DEAD_LETTER_BOOK"):
        return AuditLog(Path(path))
    return AuditLog(Path(".local", "audit", namespace_of(environment), "dead-letters.jsonl"))


def age(letters: Iterable[DeadLetter], moment: datetime) -> timedelta | None:
    """Return how old the oldest of some letters is; None where it was not recorded."""
    moments = [letter.dead_at for letter in letters if letter.dead_at is not None]
    return moment - min(moments) if moments else None
