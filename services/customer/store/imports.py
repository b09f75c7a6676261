"""What an import writes: each file lies in a table of its own until it is compared with what is on record."""

import asyncio
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from shared.contracts.customer import CollectorChanged
from shared.db import Connection
from shared.db.compression import compress_fast

Values: TypeAlias = tuple[Any, ...]
"""Of a row: its line, and its columns."""

PATIENCE = 3600.0
"""Seconds that a statement of an import may take: there may be a million customers."""

# Longer than any request may take, for this transaction only.
_PATIENT = """
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
SET LOCAL lock_timeout = 0;
SET LOCAL work_mem = '64MB';
"""
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock($1)"
_IMPORT_LOCK = 0x696D706F  # "impo"
# Customers whose facts the import may have changed; whose own rows it has written are locked by that. Of those that it
# has added while they were read, the route: so that nobody has to look for a million customers again.
_AFFECTED_TABLE = """
CREATE TEMPORARY TABLE affected (
    customer_code text COLLATE "C", is_written boolean DEFAULT false, route_if_new text COLLATE "C"
) ON COMMIT DROP
"""
# Collectors whose own row the import has added or changed.
_CHANGED_COLLECTORS_TABLE = 'CREATE TEMPORARY TABLE changed_collectors (collector_code text COLLATE "C") ON COMMIT DROP'


async def begin_import(connection: Connection) -> None:
    """Wait until no other import is under way, and prepare this transaction for one."""
    await connection.execute(_PATIENT)
    await compress_fast(connection)
    await connection.execute(_ONE_AT_A_TIME, _IMPORT_LOCK, timeout=PATIENCE)
    await connection.execute(_AFFECTED_TABLE)
    await connection.execute(_CHANGED_COLLECTORS_TABLE)


_NEW_TABLE = """
CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT 0 AS line, {columns} FROM {table} WITH NO DATA
"""
_TERMS = {"name_terms", "all_terms"}
"""Copied as one text each, with blanks between the terms: the driver takes its time over lists."""
_ANALYZE = "ANALYZE new_{table}"
_ROWS_AT_ONCE = 2_000


def new_table(table: str, columns: Sequence[str], name: str = "") -> str:
    """Return the statement that makes the table of a file's rows, or of some of them."""
    kinds = (f"NULL::text AS {column}" if column in _TERMS else column for column in columns)
    return _NEW_TABLE.format(name=name or f"new_{table}", table=table, columns=", ".join(kinds))


async def load_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterator[Values]) -> None:
    """Copy the rows of a file, each with its line before its columns, into a table that ends with the transaction.

    They are made in a thread, some while those before are copied: a large list takes long to read.
    """
    await connection.execute(new_table(table, columns))
    async with aclosing(in_pieces(rows, _ROWS_AT_ONCE)) as pieces:
        async for some in pieces:
            await connection.copy_records_to_table(f"new_{table}", records=some, timeout=PATIENCE)
    await connection.execute(_ANALYZE.format(table=table), timeout=PATIENCE)


async def in_pieces(rows: Iterator[Values], size: int) -> AsyncGenerator[list[Values]]:
    """Yield rows some at a time; those that follow are made in a thread while the caller is at work with them."""
    following = asyncio.ensure_future(asyncio.to_thread(_some, rows, size))
    try:
        while some := await following:
            following = asyncio.ensure_future(asyncio.to_thread(_some, rows, size))
            yield some
    finally:
        await asyncio.wait([following])


def _some(rows: Iterator[Values], size: int) -> list[Values]:
    return list(islice(rows, size))


# The hash of the groups is smaller than a sort of all rows, and almost always nothing is left of it.
_REPEATED = """
SELECT line, key, first FROM (
    SELECT line, {key} AS key, min(line) OVER (PARTITION BY {key}) AS first FROM new_{table}
    WHERE {key} IN (SELECT {key} FROM new_{table} GROUP BY {key} HAVING count(*) > 1)
) AS found
WHERE line > first ORDER BY line LIMIT $1
"""


async def repeated_rows(connection: Connection, table: str, key: str, limit: int) -> list[tuple[int, str, int]]:
    """Return each row whose key stands in an earlier one: its line, the key, the first line with it."""
    rows = await connection.fetch(_REPEATED.format(table=table, key=key), limit, timeout=PATIENCE)
    return [(row["line"], row["key"], row["first"]) for row in rows]


