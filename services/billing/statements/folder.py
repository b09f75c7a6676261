"""Statements that are taken: from a file, or from a folder into which a bank or a person puts them.

A file in the folder is taken when nobody has written to it for a while; what it did lies beside it (``….done.json``).
What is refused goes to ``refused/``, with the reason. Taken again, under whatever name, a statement changes nothing:
each of its movements is known by what it holds.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.billing.statements.files import read_statement
from services.billing.statements.layouts import StatementLayout
from services.billing.statements.statement import Statement, StatementError
from shared.clock import Clock
from shared.contracts.billing import SeenBankCredit, TakeBankCredits, TakenBankCredits
from shared.watched_files import SETTLED_AFTER, FileState, refuse, state_of, waiting, write_result

_KINDS = frozenset({".csv", ".txt", ".xlsx", ".xls", ".sta", ".mt940", ".940", ".xml"})
_AT_ONCE = 200

Take = Callable[[TakeBankCredits], Awaitable[TakenBankCredits]]
"""Hands movements to billing, which takes each once."""


@dataclass(frozen=True, slots=True)
class TakenStatement:
    """What became of a statement."""

    name: str
    account_number: str = ""
    movements: int = 0
    taken: int = 0
    """Not known before."""
    known: int = 0
    contradicted: int = 0
    refused: str = ""
    """Why it was not taken; empty where it was."""


async def take_statement(name: str, statement: Statement, take: Take) -> TakenStatement:
    """Hand all movements of a statement to billing, some at a time; it may be stopped at any point and begun again."""
    told = list(statement.told())
    replies = [await take(TakeBankCredits(source=statement.source, credits=list(some))) for some in _some(told)]
    return TakenStatement(
        name,
        statement.account_number,
        len(told),
        sum(reply.taken for reply in replies),
        sum(reply.known for reply in replies),
        sum(reply.contradicted for reply in replies),
    )


def _some(told: Sequence[SeenBankCredit]) -> list[Sequence[SeenBankCredit]]:
    return [told[start : start + _AT_ONCE] for start in range(0, len(told), _AT_ONCE)]


@dataclass(frozen=True, slots=True)
class StatementFolder:
    """The folder that is watched."""

    folder: Path
    take: Take
    clock: Clock
    settled_after: timedelta = SETTLED_AFTER
    layouts: Sequence[StatementLayout] = ()

    async def look(self) -> AsyncIterator[TakenStatement]:
        """Take the files that have no result yet, in the order of their names."""
        for path in await asyncio.to_thread(self._waiting):
            # Gone meanwhile: another copy was faster.
            with suppress(FileNotFoundError):
                yield await self._take(path)

    def _waiting(self) -> list[Path]:
        files = [path for path in self.folder.iterdir() if path.suffix.casefold() in _KINDS]
        return waiting(files, self.clock(), settled_after=self.settled_after)

    async def _take(self, path: Path) -> TakenStatement:
        state, data = await asyncio.to_thread(_content, path)
        try:
            statement = await asyncio.to_thread(read_statement, path.name, data, layouts=self.layouts)
        except StatementError as error:
            await asyncio.to_thread(refuse, path, {"why": str(error)})
            return TakenStatement(path.name, refused=str(error))
        taken = await take_statement(path.name, statement, self.take)
        # Sums only: what payers wrote stays in the bank's file.
        result = {
            "taken_at": self.clock().isoformat(),
            "account_number": taken.account_number,
            "movements": taken.movements,
            "taken": taken.taken,
            "known": taken.known,
            "contradicted": taken.contradicted,
        }
        await asyncio.to_thread(write_result, path, state, result)
        return taken


def _content(path: Path) -> tuple[FileState, bytes]:
    return state_of(path), path.read_bytes()
