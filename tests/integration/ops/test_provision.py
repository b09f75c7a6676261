"""Each service works in its own database with a role that reads and writes rows; the tables are another's."""

from pathlib import Path

import asyncpg
import pytest

from ops import provision
from ops.system import SERVICES
from shared.db import migrate
from tests.integration.ops.provisioned import PASSWORDS, connected, connected_as_owner, provisioned

OWNERS = """
SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class
WHERE relnamespace IN ('public'::regnamespace, 'partitions'::regnamespace) AND relkind IN ('r', 'p', 'S', 'v')
"""
ADD_SELLER = "INSERT INTO seller VALUES ('0300942001', 'AA', now())"
ADD_SERIES = (
    "INSERT INTO series (series, seller_tax_code, template, year, last_link) VALUES ('S', '0300942001', 'T', 2026, $1)"
)
ADD_RECEIPT = """
INSERT INTO receipt (receipt_id, kind, series, number, payment_id, customer_code, total, vat, issued_at, key_id, token,
    lookup_code, content)
VALUES (gen_random_uuid(), 'original', 'S', 1, gen_random_uuid(), 'PB0', 1000, 80, now(), 'abcd', 'x', 'L', '{}')
"""


async def test_a_service_can_neither_change_its_tables_nor_what_is_only_added(postgres_url: str, system: str) -> None:
    await provisioned(postgres_url, system, "receipt")
    connection = await connected(postgres_url, system, "receipt")
    try:
        await connection.execute(ADD_SELLER)
        await connection.execute(ADD_SERIES, bytes(16))
        await connection.execute(ADD_RECEIPT)
        assert await connection.fetchval("SELECT count(*) FROM receipt") == 1
        await connection.execute("UPDATE series SET last_number = 1")
        for refused in (
            "ALTER TABLE receipt DISABLE TRIGGER only_added",
            "ALTER TABLE receipt DISABLE TRIGGER ALL",
            "DROP TABLE receipt CASCADE",
            "DROP TRIGGER only_added ON receipt",
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
            "CREATE TABLE of_my_own (a integer)",
            "TRUNCATE receipt CASCADE",
            "TRUNCATE outbox",
            "UPDATE receipt SET total = 1",
            "DELETE FROM receipt",
            "DELETE FROM reprint",
            "UPDATE seller SET suffix = 'ZZ'",
            "DELETE FROM series",
            "DELETE FROM migration_history",
            "DELETE FROM outbox",
            "DELETE FROM inbox",
            "UPDATE partitioned_tables SET kept = '1 second'",
            "SELECT make_partitions('outbox', now() + interval '1 year')",
            "SELECT begin_partitions('receipt', 'day', 1)",
            "SELECT FROM partitions.outbox_default",
            "DROP TABLE partitions.outbox_default",
            "SET session_replication_role = replica",
            f'ALTER DATABASE "{system}_receipt" RENAME TO mine',
            f'SET ROLE "{system}_receipt_migration"',
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(refused)
        assert await connection.fetchval("SELECT total FROM receipt") == 1000
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
async def test_everything_in_a_database_belongs_to_the_role_that_migrates(
    postgres_url: str, system: str, service: str
) -> None:
    await provisioned(postgres_url, system, service)
    connection = await connected(postgres_url, system, service)
    try:
        owners = {row[0] for row in await connection.fetch(OWNERS)}
    finally:
        await connection.close()
    assert owners == {f"{system}_{service}_migration"}


async def test_a_database_that_the_service_itself_owned_is_taken_over(postgres_url: str, system: str) -> None:
    administrator = await asyncpg.connect(postgres_url)
    try:
        await administrator.execute(f"CREATE ROLE \"{system}_receipt\" LOGIN PASSWORD '{PASSWORDS['receipt']}'")
        await administrator.execute(f'CREATE DATABASE "{system}_receipt" OWNER "{system}_receipt"')
    finally:
        await administrator.close()
    own = provision.database_url(postgres_url, system, "receipt", PASSWORDS["receipt"])
    await migrate(own, Path("services/receipt/migrations"))
    at_work = await asyncpg.connect(own)
    try:
        await at_work.execute(ADD_SELLER)
        for _ in range(2):
            await provisioned(postgres_url, system, "receipt")
            assert await at_work.fetchval("SELECT suffix FROM seller") == "AA"
            await at_work.execute("INSERT INTO inbox (consumer, message_id) VALUES ('receipt', gen_random_uuid())")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await at_work.execute("ALTER TABLE receipt DISABLE TRIGGER ALL")
            assert {row[0] for row in await at_work.fetch(OWNERS)} == {f"{system}_receipt_migration"}
    finally:
        await at_work.close()


async def test_no_service_can_enter_the_database_of_another(postgres_url: str, system: str) -> None:
    await provisioned(postgres_url, system, "notify", "receipt")
    url_of_notify = provision.database_url(postgres_url, system, "notify", PASSWORDS["notify"])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url_of_notify.removesuffix("_notify") + "_receipt")


async def test_other_passwords_take_effect_at_the_next_connection_and_end_no_session(
    postgres_url: str, system: str
) -> None:
    await provisioned(postgres_url, system, "notify")
    old_copy = await connected(postgres_url, system, "notify")
    try:
        await provision.provision(postgres_url, system, {"notify": "another/one@"}, "another-migration")
        new_copy = await asyncpg.connect(provision.database_url(postgres_url, system, "notify", "another/one@"))
        try:
            for copy in (old_copy, new_copy):
                await copy.execute("INSERT INTO inbox (consumer, message_id) VALUES ('notify', gen_random_uuid())")
        finally:
            await new_copy.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await connected(postgres_url, system, "notify")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await connected_as_owner(postgres_url, system, "notify")
    finally:
        await old_copy.close()


async def test_a_database_compares_texts_by_their_bytes_and_knows_letters_as_the_server_does(
    postgres_url: str, system: str
) -> None:
    await provisioned(postgres_url, system, "notify")
    connection = await connected(postgres_url, system, "notify")
    try:
        names = ["Ánh", "Đào", "an", "Ông"]
        assert await connection.fetchval("SELECT datcollate FROM pg_database WHERE datname = current_database()") == "C"
        ordered = await connection.fetch("SELECT name FROM unnest($1::text[]) AS name ORDER BY name", names)
        assert [row["name"] for row in ordered] == sorted(names)
        assert await connection.fetchval("SELECT lower('ĐỖ THỊ ÁNH')") == "đỗ thị ánh"
    finally:
        await connection.close()