_CODES_OF_LINES = "SELECT line, customer_code FROM new_{table} WHERE line = ANY ($1::integer[])"


async def codes_of_lines(connection: Connection, table: str, lines: Sequence[int]) -> dict[int, str]:
    """Return the customers of some loaded lines."""
    rows = await connection.fetch(_CODES_OF_LINES.format(table=table), lines, timeout=PATIENCE)
    return {row["line"]: row["customer_code"] for row in rows}


_LINES_OF_CUSTOMERS = "SELECT line, customer_code FROM new_{table} WHERE customer_code = ANY ($1::text[]) ORDER BY line"


async def lines_of_customers(connection: Connection, table: str, customer_codes: Sequence[str]) -> dict[int, str]:
    """Return the loaded lines of some customers, each with its customer."""
    rows = await connection.fetch(_LINES_OF_CUSTOMERS.format(table=table), customer_codes, timeout=PATIENCE)
    return {row["line"]: row["customer_code"] for row in rows}


_COUNT_ROWS = "SELECT count(*) FROM new_{table}"


async def count_rows(connection: Connection, table: str) -> int:
    """Return how many rows of a file are loaded."""
    count: int = await connection.fetchval(_COUNT_ROWS.format(table=table), timeout=PATIENCE)
    return count


_DROP_ROWS = "DELETE FROM new_{table} WHERE line = ANY ($1::integer[])"


async def drop_rows(connection: Connection, table: str, lines: Sequence[int]) -> None:
    """Leave lines of a loaded file out."""
    await connection.execute(_DROP_ROWS.format(table=table), lines, timeout=PATIENCE)


# One test a table: a list of all that is known would not fit into memory, and be searched from end to end.
_UNKNOWN = """
SELECT line, {column} AS value FROM new_{table} AS mine
WHERE NOT EXISTS (SELECT FROM {target} AS known WHERE known.{key} = mine.{column}) {nor_new}
ORDER BY line LIMIT $1
"""
_NOR_NEW = "AND NOT EXISTS (SELECT FROM new_{target} AS known WHERE known.{key} = mine.{column})"


async def unknown_references(
    connection: Connection, table: str, column: str, target: str, key: str, *, target_is_loaded: bool, limit: int
) -> list[tuple[int, str]]:
    """Return line and value of each reference to a row that is neither on record nor in the import."""
    names = {"table": table, "column": column, "target": target, "key": key}
    statement = _UNKNOWN.format(**names, nor_new=_NOR_NEW.format(**names) if target_is_loaded else "")
    return [(row["line"], row["value"]) for row in await connection.fetch(statement, limit, timeout=PATIENCE)]


# Lines about customers, routes and meters of other units than $1; $2 the most lines.
_FOREIGN = {
    "customers": """
        SELECT line, CASE WHEN new.unit_code <> ALL ($1) THEN 'unit_code' WHEN routes.unit_code <> ALL ($1) THEN
            'route_code' ELSE 'customer_code' END AS name,
            CASE WHEN new.unit_code <> ALL ($1) THEN new.unit_code WHEN routes.unit_code <> ALL ($1) THEN
            new.route_code ELSE new.customer_code END AS value
        FROM new_customers AS new
        LEFT JOIN customers AS known ON known.customer_code = new.customer_code
        LEFT JOIN routes ON routes.route_code = new.route_code
        WHERE new.unit_code <> ALL ($1) OR known.unit_code <> ALL ($1) OR routes.unit_code <> ALL ($1)
        ORDER BY line LIMIT $2
    """,
    "meters": """
        SELECT line, CASE WHEN owner.unit_code <> ALL ($1) THEN 'customer_code' ELSE 'meter_number' END AS name,
            CASE WHEN owner.unit_code <> ALL ($1) THEN new.customer_code ELSE new.meter_number END AS value
        FROM new_meters AS new
        LEFT JOIN customers AS owner ON owner.customer_code = new.customer_code
        LEFT JOIN meters ON meters.meter_number = new.meter_number
        LEFT JOIN customers AS before ON before.customer_code = meters.customer_code
        WHERE owner.unit_code <> ALL ($1) OR before.unit_code <> ALL ($1)
        ORDER BY line LIMIT $2
    """,
}


