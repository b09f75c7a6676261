"""RabbitMQ 4 beside the machine's older one: the next Debian release's packages, unpacked and run where they lie.

Those packages are built for a newer C library than the machine has. It is unpacked with them, and every program is
started through its loader: no root, no chroot, nothing installed.
"""

from __future__ import annotations

import fcntl
import re
import shlex
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from stack.debian import Unavailable, unpack_release
from stack.processes import StackError
from stack.rabbitmq import RabbitMQ, scripts_folder
from stack.state import LocalFolder

SUITE = "trixie"
"""Debian 13: the release after the oldest that is supported, with RabbitMQ 4.0."""

_ERLANG = "asn1 base crypto eldap inets mnesia os-mon parsetools public-key runtime-tools ssl syntax-tools tools xmerl"
_LIBRARIES = "libc6 libcap2 libgcc-s1 libssl3t64 libstdc++6 libsystemd0 libtinfo6 libzstd1 zlib1g"
PACKAGES = ("rabbitmq-server", *(f"erlang-{part}" for part in _ERLANG.split()), *_LIBRARIES.split())

_TEMPORARY = "rabbitmq4-temporary"

_PROGRAMS = ("usr/lib/erlang/bin/*", "usr/lib/erlang/erts-*/bin/*", "usr/lib/erlang/lib/*/priv/bin/*")


def rabbitmq4(folder: LocalFolder, *, fetch: bool = True) -> RabbitMQ:
    """Return a private RabbitMQ 4 (not started), with ports, password and data of its own.

    Gets the programs where they are missing (about 45 MB), unless ``fetch`` is False. Raises :class:`Unavailable`.
    """
    programs = unpacked_programs(folder, fetch=fetch)
    return RabbitMQ(LocalFolder(folder.root / "rabbitmq4" / "node"), programs=programs)


def start_rabbitmq4(folder: LocalFolder) -> RabbitMQ:
    """Start RabbitMQ 4 where it does not run, and leave it running until `./dev down`. Raises :class:`Unavailable`."""
    newer = rabbitmq4(folder)
    with folder.locked():
        newer.start()
        folder.write(_TEMPORARY, value=False)
    return newer


@contextmanager
def rabbitmq4_in_use(folder: LocalFolder) -> Iterator[RabbitMQ]:
    """Start RabbitMQ 4 where it does not run; stop it again behind the last user unless it was asked to stay.

    Downloads nothing. Raises :class:`Unavailable`.
    """
    newer = rabbitmq4(folder, fetch=False)
    with (folder.root / "rabbitmq4.users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with folder.locked():
            if newer.start():
                folder.write(_TEMPORARY, value=True)
        try:
            yield newer
        finally:
            with suppress(BlockingIOError):  # another process still uses it
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with folder.locked():
                    if folder.read(_TEMPORARY):
                        newer.stop()


def started_rabbitmq4(folder: LocalFolder) -> RabbitMQ | None:
    """Return the private RabbitMQ 4 if it has ever been started here."""
    node = folder.root / "rabbitmq4" / "node"
    return RabbitMQ(LocalFolder(node)) if node.exists() else None


def version(scripts: Path) -> tuple[int, ...] | None:
    """Read a RabbitMQ's version from the name of the folder that its scripts are in; None where it is not in it."""
    real = (scripts / "rabbitmq-server").resolve()
    found = re.search(r"rabbitmq_server-(\d+)\.(\d+)", str(real))
    return (int(found[1]), int(found[2])) if found else None


def unpacked_programs(folder: LocalFolder, *, fetch: bool, machine: Path = Path("/")) -> Path:
    """Return the folder that holds a RabbitMQ 4: the machine's own where it is one, else one below ``folder``.

    Raises :class:`Unavailable`.
    """
    try:
        if (version(scripts_folder(machine)) or (0,)) >= (4,):
            return machine
    except StackError:
        pass  # none is installed at all
    own = folder.root / "rabbitmq4"
    root = own / "root"
    made_for = own / "made-for"
    with folder.locked("rabbitmq4"):
        # Where the folder was moved to another place, the paths inside are wrong.
        if made_for.exists() and made_for.read_text() == str(root.resolve()):
            return root
        if not fetch:
            raise Unavailable("it has not been fetched yet: ./dev broker4 does that")
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        unpack_release(SUITE, PACKAGES, workspace=own / "apt", into=root)
        make_runnable(root)
        made_for.write_text(str(root))
    return root


def lend_programs(lender: LocalFolder, borrower: LocalFolder) -> None:
    """Let another folder use the programs that were unpacked in this one, where there are any."""
    own, other = lender.root / "rabbitmq4", borrower.root / "rabbitmq4"
    other.mkdir(exist_ok=True)
    for name in ("root", "made-for"):
        if (own / name).exists() and not (other / name).exists():
            (other / name).symlink_to(own / name)


def make_runnable(root: Path) -> None:
    """Put a script in the place of each program that starts it with the C library from beside it."""
    loaders = sorted(root.glob("usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        raise Unavailable("Debian's packages for this kind of processor are laid out in a way that is not known here")
    loader = loaders[0]
    erlang = shlex.quote(str(root / "usr/lib/erlang"))
    for program in sorted(path for pattern in _PROGRAMS for path in root.glob(pattern)):
        if program.is_symlink() or not program.is_file():
            continue
        content = program.read_bytes()
        if content.startswith(b"#!"):
            program.write_bytes(content.replace(b"ROOTDIR=/usr/lib/erlang\n", f"ROOTDIR={erlang}\n".encode()))
        if not content.startswith(b"\x7fELF"):
            continue
        real = program.parent / "elf" / program.name
        real.parent.mkdir(exist_ok=True)
        program.rename(real)
        start = shlex.join([str(loader), "--library-path", str(loader.parent)])
        program.write_text(f'#!/bin/sh\nexec {start} --argv0 "$0" {shlex.quote(str(real))} "$@"\n')
        program.chmod(0o755)
