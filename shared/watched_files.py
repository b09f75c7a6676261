"""Files that others put into a folder and that are taken once: which are complete, and what is written beside them.

A file is put there under another name (``….part``) or in another folder, and renamed when it is complete; one that is
written in place is left until nobody has written to it for a while. What was taken stays, with its result beside it
(``….done.json``), by which it is known as taken until it changes. What is refused goes to ``refused/``, with the
reasons beside it (``….refused.json``).
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from shared.ids import new_id
from shared.whole_files import write_whole

REFUSED = "refused"
"""The folder, beside a file, of what was refused."""
SETTLED_AFTER = timedelta(seconds=10)
"""So long nobody has written to a file that is taken."""
_RESULT = "done.json"


class FileState(NamedTuple):
    """By what a file is known as the one that was taken."""

    size: int
    changed_ns: int


def state_of(path: Path) -> FileState:
    """Return the state of a file; raises ``FileNotFoundError``."""
    found = path.stat()
    return FileState(found.st_size, found.st_mtime_ns)


def waiting(paths: Iterable[Path], moment: datetime, *, settled_after: timedelta = SETTLED_AFTER) -> list[Path]:
    """Return those of some paths that are files, complete and not taken as they are, in the order of their names.

    ``moment``: now. Hidden files are none. What is gone meanwhile is left out: another copy was faster, or whoever
    sends it renames it.
    """
    return sorted(path for path in paths if not path.name.startswith(".") and _waits(path, moment, settled_after))


def _waits(path: Path, moment: datetime, settled_after: timedelta) -> bool:
    with suppress(FileNotFoundError):
        if not path.is_file():
            return False
        state = state_of(path)
        if moment.timestamp() - state.changed_ns / 1e9 < settled_after.total_seconds():
            return False
        # A result that cannot be read, or says nothing of the file's state, is none.
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            known = json.loads(beside(path, _RESULT).read_text("utf-8"))
            return (known["size"], known["changed_ns"]) != state
        return True
    return False


def beside(path: Path, what: str) -> Path:
    """Return where something about a file is written: ``NAME.what``."""
    return path.with_name(f"{path.name}.{what}")


def is_taken(path: Path) -> bool:
    """Whether a file has a result, whatever it was when that was written."""
    return beside(path, _RESULT).exists()


def write_result(path: Path, state: FileState, facts: Mapping[str, object]) -> None:
    """Write what became of a file as it was when it was read."""
    write_beside(path, _RESULT, as_json({**facts, "size": state.size, "changed_ns": state.changed_ns}))


def write_beside(path: Path, what: str, text: str, *, encoding: str = "utf-8") -> None:
    """Write something about a file, whole or not at all."""
    write_whole(beside(path, what), text.encode(encoding), mode=0o644)


def refuse(path: Path, why: Mapping[str, object]) -> Path:
    """Put a file away with the reasons, which are there first; return where it is. Nothing that is there is lost."""
    folder = path.parent / REFUSED
    folder.mkdir(exist_ok=True)
    place = folder / path.name
    if place.exists():
        place = folder / f"{path.stem}.{new_id().hex[-12:]}{path.suffix}"
    write_beside(place, "refused.json", as_json(why))
    path.replace(place)
    return place


def as_json(facts: Mapping[str, object]) -> str:
    """Return facts as a person can read them, too."""
    return json.dumps(facts, ensure_ascii=False, indent=1)
