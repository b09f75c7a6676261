"""Files that are put into a folder and taken once."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.watched_files import REFUSED, is_taken, refuse, state_of, waiting, write_result

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def put(folder: Path, name: str, text: str = "x", *, seconds_ago: float = 60) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    moment = NOW.timestamp() - seconds_ago
    os.utime(path, (moment, moment))
    return path


def names(folder: Path, settled_after: timedelta = timedelta(seconds=10)) -> list[str]:
    return [path.name for path in waiting(folder.iterdir(), NOW, settled_after=settled_after)]


def test_complete_files_wait_in_the_order_of_their_names(tmp_path: Path) -> None:
    put(tmp_path, "b.csv")
    put(tmp_path, "a.csv")
    put(tmp_path, ".hidden.csv")
    (tmp_path / "c.csv").mkdir()
    assert names(tmp_path) == ["a.csv", "b.csv"]


def test_a_file_that_is_still_written_to_is_left_for_a_while(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", seconds_ago=5)
    assert names(tmp_path) == []
    assert names(tmp_path, timedelta(seconds=5)) == ["a.csv"]


def test_a_file_is_taken_until_it_changes(tmp_path: Path) -> None:
    path = put(tmp_path, "a.csv")
    assert not is_taken(path)
    write_result(path, state_of(path), {"lines": 1})
    kept = json.loads((tmp_path / "a.csv.done.json").read_text("utf-8"))
    assert kept == {"lines": 1, "size": 1, "changed_ns": path.stat().st_mtime_ns}
    assert (is_taken(path), "a.csv" in names(tmp_path)) == (True, False)
    put(tmp_path, "a.csv", "xy")
    assert "a.csv" in names(tmp_path)


def test_a_result_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    for number, text in enumerate(("{", "{}", "[]")):
        put(tmp_path, f"{number}.csv")
        put(tmp_path, f"{number}.csv.done.json", text)
    assert [name for name in names(tmp_path) if name.endswith(".csv")] == ["0.csv", "1.csv", "2.csv"]


def test_a_file_that_is_gone_is_left_out(tmp_path: Path) -> None:
    assert waiting([tmp_path / "gone.csv"], NOW) == []


def test_what_is_refused_is_put_away_with_its_reasons_and_nothing_there_is_lost(tmp_path: Path) -> None:
    first = refuse(put(tmp_path, "a.csv", "1"), {"why": "không đúng"})
    second = refuse(put(tmp_path, "a.csv", "2"), {"why": "again"})
    assert first == tmp_path / REFUSED / "a.csv"
    assert [path.read_text("utf-8") for path in (first, second)] == ["1", "2"]
    reasons = [json.loads(path.with_name(f"{path.name}.refused.json").read_text("utf-8")) for path in (first, second)]
    assert reasons == [{"why": "không đúng"}, {"why": "again"}]
    assert list(tmp_path.glob("*.csv")) == []
