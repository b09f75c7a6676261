"""What is made from files is made once, and again when they change."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from dev_tools.console import DevError
from dev_tools.stamp import Stamp
from stack.state import LocalFolder


@pytest.fixture
def local(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path / "local")


def test_it_is_made_once_for_the_same_sources(tmp_path: Path, local: LocalFolder) -> None:
    made: list[str] = []
    for sources in ("a", "a", "b"):
        Stamp(tmp_path / "stamp", sources).renew(lambda given=sources: made.append(given), lock="x", local=local)  # type: ignore[misc]
    assert made == ["a", "b"]


def test_it_is_made_again_where_it_does_not_work(tmp_path: Path, local: LocalFolder) -> None:
    made: list[str] = []
    for _ in range(2):
        stamp = Stamp(tmp_path / "stamp", "a", works=lambda: False)
        stamp.renew(lambda: made.append("a"), lock="x", local=local)
    assert made == ["a", "a"]


def test_what_could_not_be_made_is_not_stamped(tmp_path: Path, local: LocalFolder) -> None:
    def fail() -> None:
        raise DevError("there is no network")

    Stamp(tmp_path / "stamp", "a").renew(lambda: None, lock="x", local=local)
    changed = Stamp(tmp_path / "stamp", "b")
    with pytest.raises(DevError, match="no network"):
        changed.renew(fail, lock="x", local=local)
    assert not changed.is_current()
    assert not Stamp(tmp_path / "stamp", "a").is_current()


def test_of_two_commands_at_once_one_makes_it(tmp_path: Path, local: LocalFolder) -> None:
    made: list[str] = []
    both = Barrier(2)

    def command() -> None:
        both.wait()
        Stamp(tmp_path / "stamp", "a").renew(lambda: made.append("a"), lock="x", local=local)

    with ThreadPoolExecutor(2) as commands:
        for done in [commands.submit(command), commands.submit(command)]:
            done.result()
    assert made == ["a"]
