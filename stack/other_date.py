"""Running a command, with a broker and a database server of its own, as if today were another day.

A small library that is preloaded into every process moves the wall clock, and nothing else: Python, PostgreSQL, Erlang,
Node.js and Chromium alike. ADR 11: why it is not libfaketime.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from stack.local import LocalStack
from stack.processes import StackError
from stack.rabbitmq4 import lend_programs
from stack.state import LOCAL_FOLDER, LocalFolder

_SOURCE = Path(__file__).with_name("wall_clock.c")
_COMPILERS = ("cc", "gcc", "clang", "tcc")
_VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def offset(text: str, now: datetime) -> timedelta:
    """Return how far a moment is from now, in whole seconds: ``2028-02-29T23:00+07:00``, ``2028-02-29``, ``+40d``.

    Without a time zone it is Vietnam's. Raises :class:`StackError`.
    """
    if days := re.fullmatch(r"([+-]\d{1,5})d", text):
        return timedelta(days=int(days[1]))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise StackError(f"{text!r} is no date like 2028-02-29, 2028-02-29T23:00+07:00 or +40d") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=_VIETNAM)
    return timedelta(seconds=round((moment - now).total_seconds()))


@contextmanager
def wall_clock_library(away: timedelta) -> Iterator[Path]:
    """Compile the library, in a folder that the database server's account can read. Raises :class:`StackError`."""
    compiler = next(filter(None, map(shutil.which, _COMPILERS)), None)
    if compiler is None:
        raise StackError("no C compiler is installed: apt-get install tcc")
    with tempfile.TemporaryDirectory(prefix="thungan-clock-") as folder:
        Path(folder).chmod(0o755)
        library = Path(folder) / "wall_clock.so"
        seconds = round(away.total_seconds())
        done = subprocess.run(
            [compiler, "-shared", "-fPIC", "-nostdlib", f"-DOFFSET=({seconds}L)", "-o", library, _SOURCE],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise StackError(f"{compiler} cannot compile {_SOURCE.name}: {done.stderr.strip()}")
        yield library


@contextmanager
def on_other_date(text: str) -> Iterator[Mapping[str, str]]:
    """Yield the variables under which every process has another date, and a stack of its own.

    The stack's data is thrown away before and after; its logs stay until the next time. One at a time: a second command
    waits for the first. Raises :class:`StackError`.
    """
    usual = LocalFolder()
    away = offset(text, datetime.now(UTC))
    with usual.locked("other-date"), wall_clock_library(away) as library:
        own = LocalStack(LocalFolder(usual.root / "other-date"), environment={})
        own.reset()  # left over from a run that was killed
        lend_programs(usual, own.folder)
        preload = " ".join(filter(None, (str(library), os.environ.get("LD_PRELOAD"))))
        try:
            yield {"LD_PRELOAD": preload, LOCAL_FOLDER: str(own.folder.root)}
        finally:
            own.reset()
