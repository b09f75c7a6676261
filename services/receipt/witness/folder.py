"""A folder outside of the databases, best on another machine: files appear whole, by rename, and are on disk."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from services.receipt.checkpoints.checkpoint import KeptCheckpoint
from services.receipt.witness.places import PlaceAway
from shared.whole_files import write_whole

LATEST = "latest.txt"
SECONDS = 10.0

T = TypeVar("T")


class FolderPlace:
    """A Place that is a folder."""

    name = "folder"
    can_be_read = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def newest(self) -> list[str]:  # noqa: D102 - see Place
        return await self._in_time(self._read)

    async def replace_newest(self, note: str) -> None:  # noqa: D102
        await self._in_time(lambda: self._write(LATEST, note))

    async def keep(self, checkpoint: KeptCheckpoint) -> None:  # noqa: D102
        name = checkpoint.file_name
        await self._in_time(lambda: None if (self._folder / name).exists() else self._write(name, checkpoint.note))

    async def _in_time(self, work: Callable[[], T]) -> T:
        """Run it in a thread: a folder of another machine may hang."""
        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.to_thread(work)
        except TimeoutError:
            raise PlaceAway(f"no answer within {SECONDS:g} s") from None
        except (OSError, UnicodeDecodeError) as error:
            raise PlaceAway(getattr(error, "strerror", None) or type(error).__name__) from error

    def _read(self) -> list[str]:
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = max((path.name for path in self._folder.glob("checkpoint-*.txt")), default=None)
        names = [name for name in (LATEST, kept) if name is not None and (self._folder / name).exists()]
        return [(self._folder / name).read_text(encoding="utf-8") for name in names]

    def _write(self, name: str, note: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        # Whoever audits reads it; there is no secret in it.
        write_whole(self._folder / name, note.encode(), mode=0o644)
