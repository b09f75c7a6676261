"""Which lines are left out where good ones are kept: bad ones, and with one of a customer all of them."""

from collections.abc import Iterable, Sequence

from services.customer.imports.rows import ListReading
from services.customer.store.imports import codes_of_lines, drop_rows, lines_of_customers
from shared.csv_files import BadLine
from shared.csv_files.rejects import Rejects
from shared.db import Connection


class Choice:
    """The lines of an import that are left out, with their reasons; they are taken out of what was loaded."""

    def __init__(self, connection: Connection, lists: Sequence[ListReading]) -> None:
        self.rejects = {item.format.name: Rejects(item.format.name) for item in lists}
        self._connection = connection
        self._lists = {item.format.name: item for item in lists}
        self._codes: dict[str, dict[int, str]] = {name: {} for name in self._lists}

    @property
    def count(self) -> int:
        """How many lines are left out."""
        return sum(len(rejects.reasons) for rejects in self.rejects.values())

    @property
    def customers(self) -> list[str]:
        """The customers of the lines that are left out."""
        return sorted({code for codes in self._codes.values() for code in codes.values() if code})

    async def leave_out_bad(self) -> None:
        """Leave out what the files themselves show to be wrong."""
        for name, item in self._lists.items():
            self.rejects[name].add_all(item.bad)
            for line, reason in item.repeated.items():
                self.rejects[name].add(line, reason)
            self._codes[name] |= item.codes
            await self._drop(name, list(item.repeated))
        await self._spread([(name, line) for name, rejects in self.rejects.items() for line in rejects.reasons])

    async def leave_out(self, bad: Iterable[BadLine]) -> None:
        """Leave out lines that were found to be wrong later."""
        found: dict[str, list[int]] = {}
        for item in bad:
            self.rejects[item.file].add(item.line, str(item))
            found.setdefault(item.file, []).append(item.line)
        for name, lines in found.items():
            await self._drop(name, lines)
        await self._spread([(name, line) for name, lines in found.items() for line in lines])

    async def _drop(self, name: str, lines: Sequence[int]) -> None:
        item = self._lists[name]
        if item.names_customers:
            self._codes[name] |= await codes_of_lines(self._connection, item.format.table, lines)
        await drop_rows(self._connection, item.format.table, lines)

    async def _spread(self, wrong: Iterable[tuple[str, int]]) -> None:
        """Leave out the other lines of the customers of these lines."""
        causes: dict[str, tuple[str, int]] = {}
        for name, line in wrong:
            if code := self._codes[name].get(line):
                causes.setdefault(code, (name, line))
        for name, item in self._lists.items():
            if not item.names_customers or not causes:
                continue
            others = await lines_of_customers(self._connection, item.format.table, list(causes))
            for line, code in others.items():
                file, cause = causes[code]
                self.rejects[name].add(line, f"line {cause} of {file} is wrong, of the same customer")
            self._codes[name] |= others
            await drop_rows(self._connection, item.format.table, list(others))
