"""A service's role may do with each table what the service's statements need, and nothing else."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from ops import provision
from ops.system import SERVICES
from services.billing.store import staged_readings
from services.customer.imports.rows import FORMATS
from services.customer.store import imports, new_rows
from shared.db import Connection
from shared.db.migrate import SHARED
from shared.db.privileges import RightsFileError, grant_rights, quoted, read_rights
from shared.ids import new_id
from tests.integration.ops.provisioned import connected, connected_as_owner, provisioned

SQL = re.compile(r"(\s|--.*\n)*(SELECT|INSERT|UPDATE|DELETE|WITH)\b")
OF_TRIGGERS = {
    "customer": ["INSERT INTO vocabulary VALUES ('', 0, 0) ON CONFLICT (word) DO UPDATE SET in_names = 0"],
}
"""What triggers do with the rights of the service."""

COLUMNS = """
SELECT c.relname AS name, c.relispartition AS is_partition, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
GROUP BY c.relname, c.relispartition
"""


NOT_FOR_VIEWS = (asyncpg.WrongObjectTypeError, asyncpg.ObjectNotInPrerequisiteStateError)


def migrations(service: str) -> Path:
    return Path("services", service, "migrations")


def rights(service: str) -> dict[str, list[str]]:
    return read_rights(SHARED, migrations(service))


def statements(service: str) -> list[str]:
    """Return every statement that is a constant of the service, or of what all services share."""
    found: dict[str, None] = dict.fromkeys(OF_TRIGGERS.get(service, ()))
    for name in (f"services.{service}", "shared.messaging"):
        for module in walk_packages(import_module(name).__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                found.update(dict.fromkeys(_texts(vars(import_module(module.name)))))
    for name in ("shared.idempotency", "shared.db.partitions"):
        found.update(dict.fromkeys(_texts(vars(import_module(name)))))
    return list(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and SQL.match(value) and "{" not in value:  # with braces it is a part of a statement
        yield value
    if isinstance(value, dict):
        for name, part in value.items():
            if not (isinstance(name, str) and name.startswith("__")):
                yield from _texts(part)
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part)


@dataclass
class Database:
    """A service's database with both of its roles, and the service's statements prepared."""

    service: str
    role: str
    as_service: Connection
    as_owner: Connection
    tables: dict[str, list[str]]
    partitions: dict[str, list[str]]
    """Used by the rights of their table; nobody has rights on one by itself."""
    explained: dict[str, str]
    """Statement → what has PostgreSQL plan it, and so check the rights, without doing anything."""

    async def refused(self, *, about: str = "") -> list[str]:
        """Return the statements (those that name ``about``) which the service's role may not run."""
        found = []
        for statement, explain in self.explained.items():
            if re.search(rf"\b{about}\b", statement):
                try:
                    await self.as_service.execute(explain)
                except asyncpg.InsufficientPrivilegeError as error:
                    found.append(f"{error}: {statement}")
        return found


@pytest_asyncio.fixture
async def database(postgres_url: str, system: str, service: str) -> AsyncIterator[Database]:
    await provisioned(postgres_url, system, service)
    as_service = await connected(postgres_url, system, service)
    as_owner = await connected_as_owner(postgres_url, system, service)
    try:
        if service == "customer":
            await _make_tables_of_an_import(as_service)
        if service == "billing":
            await as_service.execute(staged_readings._TABLE.replace("ON COMMIT DROP", ""))
        explained = {}
        for number, statement in enumerate(statements(service)):
            await as_service.execute(f"PREPARE s{number} AS {statement}")
            parameters = max(map(int, re.findall(r"\$(\d+)", statement)), default=0)
            explained[statement] = f"EXPLAIN EXECUTE s{number}" + (
                f"({', '.join(['NULL'] * parameters)})" if parameters else ""
            )
        found = await as_owner.fetch(COLUMNS)
        tables = {row["name"]: row["columns"] for row in found if not row["is_partition"]}
        partitions = {row["name"]: row["columns"] for row in found if row["is_partition"]}
        role = provision.database_name(system, service)
        yield Database(service, role, as_service, as_owner, tables, partitions, explained)
    finally:
        await as_service.close()
        await as_owner.close()


async def _make_tables_of_an_import(connection: Connection) -> None:
    for table in (imports._AFFECTED_TABLE, imports._CHANGED_COLLECTORS_TABLE):
        await connection.execute(table.replace("ON COMMIT DROP", ""))
    for form in FORMATS:
        made = imports.new_table(form.table, [*form.columns, *form.derived])
        await connection.execute(made.replace("ON COMMIT DROP", ""))
    for table, columns in new_rows._ADDED_COLUMNS.items():
        form = next(form for form in FORMATS if form.table == table)
        some = imports.new_table(table, [*form.columns, *form.derived], f"some_{table}")
        added = new_rows._ADDED_TABLE.format(table=table, columns=columns)
        for made in (some, added):
            await connection.execute(made.replace("ON COMMIT DROP", ""))
    await connection.execute(imports._ORDER_AFFECTED.replace("ON COMMIT DROP", ""))


BY_COPY = {("draft_bills", "INSERT"), ("readings", "INSERT")}
"""What is needed by the driver's COPY, which is no statement of a module."""


