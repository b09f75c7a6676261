"""Tables in partitions: an insert always finds its place, what still counts is not dropped, and nobody waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.clock import now
from shared.db import Connection, migrate
from shared.db.migrate import SHARED
from shared.db.partitions import drop_partitions, keep_partitions, look_after, missing_partitions
from shared.ids import new_id
from shared.messaging.inbox import claim
from shared.testing.databases import TestDatabases

Database = Callable[..., Awaitable[str]]

_WRITE = """
INSERT INTO outbox (message_id, routing_key, correlation_id, body, created_at, published_at)
VALUES ($1, 'a.b.v1', 'c', '{}', $2, $3)
RETURNING position
"""
_WHERE = "SELECT tableoid::regclass::text FROM {table} WHERE message_id = $1"


@pytest.fixture
async def url(database: Database) -> str:
    return await database()


@pytest.fixture
async def connection(url: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(url)
    try:
        yield opened
    finally:
        await opened.close()


async def write(connection: Connection, age: timedelta, *, sent: bool = True) -> UUID:
    """Write an event of an age into the outbox; ``sent``: at once."""
    message_id, moment = uuid4(), now() - age
    await connection.fetchval(_WRITE, message_id, moment, moment if sent else None)
    return message_id


async def place(connection: Connection, message_id: UUID, table: str = "outbox") -> str | None:
    """Return the partition in which an event is."""
    found: str | None = await connection.fetchval(_WHERE.format(table=table), message_id)
    return found


async def names(connection: Connection, table: str = "outbox") -> list[str]:
    rows = await connection.fetch("SELECT partition_name FROM partitions_of($1) ORDER BY begins", table)
    return [row["partition_name"] for row in rows]


def day(age: timedelta) -> str:
    return f"outbox_{(now() - age).astimezone(UTC):%Y%m%d}"


def id_of(moment: datetime) -> UUID:
    """Return a UUIDv7 of a moment."""
    milliseconds = int(moment.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | 0x8 << 60 | uuid4().int & 0xFFFF_FFFF)


async def old_days(connection: Connection, table: str = "outbox", *, days: int = 40) -> None:
    await connection.execute("SELECT make_partitions($1, now() - make_interval(days => $2))", table, days)


async def test_the_present_day_and_the_next_ones_have_partitions_from_the_beginning(connection: Connection) -> None:
    expected = [day(-timedelta(days=ahead)) for ahead in range(5)]
    assert await names(connection) == expected
    assert await missing_partitions(connection) == {"inbox": 0, "outbox": 0}
    assert await place(connection, await write(connection, timedelta())) == f"partitions.{expected[0]}"


async def test_what_has_no_partition_is_written_all_the_same_and_moved_to_the_one_that_is_made_for_it(
    connection: Connection,
) -> None:
    future = -timedelta(days=366)
    early, late = await write(connection, future, sent=False), await write(connection, future * 2)
    assert await place(connection, early) == "partitions.outbox_default"
    before = await connection.fetchrow("SELECT * FROM outbox WHERE message_id = $1", early)
    await connection.execute("SELECT make_partitions('outbox', now() + interval '365 days')")
    assert await place(connection, early) == f"partitions.{day(future)}"
    assert await place(connection, late) == "partitions.outbox_default"
    assert await connection.fetchrow("SELECT * FROM outbox WHERE message_id = $1", early) == before
    assert await place(connection, await write(connection, future * 3)) == "partitions.outbox_default"


async def test_more_than_can_be_moved_while_others_wait_stays_where_it_is(connection: Connection) -> None:
    await connection.execute("""
        INSERT INTO outbox (message_id, routing_key, correlation_id, body, created_at, published_at)
        SELECT gen_random_uuid(), 'a.b.v1', 'c', '{}', now() + interval '100 days', now()
        FROM generate_series(1, 100001)
    """)
    assert await connection.fetchval("SELECT make_partitions('outbox', now() + interval '97 days')") == 4
    assert await connection.fetchval("SELECT count(*) FROM ONLY partitions.outbox_default") == 100_001


async def test_a_partition_goes_when_it_is_old_enough_and_all_of_it_was_sent_long_ago(connection: Connection) -> None:
    await old_days(connection)
    recent = await write(connection, timedelta(days=29))
    gone = await write(connection, timedelta(days=38))
    assert await drop_partitions(connection, "outbox", timedelta(days=39)) == [day(timedelta(days=40))]
    assert await drop_partitions(connection, "outbox", None) == [day(timedelta(days=days)) for days in (39, 38, 37, 36)]
    assert await place(connection, gone) is None
    assert await place(connection, recent) is not None


async def test_a_partition_with_an_event_that_was_not_sent_or_was_sent_lately_is_never_dropped(
    connection: Connection,
) -> None:
    await old_days(connection)
    waiting = await write(connection, timedelta(days=40), sent=False)
    late = await write(connection, timedelta(days=39), sent=False)
    await connection.execute("UPDATE outbox SET published_at = now() - interval '2 days' WHERE message_id = $1", late)
    dropped = await drop_partitions(connection, "outbox", timedelta(seconds=1))
    assert dropped == [day(timedelta(days=days)) for days in (38, 37, 36)]
    assert [await place(connection, one) for one in (waiting, late)] == [
        f"partitions.{day(timedelta(days=days))}" for days in (40, 39)
    ]


async def test_an_event_that_is_being_written_keeps_its_partition(url: str, connection: Connection) -> None:
    await old_days(connection)
    writer = await asyncpg.connect(url)
    try:
        async with writer.transaction():
            message_id = await write(writer, timedelta(days=40), sent=False)
            with pytest.raises(asyncpg.LockNotAvailableError):
                await drop_partitions(connection, "outbox", None)
        await drop_partitions(connection, "outbox", None)
        assert await place(connection, message_id) == f"partitions.{day(timedelta(days=40))}"
    finally:
        await writer.close()


async def test_nothing_is_dropped_by_what_an_old_snapshot_shows(connection: Connection) -> None:
    await old_days(connection)
    async with connection.transaction(isolation="repeatable_read"):
        with pytest.raises(asyncpg.PostgresError, match="a snapshot does not show"):
            async with connection.transaction():
                await connection.fetchval("SELECT drop_partition('outbox')")
    assert len(await names(connection)) == 10


async def test_who_reads_for_long_is_not_waited_for_and_nobody_waits_behind(url: str, connection: Connection) -> None:
    await old_days(connection)
    auditor = await asyncpg.connect(url)
    try:
        async with auditor.transaction(isolation="repeatable_read", readonly=True):
            await auditor.fetch("SELECT count(*) FROM outbox")
            looks = asyncio.create_task(look_after(connection, {}))
            other = await asyncpg.connect(url, command_timeout=5)
            try:
                message_id = await write(other, timedelta(), sent=False)
            finally:
                await other.close()
            _, _, postponed = await looks
            assert postponed == ["outbox"]
        _, dropped, postponed = await look_after(connection, {})
        assert (len(dropped["outbox"]), postponed) == (5, [])
        assert await place(connection, message_id) == f"partitions.{day(timedelta())}"
    finally:
        await auditor.close()


async def test_copies_that_look_at_the_same_time_make_and_drop_each_partition_once(
    url: str, connection: Connection
) -> None:
    await old_days(connection)
    for name in (await names(connection))[-2:]:
        await connection.execute(f"DROP TABLE partitions.{name}")
    copies = [await asyncpg.connect(url) for _ in range(4)]
    try:
        done = await asyncio.gather(*(look_after(copy, {}) for copy in copies))
    finally:
        await asyncio.gather(*(copy.close() for copy in copies))
    assert sum(made.get("outbox", 0) for made, _, _ in done) == 2
    assert sorted(name for _, dropped, _ in done for name in dropped.get("outbox", [])) == [
        day(timedelta(days=days)) for days in (40, 39, 38, 37, 36)
    ]
    assert await names(connection) == [day(-timedelta(days=ahead)) for ahead in range(5)]


async def test_who_is_killed_while_looking_after_partitions_leaves_all_as_it_was(
    url: str, connection: Connection
) -> None:
    future = -timedelta(days=4)
    await connection.execute(f"DROP TABLE partitions.{day(future)}")
    message_id = await write(connection, future)
    killed = await asyncpg.connect(url)
    begun = killed.transaction()
    await begun.start()
    assert await keep_partitions(killed, "outbox") == 1
    pid = killed.get_server_pid()
    await connection.execute("SELECT pg_terminate_backend($1, 5000)", pid)
    assert await place(connection, message_id) == "partitions.outbox_default"
    assert await keep_partitions(connection, "outbox") == 1
    assert await place(connection, message_id) == f"partitions.{day(future)}"
    assert await missing_partitions(connection) == {"inbox": 0, "outbox": 0}


async def test_a_clock_that_jumps_drops_nothing_for_a_day(connection: Connection) -> None:
    await old_days(connection)
    await write(connection, timedelta(days=40))
    for jump in ("-1 year", "+1 year"):
        await connection.execute("UPDATE partitioned_tables SET looked_at = now() + $1::text::interval", jump)
        _, dropped, _ = await look_after(connection, {})
        assert dropped == {}
    await connection.execute("UPDATE partitioned_tables SET drops_after = now()")
    _, dropped, _ = await look_after(connection, {})
    assert len(dropped["outbox"]) == 5


async def test_an_event_is_consumed_once_whatever_its_id_is_and_is_remembered_from_when_it_was_consumed(
    connection: Connection,
) -> None:
    await old_days(connection, "inbox")
    today, old, no_v7 = new_id(), id_of(now() - timedelta(days=40)), uuid4()
    assert await claim(connection, "a", [today, old, no_v7]) == {today, old, no_v7}
    await drop_partitions(connection, "inbox", None)
    await connection.execute("SELECT make_partitions('inbox', now() + interval '9 days')")
    assert await claim(connection, "a", [today, old, no_v7]) == set()
    assert await claim(connection, "b", [today]) == {today}
    assert await place(connection, no_v7, "inbox") == "partitions.inbox_default"
    await connection.execute("UPDATE inbox SET received_at = now() - interval '31 days'")
    await drop_partitions(connection, "inbox", None)
    assert [await place(connection, one, "inbox") for one in (old, no_v7)] == [None, None]


async def test_what_was_consumed_lately_cannot_be_deleted_by_anybody(connection: Connection) -> None:
    await claim(connection, "a", [new_id()])
    with pytest.raises(asyncpg.RestrictViolationError):
        await connection.execute("DELETE FROM inbox WHERE ctid IN (SELECT ctid FROM inbox)")


_INSERT_BEFORE = """
INSERT INTO outbox (message_id, routing_key, aggregate, correlation_id, causation_id, traceparent, body, not_before)
VALUES ($1, 'a.b.v1', NULL, 'c', NULL, NULL, '{}', clock_timestamp()) RETURNING message_id, position, created_at
"""
_MARK_BEFORE = """
UPDATE outbox SET published_at = clock_timestamp() WHERE position = ANY($1::bigint[]) AND message_id = ANY($2::uuid[])
"""


async def test_a_database_of_the_version_before_is_taken_over_while_a_copy_of_that_version_works(
    databases: TestDatabases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for file in SHARED.glob("00*.sql"):
        if int(file.name[:4]) < 13:
            (tmp_path / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    url = await databases.create_empty()
    with monkeypatch.context() as patched:
        patched.setattr(import_module("shared.db.migrate"), "SHARED", tmp_path)
        await migrate(url, None)
    copy = await asyncpg.connect(url)
    insert, mark = await copy.prepare(_INSERT_BEFORE), await copy.prepare(_MARK_BEFORE)
    try:
        first, consumed, ahead = await insert.fetchrow(new_id()), new_id(), id_of(now() + timedelta(days=2))
        assert await claim(copy, "a", [consumed, ahead]) == {consumed, ahead}
        late = await write(copy, -timedelta(days=2))
        file = await copy.fetchval("SELECT relfilenode FROM pg_class WHERE oid = 'outbox'::regclass")

        await migrate(url, None)

        second = await insert.fetchrow(new_id())
        assert first is not None
        assert second is not None
        assert second["position"] == first["position"] + 2
        await mark.fetch([first["position"]], [first["message_id"]])
        await mark.fetch([second["position"]], [second["message_id"]])
        assert await copy.fetchval("SELECT count(*) FROM outbox WHERE published_at IS NULL") == 0
        assert await claim(copy, "a", [consumed, ahead]) == set()
        assert await place(copy, first["message_id"]) == "partitions.outbox_earlier"
        assert await place(copy, late) == f"partitions.{day(-timedelta(days=2))}"
        # The same file: nothing was written anew.
        assert file == await copy.fetchval(
            "SELECT relfilenode FROM pg_class WHERE oid = 'partitions.outbox_earlier'::regclass"
        )
    finally:
        await copy.close()