async def foreign_rows(
    connection: Connection, table: str, unit_codes: Collection[str], limit: int
) -> list[tuple[int, str, str]]:
    """Return line, column and value of loaded rows about what other units than these have."""
    rows = await connection.fetch(_FOREIGN[table], list(unit_codes), limit, timeout=PATIENCE)
    return [(row["line"], row["name"], row["value"]) for row in rows]


# Merge new_units, and note the customers of those that changed.
_MERGE_UNITS = """
WITH done AS (
    INSERT INTO units AS known (unit_code, name, address, tax_code, phone)
    SELECT unit_code, name, address, tax_code, phone FROM new_units ORDER BY unit_code
    ON CONFLICT (unit_code) DO UPDATE SET name = excluded.name, address = excluded.address,
        tax_code = excluded.tax_code, phone = excluded.phone
        WHERE (known.name, known.address, known.tax_code, known.phone)
            IS DISTINCT FROM (excluded.name, excluded.address, excluded.tax_code, excluded.phone)
    RETURNING unit_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected (customer_code)
    SELECT customer_code FROM customers JOIN done USING (unit_code) WHERE NOT is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
"""
# Merge new_collectors, note those that are new or changed, and the customers of those that changed.
_MERGE_COLLECTORS = """
WITH done AS (
    INSERT INTO collectors AS known (collector_code, name, phone, unit_code, active)
    SELECT collector_code, name, phone, unit_code, active FROM new_collectors ORDER BY collector_code
    ON CONFLICT (collector_code) DO UPDATE SET name = excluded.name, phone = excluded.phone,
        unit_code = excluded.unit_code, active = excluded.active
        WHERE (known.name, known.phone, known.unit_code, known.active)
            IS DISTINCT FROM (excluded.name, excluded.phone, excluded.unit_code, excluded.active)
    RETURNING collector_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected (customer_code)
    SELECT customer_code FROM customers JOIN routes USING (route_code) JOIN done USING (collector_code)
    WHERE NOT is_new
), noted_too AS (
    INSERT INTO changed_collectors SELECT collector_code FROM done
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
"""
# Merge new_routes, and note the customers of those that changed.
_MERGE_ROUTES = """
WITH done AS (
    INSERT INTO routes AS known (route_code, name, unit_code, collector_code)
    SELECT route_code, name, unit_code, collector_code FROM new_routes ORDER BY route_code
    ON CONFLICT (route_code) DO UPDATE SET name = excluded.name, unit_code = excluded.unit_code,
        collector_code = excluded.collector_code
        WHERE (known.name, known.unit_code, known.collector_code)
            IS DISTINCT FROM (excluded.name, excluded.unit_code, excluded.collector_code)
    RETURNING route_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected (customer_code)
    SELECT customer_code FROM customers JOIN done USING (route_code) WHERE NOT is_new
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
"""
ADD_CUSTOMERS = """
INSERT INTO customers (customer_code, phone, imported_phone, name, address, tax_code, unit_code, route_code,
    place_in_route, price_group, households, active, ward, address_old, protected, budget_code,
    name_key, name_bag, address_key, name_terms, all_terms)
SELECT customer_code, phone, phone, name, address, tax_code, unit_code, route_code,
    place_in_route, price_group, households, active, ward, address_old, coalesce(protected, false), budget_code,
    name_key, name_bag, address_key,
    array_to_tsvector(string_to_array(name_terms, ' ')), array_to_tsvector(string_to_array(all_terms, ' '))
FROM {rows}
"""
"""Adds customers from the rows that are filled in. A column that the file lacks is NULL there."""

# The place that the last list gave a customer; the office may have arranged it otherwise since.
_LISTED_ROUTE = "coalesce(known.listed_route_code, known.route_code)"
_LISTED_PLACE = "coalesce(known.listed_place, known.place_in_route)"
_IS_LISTED_ANEW = f"({_LISTED_ROUTE}, {_LISTED_PLACE}) IS DISTINCT FROM (new.route_code, new.place_in_route)"