@pytest.mark.parametrize("service", SERVICES)
async def test_every_table_has_its_rights_named(database: Database) -> None:
    named = rights(database.service)
    assert [table for table in database.tables if table not in named] == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_the_rights_that_its_statements_need(database: Database) -> None:
    assert len(database.explained) > 20
    assert await database.refused() == []


@pytest.mark.parametrize("service", SERVICES)
async def test_every_right_to_change_a_table_is_needed_by_a_statement(database: Database) -> None:
    superfluous = []
    for table, granted in rights(database.service).items():
        for right in granted:
            if table not in database.tables or right == "SELECT" or (table, right) in BY_COPY:
                continue
            verb, _, columns = right.rstrip(")").partition("(")
            for column in columns.split(", "):
                part = f"{verb} ({quoted(column)})" if column else verb
                await database.as_owner.execute(f"REVOKE {part} ON TABLE {quoted(table)} FROM {quoted(database.role)}")
                if not await database.refused(about=table):
                    superfluous.append(f"{table}: {verb} {column}")
                await database.as_owner.execute(f"GRANT {part} ON TABLE {quoted(table)} TO {quoted(database.role)}")
    assert superfluous == []


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_that_is_taken_over_can_do_nothing_else_with_any_table(database: Database) -> None:
    done = []
    for table, columns in (database.tables | database.partitions).items():
        granted = rights(database.service)[table] if table in database.tables else []
        changeable = {
            column
            for right in granted
            if right.startswith("UPDATE")
            for column in (right[7:-1].split(", ") if "(" in right else columns)
        }
        attacks = [
            f"TRUNCATE {table}",
            f"TRUNCATE {table} CASCADE",
            f"DROP TABLE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} ADD COLUMN mine integer",
            f"ALTER TABLE {table} OWNER TO {quoted(database.role)}",
            f"CREATE TRIGGER mine BEFORE UPDATE ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            f"CREATE RULE mine AS ON INSERT TO {table} DO INSTEAD NOTHING",
            *(f"UPDATE {table} SET {quoted(column)} = DEFAULT" for column in columns if column not in changeable),
            *([] if "DELETE" in granted else [f"DELETE FROM {table}"]),
            *([] if "INSERT" in granted else [f"INSERT INTO {table} DEFAULT VALUES"]),
        ]
        for attack in attacks:
            try:
                await database.as_service.execute(attack)
            except (asyncpg.InsufficientPrivilegeError, *NOT_FOR_VIEWS):
                continue
            except asyncpg.PostgresError as error:
                done.append(f"{attack}: {type(error).__name__}: {error}")
            else:
                done.append(attack)
    assert done == []


@pytest.mark.parametrize("service", ["billing"])
async def test_a_table_that_has_become_a_partition_keeps_no_rights_of_its_own(database: Database) -> None:
    await database.as_owner.execute("CREATE TABLE earlier (LIKE draft_bills)")
    await database.as_owner.execute(f"GRANT ALL ON TABLE earlier TO {quoted(database.role)}")
    await database.as_owner.execute(f"ALTER TABLE draft_bills ATTACH PARTITION earlier FOR VALUES IN ('{new_id()}')")
    await grant_rights(database.as_owner, database.role, rights("billing"))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.as_service.execute("SELECT FROM earlier")


@pytest.mark.parametrize("service", ["billing"])
async def test_a_new_table_cannot_be_used_before_its_rights_are_named(database: Database) -> None:
    await database.as_owner.execute("CREATE TABLE later (number bigint, note text, made_at timestamptz)")
    for statement in ("SELECT FROM later", "INSERT INTO later VALUES (1)", "DELETE FROM later"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await database.as_service.execute(statement)
    assert await grant_rights(database.as_owner, database.role, rights("billing")) == ["later"]
    named = {**rights("billing"), "later": ["SELECT", "INSERT", "UPDATE(note, gone)"]}
    assert await grant_rights(database.as_owner, database.role, named) == []
    await database.as_service.execute("INSERT INTO later VALUES (1)")
    await database.as_service.execute("UPDATE later SET note = 'x'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.as_service.execute("UPDATE later SET number = 2")
    assert await grant_rights(database.as_owner, database.role, rights("billing")) == ["later"]
    await database.as_service.execute("INSERT INTO later VALUES (1)")  # what a newer version has made stays as it is


def test_a_file_that_names_no_right_is_refused_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rights.toml").write_text('payments = ["SELECT", "ALL"]')
    with pytest.raises(RightsFileError, match="payments: ALL is no right"):
        read_rights(tmp_path)


def test_a_service_adds_to_a_right_that_all_have_and_to_no_other(tmp_path: Path) -> None:
    (tmp_path / "rights.toml").write_text('"+recorded_answers" = ["UPDATE(answer)"]')
    assert read_rights(SHARED, tmp_path)["recorded_answers"] == ["SELECT", "INSERT", "UPDATE(answer)"]
    assert read_rights(SHARED)["recorded_answers"] == ["SELECT", "INSERT"]
    with pytest.raises(RightsFileError, match="recorded_answers has no rights in an earlier file"):
        read_rights(tmp_path)
    (tmp_path / "rights.toml").write_text('"+recorded_answers" = ["ALL"]')
    with pytest.raises(RightsFileError, match="recorded_answers: ALL is no right"):
        read_rights(SHARED, tmp_path)
