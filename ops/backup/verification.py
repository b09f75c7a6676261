"""Is a backup still what was written, and does it lead to a point? With the private key: does it unpack?"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from ops.backup.barman import Copy
from ops.backup.place import Place
from shared.whole_files import write_whole

_SEGMENT = re.compile(r"[0-9A-F]{24}")
_AT_ONCE = 1 << 20


def write_digests(place: Place, copy: Copy, archive: Path) -> None:
    """Write down what a backup consists of: its copy, the log from its begin until now, its archive of files."""
    files = [*_files_of(place.bases / copy.id), *segments(place, copy.first_segment), archive]
    digests = {str(path.relative_to(place.folder)): digest_of(path) for path in files}
    write_whole(place.digests / f"{copy.id}.json", json.dumps(digests, indent=1, sort_keys=True).encode())


def faults(place: Place, copy: Copy) -> Iterator[str]:
    """Yield what is wrong with a backup, without its private key: what is missing, changed, or leads to no point."""
    if not copy.is_whole:
        yield f"{copy.id} was not finished ({copy.status})"
        return
    try:
        digests = json.loads((place.digests / f"{copy.id}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        yield f"{copy.id} was not finished: nothing says what it consists of"
        return
    for name, digest in digests.items():
        path = place.folder / name
        if not path.exists():
            yield f"{name} is missing"
        elif digest_of(path) != digest:
            yield f"{name} was changed"
    names = [path.name for path in segments(place, copy.first_segment)]
    if copy.first_segment not in names:
        yield f"the log does not have {copy.first_segment}, with which {copy.id} begins"
    # What comes later is another backup's, and was not received without a gap unless the log was streamed.
    yield from (f"the log lacks what comes after {name}" for name in gaps(names) if name < copy.last_segment)
    if not names or names[-1] < copy.last_segment:
        yield f"the log does not have {copy.last_segment}, with which {copy.id} ends"


def segments(place: Place, first: str) -> list[Path]:
    """Return the files of the log from ``first`` on, in their order."""
    found = [path for path in place.log.glob("*/*") if _SEGMENT.fullmatch(path.name) and path.name >= first]
    return sorted(found, key=lambda path: path.name)


def gaps(names: Sequence[str]) -> Iterator[str]:
    """Yield each segment, in their order, after which one of its timeline is missing. Segments of 16 MiB.

    A new timeline begins in the segment in which the one before it ended.
    """
    for one, following in pairwise(names):
        if one[:8] == following[:8] and _number(following) != _number(one) + 1:
            yield one


def _number(name: str) -> int:
    return int(name[8:16], 16) * 256 + int(name[16:24], 16)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_AT_ONCE):
            digest.update(part)
    return digest.hexdigest()


def _files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