# What the list says, where it counts: it gives nobody back what was erased. The number is given anew by the person
# alone; name and address count again once somebody is supplied under the code.
_IS_ERASED = "known.identity_erased_at IS NOT NULL AND NOT new.active"
_LISTED = {
    "phone": "CASE WHEN known.phone_erased_at IS NULL THEN new.phone END",
    **{
        column: f"CASE WHEN {_IS_ERASED} THEN known.{column} ELSE new.{column} END"
        for column in ("name", "address", "tax_code", "ward", "address_old", "budget_code")
    },
}

# Merge new_customers, and note those that are new or changed. A phone number, and a place on a route, change only when
# the list's has changed.
# Two statements in one: what is on record as it is must cost no more than the comparison.
# $1, $2, $4 whether the file has the columns ward, address_old and budget_code: one that it lacks stays as it is.
# $3: the column protected; a list protects customers and never ends that, which is a person's act with its reason.
_MERGE_CUSTOMERS = f"""
WITH changed AS (
    UPDATE customers AS known SET
        phone = CASE
            WHEN known.phone_erased_at IS NULL AND known.imported_phone IS DISTINCT FROM new.phone THEN new.phone
            ELSE known.phone END,
        imported_phone = {_LISTED["phone"]},
        name = {_LISTED["name"]}, address = {_LISTED["address"]}, tax_code = {_LISTED["tax_code"]},
        unit_code = new.unit_code, identity_erased_at = CASE WHEN NOT new.active THEN known.identity_erased_at END,
        route_code = CASE WHEN {_IS_LISTED_ANEW} THEN new.route_code ELSE known.route_code END,
        place_in_route = CASE WHEN {_IS_LISTED_ANEW} THEN new.place_in_route ELSE known.place_in_route END,
        listed_route_code = CASE WHEN {_IS_LISTED_ANEW} THEN NULL ELSE known.listed_route_code END,
        listed_place = CASE WHEN {_IS_LISTED_ANEW} THEN NULL ELSE known.listed_place END,
        price_group = new.price_group, households = new.households, active = new.active,
        ward = CASE WHEN $1 THEN {_LISTED["ward"]} ELSE known.ward END,
        address_old = CASE WHEN $2 THEN {_LISTED["address_old"]} ELSE known.address_old END,
        protected = known.protected OR ($3 AND coalesce(new.protected, false)),
        budget_code = CASE WHEN $4 THEN {_LISTED["budget_code"]} ELSE known.budget_code END
    FROM new_customers AS new
    WHERE known.customer_code = new.customer_code
        AND (known.imported_phone, known.name, known.address, known.tax_code, known.unit_code, {_LISTED_ROUTE},
            {_LISTED_PLACE}, known.price_group, known.households, known.active,
            CASE WHEN $1 THEN known.ward END, CASE WHEN $2 THEN known.address_old END,
            known.protected, CASE WHEN $4 THEN known.budget_code END)
        IS DISTINCT FROM ({_LISTED["phone"]}, {_LISTED["name"]}, {_LISTED["address"]}, {_LISTED["tax_code"]},
            new.unit_code, new.route_code, new.place_in_route, new.price_group, new.households, new.active,
            {_LISTED["ward"]}, {_LISTED["address_old"]}, known.protected OR ($3 AND coalesce(new.protected, false)),
            {_LISTED["budget_code"]})
    RETURNING known.customer_code
), added AS (
    {ADD_CUSTOMERS.format(rows="new_customers AS new")}
    WHERE NOT EXISTS (SELECT FROM customers AS known WHERE known.customer_code = new.customer_code)
    ORDER BY customer_code
    RETURNING customer_code
), noted AS (
    INSERT INTO affected SELECT customer_code, true FROM changed UNION ALL SELECT customer_code, true FROM added
)
SELECT (SELECT count(*) FROM added) AS added, (SELECT count(*) FROM changed) AS changed
"""
ADD_METERS = """
INSERT INTO meters AS known (meter_number, customer_code, multiplier, digits, installed_on,
    max_amperes, phases, ct_ratio, vt_ratio)
SELECT meter_number, customer_code, multiplier, digits, installed_on, max_amperes, phases, ct_ratio, vt_ratio
FROM {rows}
"""
"""Adds meters from the rows that are filled in."""

