"""Migrations are applied once, in order, whole, and by one process at a time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from shared.db import MigrationError, migrate

Database = Callable[..., Awaitable[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_pre_things.sql").write_text("CREATE TABLE thing (name text)")
    (tmp_path / "0002_post_fill.sql").write_text("INSERT INTO thing VALUES ('a')")
    return tmp_path


async def things(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return [row["name"] for row in await connection.fetch("SELECT name FROM thing")]
    finally:
        await connection.close()


async def test_files_are_applied_in_order_and_only_once(database: Database, folder: Path) -> None:
    url = await database()

    first = await migrate(url, folder)
    second = await migrate(url, folder)

    assert first == ["service/0001_pre_things.sql", "service/0002_post_fill.sql"]
    assert second == []
    assert await things(url) == ["a"]


async def test_the_post_phase_waits_until_it_is_asked_for(database: Database, folder: Path) -> None:
    url = await database()

    before = await migrate(url, folder, phases=("pre",))
    rows_before = await things(url)
    after = await migrate(url, folder, phases=("post",))

    assert (before, rows_before) == (["service/0001_pre_things.sql"], [])
    assert (after, await things(url)) == (["service/0002_post_fill.sql"], ["a"])


async def test_copies_that_start_together_apply_each_file_once(database: Database, folder: Path) -> None:
    url = await database()

    applied = await asyncio.gather(*(migrate(url, folder) for _ in range(4)))

    assert sorted(map(len, applied)) == [0, 0, 0, 2]
    assert await things(url) == ["a"]


async def test_a_file_that_fails_leaves_nothing_behind_and_says_which_it_was(database: Database, folder: Path) -> None:
    url = await database()
    (folder / "0003_pre_broken.sql").write_text("INSERT INTO thing VALUES ('b'); SELECT no_such_function()")

    with pytest.raises(MigrationError, match=r"0003_pre_broken\.sql"):
        await migrate(url, folder)

    assert await things(url) == ["a"]


async def test_a_file_that_was_changed_after_its_application_is_refused(database: Database, folder: Path) -> None:
    url = await database()
    await migrate(url, folder)
    (folder / "0001_pre_things.sql").write_text("CREATE TABLE thing (name text, other text)")

    with pytest.raises(MigrationError, match=r"0001_pre_things\.sql was changed"):
        await migrate(url, folder)


async def test_a_file_that_has_gone_missing_is_refused_but_a_newer_version_s_is_not(
    database: Database, folder: Path
) -> None:
    url = await database()
    (folder / "0003_pre_newer.sql").write_text("ALTER TABLE thing ADD newer text")
    await migrate(url, folder)

    (folder / "0003_pre_newer.sql").unlink()
    assert await migrate(url, folder) == []
    (folder / "0001_pre_things.sql").unlink()
    with pytest.raises(MigrationError, match=r"0001_pre_things\.sql"):
        await migrate(url, folder)


async def test_an_index_can_be_built_without_a_transaction(database: Database, folder: Path) -> None:
    url = await database()
    (folder / "0003_pre_index.sql").write_text(
        "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS thing_name ON thing (name)"
    )

    assert len(await migrate(url, folder)) == 3


async def test_copies_that_start_together_do_not_wait_for_each_other_when_an_index_is_built_without_a_transaction(
    database: Database, folder: Path
) -> None:
    url = await database()
    (folder / "0003_pre_slow.sql").write_text("SELECT pg_sleep(1.5)")
    (folder / "0004_pre_index.sql").write_text(
        "-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS thing_name ON thing (name)"
    )

    applied = await asyncio.gather(*(migrate(url, folder) for _ in range(3)))

    assert sorted(map(len, applied)) == [0, 0, 4]


@pytest.mark.parametrize(
    "name", ["1_pre_short.sql", "0003_later_phase.sql", "0003_pre_Upper.sql", "0002_pre_twice.sql"]
)
async def test_a_file_whose_name_does_not_fit_is_refused(database: Database, folder: Path, name: str) -> None:
    (folder / name).write_text("SELECT 1")

    with pytest.raises(MigrationError):
        await migrate(await database(), folder)
