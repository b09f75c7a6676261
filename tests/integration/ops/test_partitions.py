"""A service looks after its partitions with rights of its own; histories and audit speak of the table."""

from pathlib import Path

from ops.audit import append_only, standings
from shared.db import Connection
from shared.db.migrate import SHARED
from shared.db.partitions import look_after
from shared.db.privileges import read_rights
from shared.ids import new_id
from tests.integration.ops.provisioned import connected, connected_as_owner, provisioned

_WRITE = """
INSERT INTO outbox (message_id, routing_key, correlation_id, body, created_at, published_at)
SELECT $1, 'a.b.v1', 'c', '{}', moment, moment FROM (SELECT now() - make_interval(days => $2) AS moment) AS at
"""


async def partitions(connection: Connection) -> list[str]:
    rows = await connection.fetch("SELECT partition_name FROM partitions_of('outbox') ORDER BY begins")
    return [row["partition_name"] for row in rows]


async def test_what_others_do_to_a_row_is_kept_under_the_name_of_its_table(postgres_url: str, system: str) -> None:
    await provisioned(postgres_url, system, "receipt")
    owner = await connected_as_owner(postgres_url, system, "receipt")
    try:
        await owner.execute(_WRITE, new_id(), 0)
        await owner.execute("DELETE FROM outbox")
        kept = await owner.fetch("SELECT table_name, operation::text FROM money_history WHERE entry > 0 ORDER BY entry")
    finally:
        await owner.close()
    assert [tuple(row) for row in kept] == [("outbox", "I"), ("outbox", "D")]


async def test_a_service_drops_and_makes_partitions_and_the_audit_names_only_what_is_deleted_by_hand(
    postgres_url: str, system: str
) -> None:
    await provisioned(postgres_url, system, "receipt")
    service = await connected(postgres_url, system, "receipt")
    owner = await connected_as_owner(postgres_url, system, "receipt")
    rights = read_rights(SHARED, Path("services/receipt/migrations"))
    try:
        await owner.execute("SELECT make_partitions('outbox', now() - interval '40 days')")
        await service.execute(_WRITE, new_id(), 40)
        kept = new_id()
        await service.execute(_WRITE, kept, 0)
        await owner.execute(f"DROP TABLE partitions.{(await partitions(owner))[-1]}")
        made, dropped, postponed = await look_after(service, {})
        assert (made["outbox"], len(dropped["outbox"]), postponed) == (1, 5, [])
        await owner.execute("SELECT pg_stat_force_next_flush()")
        assert await append_only._changed(owner, "receipt", rights) == []
        await owner.execute("DELETE FROM outbox WHERE message_id = $1", kept)
        await owner.execute("SELECT pg_stat_force_next_flush()")
        [found] = await append_only._changed(owner, "receipt", rights)
        assert (found.subject, found.detail) == ("outbox", "0 changed, 1 deleted")
    finally:
        await service.close()
        await owner.close()


async def test_what_a_table_is_kept_by_is_part_of_what_the_audit_compares_and_each_look_at_it_is_not(
    postgres_url: str, system: str
) -> None:
    await provisioned(postgres_url, system, "receipt")
    service = await connected(postgres_url, system, "receipt")
    owner = await connected_as_owner(postgres_url, system, "receipt")
    try:
        before = await owner.fetchrow(standings._MACHINERY)
        await look_after(service, {})
        assert await owner.fetchrow(standings._MACHINERY) == before
        await owner.execute("UPDATE partitioned_tables SET kept = '1 hour' WHERE table_name = 'outbox'")
        assert await owner.fetchrow(standings._MACHINERY) != before
    finally:
        await service.close()
        await owner.close()