# Merge new_meters, and note the customers who have them now and those who had them before.
# $1 to $4 whether the file has the columns max_amperes, phases, ct_ratio and vt_ratio.
_MERGE_METERS = f"""
WITH before AS (
    SELECT meter_number, meters.customer_code FROM meters JOIN new_meters USING (meter_number)
    WHERE meters.customer_code <> new_meters.customer_code
), done AS (
    {ADD_METERS.format(rows="new_meters")} ORDER BY meter_number
    ON CONFLICT (meter_number) DO UPDATE SET customer_code = excluded.customer_code, multiplier = excluded.multiplier,
        digits = excluded.digits, installed_on = excluded.installed_on,
        max_amperes = CASE WHEN $1 THEN excluded.max_amperes ELSE known.max_amperes END,
        phases = CASE WHEN $2 THEN excluded.phases ELSE known.phases END,
        ct_ratio = CASE WHEN $3 THEN excluded.ct_ratio ELSE known.ct_ratio END,
        vt_ratio = CASE WHEN $4 THEN excluded.vt_ratio ELSE known.vt_ratio END
        WHERE (known.customer_code, known.multiplier, known.digits, known.installed_on,
            CASE WHEN $1 THEN known.max_amperes END, CASE WHEN $2 THEN known.phases END,
            CASE WHEN $3 THEN known.ct_ratio END, CASE WHEN $4 THEN known.vt_ratio END)
            IS DISTINCT FROM (excluded.customer_code, excluded.multiplier, excluded.digits, excluded.installed_on,
                excluded.max_amperes, excluded.phases, excluded.ct_ratio, excluded.vt_ratio)
    RETURNING customer_code, xmax = 0 AS is_new
), noted AS (
    INSERT INTO affected (customer_code) SELECT customer_code FROM done UNION ALL SELECT customer_code FROM before
)
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done
"""
# Of each loaded row that is new or different: what differs. A phone number differs where the list's own has changed, as
# the merge has it; whatever the file has no column for is not compared.
_COMPARE = """
CREATE TEMPORARY TABLE compared_{table} ON COMMIT DROP AS
SELECT line, key, is_new, fields FROM (
    SELECT new.line, new.{key}::text AS key, known.{key} IS NULL AS is_new,
        array_remove(ARRAY[{tests}]::text[], NULL) AS fields
    FROM new_{table} AS new LEFT JOIN {table} AS known ON known.{key} = new.{key}
) AS compared WHERE is_new OR cardinality(fields) > 0
"""
_COMPARED_WITH = {
    ("customers", "phone"): "known.imported_phone",
    ("customers", "route_code"): _LISTED_ROUTE,
    ("customers", "place_in_route"): _LISTED_PLACE,
}
_COUNT_COMPARED = """
SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM compared_{table}
"""
_COUNT_FIELDS = """
SELECT field, count(*) AS rows FROM compared_{table}, unnest(fields) AS field WHERE NOT is_new
GROUP BY field ORDER BY field
"""
_LIST_CHANGED = "SELECT line, key, fields FROM compared_{table} WHERE NOT is_new ORDER BY line LIMIT $1"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a merge would do with the rows of a file."""

    added: int
    changed: int
    fields: dict[str, int]
    """How many of the changed rows differ in a column."""
    listed: list[tuple[int, str, list[str]]]
    """The first changed rows: line, key, columns."""


async def compare(connection: Connection, table: str, key: str, columns: Collection[str], limit: int) -> Comparison:
    """Compare the loaded rows with what is on record, and change nothing; ``columns``: those that the file has."""
    tests = ", ".join(
        f"CASE WHEN {_COMPARED_WITH.get((table, column), f'known.{column}')} IS DISTINCT FROM"
        f" {_LISTED.get(column, f'new.{column}') if table == 'customers' else f'new.{column}'} THEN '{column}' END"
        for column in sorted(columns)
        if column != key
    )
    await connection.execute(_COMPARE.format(table=table, key=key, tests=tests), timeout=PATIENCE)
    [counts] = await connection.fetch(_COUNT_COMPARED.format(table=table), timeout=PATIENCE)
    fields = await connection.fetch(_COUNT_FIELDS.format(table=table), timeout=PATIENCE)
    listed = await connection.fetch(_LIST_CHANGED.format(table=table), limit, timeout=PATIENCE)
    return Comparison(
        counts["added"],
        counts["changed"],
        {row["field"]: row["rows"] for row in fields},
        [(row["line"], row["key"], row["fields"]) for row in listed],
    )


_MERGE = {
    "units": _MERGE_UNITS,
    "collectors": _MERGE_COLLECTORS,
    "routes": _MERGE_ROUTES,
    "customers": _MERGE_CUSTOMERS,
    "meters": _MERGE_METERS,
}
_OPTIONAL = {
    "customers": ("ward", "address_old", "protected", "budget_code"),
    "meters": ("max_amperes", "phases", "ct_ratio", "vt_ratio"),
}
"""Columns that a file may lack, in the order of the parameters of the table's statement."""


