"""Files of readings in a watched folder: each is taken once, complete or not at all."""

import asyncio
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from services.billing.imports.watched_folder import WatchedFolder
from shared.clock import now
from shared.csv_files import PLAINLY, ImportOptions
from tests.integration.billing.billing_handlers import CODE, TARIFFS, BillingHandlers, reading, readings

SECOND = "PB14010012346"


def watched(billing: BillingHandlers, folder: Path, options: ImportOptions = PLAINLY) -> WatchedFolder:
    return WatchedFolder(folder, billing.new_work, TARIFFS, now, options, settled_after=timedelta())


async def outcomes(*folders: WatchedFolder) -> list[tuple[str, str]]:
    return [(taken.name, taken.outcome) for folder in folders async for taken in folder.look()]


def result(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.with_name(f"{path.name}.done.json").read_text("utf-8"))
    return found


async def count(billing: BillingHandlers) -> int:
    found: int = await billing.pool.fetchval("SELECT count(*) FROM metered_periods")
    return found


async def test_a_file_is_taken_once_whatever_it_is_called_and_its_result_lies_beside_it(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    await billing.customer()
    path = tmp_path / "head-end-1.csv"
    path.write_text(readings(reading(50)), "utf-8")
    folder = watched(billing, tmp_path)
    assert await outcomes(folder, folder) == [("head-end-1.csv", "taken")]
    assert (result(path)["outcome"], result(path)["report"]["files"]["readings.csv"]["added"]) == ("taken", 1)
    again = tmp_path / "head-end-2.csv"
    shutil.copy(path, again)
    assert await outcomes(folder, folder) == [("head-end-2.csv", "repeated")]
    assert (result(again)["taken_as"], await count(billing)) == ("head-end-1.csv", 1)


async def test_a_file_that_is_being_written_is_left_until_it_is_complete(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    await billing.customer()
    (tmp_path / "a.csv.part").write_text(readings(reading(50)), "utf-8")
    (tmp_path / "b.csv").write_text(readings(reading(50)), "utf-8")
    assert await outcomes(WatchedFolder(tmp_path, billing.new_work, TARIFFS, now)) == []
    (tmp_path / "a.csv.part").rename(tmp_path / "a.csv")
    before = now().timestamp() - 60
    os.utime(tmp_path / "a.csv", (before, before))
    assert await outcomes(WatchedFolder(tmp_path, billing.new_work, TARIFFS, now)) == [("a.csv", "taken")]


async def test_a_file_that_is_refused_is_moved_with_its_reasons_and_can_be_corrected(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    await billing.customer()
    folder = watched(billing, tmp_path)
    good = readings(reading(50))
    for _ in range(2):
        (tmp_path / "a.csv").write_text(good.replace("M12345", "M 1 2 3"), "utf-8")
        assert await outcomes(folder, folder) == [("a.csv", "refused")]
    assert len(list((tmp_path / "refused").glob("*.csv"))) == 2
    reasons = json.loads((tmp_path / "refused" / "a.csv.refused.json").read_text("utf-8"))
    assert [bad["column"] for bad in reasons["bad_lines"]] == ["meter_number"]
    (tmp_path / "a.csv").write_text(good, "utf-8")
    assert await outcomes(folder) == [("a.csv", "taken")]


async def test_good_lines_are_kept_on_demand_and_the_others_lie_beside_the_file(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    for code in (CODE, SECOND):
        await billing.customer(code)
    path = tmp_path / "a.csv"
    path.write_text(readings(reading(50), reading(50, code=SECOND).replace(",10,", ",13,")), "utf-8")
    assert await outcomes(watched(billing, tmp_path, ImportOptions(keep_good=True))) == [("a.csv", "taken")]
    rejects = path.with_name("a.csv.rejects.csv").read_text("utf-8-sig").splitlines()
    assert [SECOND in line for line in rejects] == [False, True]
    assert await outcomes(watched(billing, tmp_path, ImportOptions(keep_good=True))) == []


async def test_two_copies_take_a_file_once(billing: BillingHandlers, tmp_path: Path) -> None:
    await billing.customer()
    (tmp_path / "a.csv").write_text(readings(reading(50)), "utf-8")
    await asyncio.gather(*(outcomes(watched(billing, tmp_path)) for _ in range(4)))
    assert await count(billing) == 1
    assert await billing.pool.fetchval("SELECT count(*) FROM taken_files") == 1


async def test_the_result_of_a_file_whose_taker_ended_before_it_could_write_it_is_written_later(
    billing: BillingHandlers, tmp_path: Path
) -> None:
    await billing.customer()
    path = tmp_path / "a.csv"
    path.write_text(readings(reading(50)), "utf-8")
    await outcomes(watched(billing, tmp_path))
    before = result(path)
    path.with_name("a.csv.done.json").unlink()
    assert await outcomes(watched(billing, tmp_path)) == [("a.csv", "taken")]
    assert result(path) == before
    assert await count(billing) == 1
