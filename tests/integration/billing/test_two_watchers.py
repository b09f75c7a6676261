"""Two processes watch one folder: each file is taken once, and the operators see what was done."""

import asyncio
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from services.billing.imports.watched_folder import WatchedFolder
from services.billing.metrics import HELD, show_held
from services.billing.store.held_readings import count_held
from shared.clock import now
from shared.csv_files import text_file as text_files
from shared.db import open_pool
from shared.testing.databases import TestDatabases
from stack.state import PROJECT
from tests.integration.billing.billing_handlers import TARIFFS, BillingHandlers, reading, readings

CODES = [f"PB140100{n:05d}" for n in range(1, 13)]


async def outcomes(folder: WatchedFolder) -> list[str]:
    return [taken.outcome async for taken in folder.look()]


def names(folder: Path, ending: str) -> int:
    return sum(name.endswith(ending) for name in os.listdir(folder))  # noqa: PTH208


def put(path: Path, text: str) -> None:
    """Put a file into the folder that nobody has written to for a minute."""
    path.write_text(text, "utf-8")
    before = now().timestamp() - 60
    os.utime(path, (before, before))


async def test_two_processes_take_each_file_once(databases: TestDatabases, tmp_path: Path) -> None:
    url = await databases.create("billing")
    async with await open_pool(url, application_name="test two watchers") as pool:
        await take_with_two_processes(BillingHandlers(pool), url, tmp_path)
    await databases.drop(url)


async def take_with_two_processes(billing: BillingHandlers, url: str, tmp_path: Path) -> None:
    for code in CODES:
        await billing.customer(code)
    for number, code in enumerate(CODES):
        put(tmp_path / f"{number:02d}.csv", readings(reading(50, code=code)))
    put(tmp_path / "wrong.csv", readings(reading(50, code="PB14019999999")))
    command = (sys.executable, "-P", "-m", "ops.cli", "readings", "watch", str(tmp_path), "--once")
    environment = {**os.environ, "THUNGAN_BILLING_DATABASE_URL": url, "PYTHONPATH": str(PROJECT)}
    watchers = [
        await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    outputs = await asyncio.gather(*(watcher.communicate() for watcher in watchers))
    assert [watcher.returncode for watcher in watchers] == [0, 0], outputs
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == len(CODES)
    assert await billing.pool.fetchval("SELECT count(*) FROM taken_files") == len(CODES)
    assert names(tmp_path, ".done.json") == len(CODES)
    assert names(tmp_path / "refused", ".refused.json") == 1


async def test_parquet_of_a_head_end_is_taken_from_the_folder(billing: BillingHandlers, tmp_path: Path) -> None:
    await billing.customer(CODES[0])
    header, line = readings(reading(50, code=CODES[0])).splitlines()
    columns = {name: [cell or None] for name, cell in zip(header.split(","), line.split(","), strict=True)}
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in columns.items()})
    pq.write_table(table, tmp_path / "a.parquet")
    before = now().timestamp() - 60
    os.utime(tmp_path / "a.parquet", (before, before))
    folder = WatchedFolder(tmp_path, billing.new_work, TARIFFS, now)
    assert await outcomes(folder) == ["taken"]
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == 1


async def test_a_file_that_grows_while_it_is_taken_is_left_for_the_next_look(
    billing: BillingHandlers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in CODES[:2]:
        await billing.customer(code)
    path = tmp_path / "a.csv"
    put(path, readings(reading(50, code=CODES[0])))
    folder = WatchedFolder(tmp_path, billing.new_work, TARIFFS, now)
    look_through = text_files._state
    looks = 0

    def grow(of: Path) -> tuple[int, int]:
        nonlocal looks
        looks += 1
        if looks == 2:  # after it was looked through, before its end was read
            with path.open("a", encoding="utf-8") as file:
                file.write(reading(50, code=CODES[1]) + "\n")
        return look_through(of)

    monkeypatch.setattr(text_files, "_state", grow)
    assert await outcomes(folder) == []
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == 0
    put(path, path.read_text("utf-8"))
    assert await outcomes(folder) == ["taken"]
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == 2


async def test_how_many_readings_are_held_is_shown_by_unit_and_age(billing: BillingHandlers) -> None:
    await billing.customer(CODES[0])
    await billing.import_readings(reading(50, code=CODES[0]))
    await billing.pool.execute(
        """UPDATE metered_periods SET held = '[{"rule": "jump", "detail": "x", "english": "x"}]'"""
    )
    await billing.pool.execute(
        """INSERT INTO reading_acts (act_id, period_id, act, acted_at)
        SELECT gen_random_uuid(), period_id, 'held', now() - interval '3 days' FROM metered_periods"""
    )
    async with billing.pool.acquire() as connection:
        counts = await count_held(connection)
    assert counts == {"PB1401": (0, 1, 0)}
    show_held(counts)
    assert HELD.labels("PB1401", "7d")._value.get() == 1
    show_held({})