async def merge(connection: Connection, table: str, columns: Collection[str]) -> tuple[int, int]:
    """Merge the loaded rows into their table; return how many were added and how many changed.

    ``columns`` are those that the file has: what it has no column for is kept.
    """
    optional = [column in columns for column in _OPTIONAL.get(table, ())]
    row = await connection.fetchrow(_MERGE[table], *optional, timeout=PATIENCE)
    assert row is not None  # noqa: S101 - it counts, so there is a row
    return row["added"], row["changed"]


# Those of a collector stand together, so that few events name the same collector.
_ORDER_AFFECTED = """
CREATE TEMPORARY TABLE ordered_affected ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY routes.collector_code, customer_code) AS place, customer_code, is_written, is_new
FROM (
    SELECT customer_code, route_if_new AS route_code, is_written, true AS is_new
    FROM affected WHERE route_if_new IS NOT NULL
    UNION ALL
    SELECT customer_code, route_code, is_written, false
    FROM (
        SELECT customer_code, bool_or(is_written) AS is_written
        FROM affected WHERE route_if_new IS NULL GROUP BY customer_code
    ) AS known JOIN customers USING (customer_code)
    WHERE NOT EXISTS (
        SELECT FROM affected AS added
        WHERE added.customer_code = known.customer_code AND added.route_if_new IS NOT NULL
    )
) AS once JOIN routes USING (route_code)
"""
_INDEX_AFFECTED = "CREATE UNIQUE INDEX ON ordered_affected (place)"
_ANALYZE_AFFECTED = "ANALYZE {table}"
# In the order of the codes, as whatever locks several customers does.
_LOCK_AFFECTED = """
SELECT FROM customers JOIN ordered_affected USING (customer_code)
WHERE NOT is_written ORDER BY customer_code FOR NO KEY UPDATE OF customers
"""
_COUNT_AFFECTED = "SELECT count(*) FROM ordered_affected"


async def lock_affected_customers(connection: Connection) -> int:
    """Lock the customers whose facts the import may have changed, and return how many they are."""
    await connection.execute(_ANALYZE_AFFECTED.format(table="affected"), timeout=PATIENCE)
    await connection.execute(_ORDER_AFFECTED, timeout=PATIENCE)
    await connection.execute(_INDEX_AFFECTED, timeout=PATIENCE)
    await connection.execute(_ANALYZE_AFFECTED.format(table="ordered_affected"), timeout=PATIENCE)
    await connection.execute(_LOCK_AFFECTED, timeout=PATIENCE)
    count: int = await connection.fetchval(_COUNT_AFFECTED)
    return count


_AFFECTED = "SELECT customer_code, is_new FROM ordered_affected WHERE place > $1 AND place <= $2 ORDER BY place"


async def affected_customers(connection: Connection, first: int, following: int) -> tuple[list[str], bool]:
    """Return the codes of some of the affected customers, which are counted from 0: those of a collector together.

    Beside them whether this import has added all of them.
    """
    rows = await connection.fetch(_AFFECTED, first, following, timeout=PATIENCE)
    return [row["customer_code"] for row in rows], all(row["is_new"] for row in rows)


_CHANGED_COLLECTORS = """
SELECT collector_code, name, unit_code, active, clock_timestamp() AS changed_at
FROM collectors JOIN changed_collectors USING (collector_code) ORDER BY collector_code
"""


async def changed_collectors(connection: Connection) -> list[CollectorChanged]:
    """Return the collectors that the import has added or changed, as they are now."""
    rows = await connection.fetch(_CHANGED_COLLECTORS, timeout=PATIENCE)
    return [CollectorChanged.model_validate(dict(row)) for row in rows]
