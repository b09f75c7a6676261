"""How RabbitMQ 4 is got beside an older one: what is decided before anything is downloaded, and after."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from stack import debian, rabbitmq4
from stack.debian import Unavailable
from stack.local import LocalStack
from stack.state import LocalFolder


def test_the_machines_own_mirror_is_used_whatever_its_sources_look_like(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "\n".join(
        (
            "https://packages.test/apt|stable|main",
            "http://mirror.test/debian/|bookworm|main",
            "http://mirror.test/debian/|bookworm|main",
            "http://mirror.test/debian/|bookworm-updates|main",
            "http://mirror.test/debian-security/|bookworm-security|main",
        )
    )
    monkeypatch.setattr(debian, "_run", lambda *_, **__: listed)

    assert debian.mirrors("bookworm") == ["http://mirror.test/debian/"]


@pytest.mark.parametrize(
    ("release", "words"),
    [({"ID": "fedora"}, "not Debian"), ({"ID": "debian", "VERSION_CODENAME": "nowhere"}, "no Debian mirror")],
    ids=["another distribution", "no source of its own release"],
)
def test_where_it_cannot_be_had_a_sentence_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: dict[str, str], words: str
) -> None:
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(debian, "_run", lambda *_, **__: "http://mirror.test/debian/|bookworm|main\n")

    with pytest.raises(Unavailable, match=words):
        debian.unpack_release("trixie", ["rabbitmq-server"], workspace=tmp_path / "apt", into=tmp_path)


def test_archive_keys_that_are_too_old_are_named_as_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([], 100, "", "W: GPG error: … NO_PUBKEY 0123456789ABCDEF")

    monkeypatch.setattr("subprocess.run", run)

    with pytest.raises(Unavailable, match="apt-get install debian-archive-keyring"):
        debian.mirrors("bookworm")


def test_nothing_is_downloaded_where_only_what_is_there_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "usr" / "lib").mkdir(parents=True)
    with pytest.raises(Unavailable, match="dev broker4"):
        rabbitmq4.unpacked_programs(LocalFolder(tmp_path / ".local"), fetch=False, machine=tmp_path)


def test_a_machine_that_has_rabbitmq_4_needs_no_other(tmp_path: Path) -> None:
    scripts = tmp_path / "usr" / "lib" / "rabbitmq" / "lib" / "rabbitmq_server-4.1.3" / "sbin"
    scripts.mkdir(parents=True)
    (scripts / "rabbitmq-server").touch()

    assert rabbitmq4.unpacked_programs(LocalFolder(tmp_path / ".local"), fetch=False, machine=tmp_path) == tmp_path


def test_each_program_is_started_with_the_c_library_from_beside_it(tmp_path: Path) -> None:
    root = tmp_path / "a folder"
    library = root / "usr" / "lib" / "x86_64-linux-gnu"
    programs = root / "usr" / "lib" / "erlang" / "bin"
    for folder in (library, programs):
        folder.mkdir(parents=True)
    loader = library / "ld-linux-x86-64.so.2"
    loader.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    loader.chmod(0o755)
    (programs / "escript").write_bytes(b"\x7fELF")
    (programs / "erl").write_text("#!/bin/sh\nROOTDIR=/usr/lib/erlang\necho $ROOTDIR\n")
    (programs / "start.boot").write_bytes(b"\x83h\x03")

    rabbitmq4.make_runnable(root)

    started = subprocess.run([programs / "escript", "one", "two words"], capture_output=True, text=True, check=True)
    assert started.stdout == (
        f"--library-path|{library}|--argv0|{programs}/escript|{programs}/elf/escript|one|two words|"
    )
    assert (programs / "erl").read_text() == f"#!/bin/sh\nROOTDIR='{programs.parent}'\necho $ROOTDIR\n"
    assert (programs / "start.boot").read_bytes() == b"\x83h\x03"


def test_stopping_the_stack_without_a_rabbitmq_4_makes_none(tmp_path: Path) -> None:
    stack = LocalStack(LocalFolder(tmp_path / ".local"), {})

    assert stack.stop() == []
    assert not (tmp_path / ".local" / "rabbitmq4").exists()
