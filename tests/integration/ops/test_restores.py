"""A database that was set back to a backup is noticed, however much was written to it since."""

from pathlib import Path
from uuid import UUID

import asyncpg

from ops.audit.standings import Compared, Standing, keep, look, read
from shared.money_history import seal_history
from shared.testing.databases import TestDatabases

SHIFT = """
INSERT INTO shifts (shift_id, collector_code, opened_at, opening_float, cash_ceiling) VALUES ($1, $2, now(), 0, 1)
"""


async def work(url: str, *numbers: int) -> None:
    """Open shifts, and seal what the history has of them."""
    connection = await asyncpg.connect(url)
    try:
        for number in numbers:
            await connection.execute(SHIFT, UUID(int=number), f"TN{number}")
            await seal_history(connection)
    finally:
        await connection.close()


async def restored(databases: TestDatabases, server: str, source: str) -> str:
    """Restore a backup of a database, as it is now, as another one."""
    target = await databases.create_empty()
    name, of = (url.rpartition("/")[2] for url in (target, source))
    connection = await asyncpg.connect(server)
    try:
        await connection.execute(f'DROP DATABASE "{name}"')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{of}"')
    finally:
        await connection.close()
    return target


async def test_a_database_that_was_set_back_is_noticed_also_after_work_went_on(
    postgres_url: str, tmp_path: Path
) -> None:
    databases = TestDatabases(postgres_url)
    try:
        billing, notify = await databases.create("billing"), await databases.create("notify")
        await work(billing, 1, 2)
        backup = await restored(databases, postgres_url, billing)
        await work(billing, 3, 4)
        standings, found = await look({"billing": billing, "notify": notify}, read(tmp_path))
        assert found == Compared()
        keep(tmp_path, standings)
        await work(billing, 5)
        assert (await look({"billing": billing, "notify": notify}, read(tmp_path)))[1] == Compared()

        known = read(tmp_path)
        _, found = await look({"billing": backup, "notify": notify}, known)
        assert [violation.service for violation in found.set_back] == ["billing"]
        assert "now up to" in found.set_back[0].detail
        assert [violation.service for violation in found.replaced] == ["billing"]
        await work(backup, 13, 14, 15, 16)
        _, found = await look({"billing": backup, "notify": notify}, known)
        assert "work went on" in found.set_back[0].detail

        # To the very moment at which it stood: nothing is missing, and it is another database.
        moved = {**known, "notify": Standing("system 1, timeline 1, database 1, table 1", known["notify"].seal)}
        _, found = await look({"billing": billing, "notify": notify}, moved)
        assert (found.set_back, [violation.service for violation in found.replaced]) == ((), ["notify"])
    finally:
        await databases.close()


async def test_a_function_of_the_history_that_was_replaced_and_put_back_is_noticed(postgres_url: str) -> None:
    databases = TestDatabases(postgres_url)
    try:
        urls = {"billing": await databases.create("billing")}
        known, _ = await look(urls, {})
        connection = await asyncpg.connect(urls["billing"])
        try:
            text = await connection.fetchval("SELECT pg_get_functiondef('write_money_history'::regproc)")
            await connection.execute(text.replace("INSERT INTO money_history", "INSERT INTO pg_temp.nowhere"))
            await connection.execute(text)
        finally:
            await connection.close()
        _, found = await look(urls, known)
        assert [violation.subject for violation in found.tampered] == ["functions and triggers"]
    finally:
        await databases.close()


async def test_a_partition_that_came_changes_nothing_and_a_trigger_of_it_that_is_off_is_noticed(
    postgres_url: str,
) -> None:
    databases = TestDatabases(postgres_url)
    try:
        urls = {"billing": await databases.create("billing")}
        connection = await asyncpg.connect(urls["billing"])
        try:
            await connection.execute("CREATE TABLE kept (month int) PARTITION BY LIST (month)")
            await connection.execute(
                "CREATE TRIGGER only_added BEFORE DELETE ON kept FOR EACH ROW EXECUTE FUNCTION refuse_history_change()"
            )
            known, _ = await look(urls, {})
            await connection.execute("CREATE TABLE kept_1 PARTITION OF kept FOR VALUES IN (1)")
            assert (await look(urls, known))[1] == Compared()
            await connection.execute("ALTER TABLE kept_1 DISABLE TRIGGER USER")
            assert len((await look(urls, known))[1].tampered) == 1
        finally:
            await connection.close()
    finally:
        await databases.close()
