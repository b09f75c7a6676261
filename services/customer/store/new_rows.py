"""Customers and meters that are added while their list is still read, some thousands at a time.

What is on record already is put aside until the list has ended, because merging it locks rows that others wait for;
what is new is seen by nobody before the import commits.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from operator import itemgetter

from asyncpg import IntegrityConstraintViolationError

from services.customer.store.imports import ADD_CUSTOMERS, ADD_METERS, PATIENCE, Values, in_pieces, new_table
from shared.db import Connection

_ROWS_AT_ONCE = 5_000
"""So many are in memory twice: those that are added and those that are read. Fewer would have the words of all names
counted more often."""

# PostgreSQL knows nothing of tables that grow in the same transaction: each row is a look into the index of its key.
_LOOK_UP_BY_KEY = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
_AS_USUAL = "SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"

_PUT_KNOWN_ASIDE = """
WITH known_rows AS (
    DELETE FROM some_{table} AS new USING {table} AS known WHERE known.{key} = new.{key} RETURNING new.*
)
INSERT INTO new_{table} SELECT * FROM known_rows
"""
_EMPTY = "TRUNCATE some_{table}"
_ADDED_TABLE = """
CREATE TEMPORARY TABLE added_{table} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA
"""
_ADD_CUSTOMERS = f"""
WITH added AS (
    {ADD_CUSTOMERS.format(rows="some_customers")} ORDER BY customer_code
    RETURNING customer_code, route_code
)
INSERT INTO added_customers SELECT customer_code, route_code FROM added
"""
_ADD_METERS = f"""
WITH added AS (
    {ADD_METERS.format(rows="some_meters")} ORDER BY meter_number
    RETURNING meter_number, customer_code
)
INSERT INTO added_meters SELECT meter_number, customer_code FROM added
"""
_ADD = {"customers": _ADD_CUSTOMERS, "meters": _ADD_METERS}
_ADDED_COLUMNS = {"customers": "customer_code, route_code", "meters": "meter_number, customer_code"}
_ANALYZE = "ANALYZE new_{table}; ANALYZE added_{table}"
_ADDED_TWICE = "SELECT EXISTS (SELECT FROM new_{table} JOIN added_{table} USING ({key}))"
# The rows of new customers are locked by being written.
_NOTE_CUSTOMERS = "INSERT INTO affected SELECT customer_code, true, route_code FROM added_customers"
_NOTE_METERS = """
INSERT INTO affected (customer_code) SELECT customer_code FROM added_meters
WHERE NOT EXISTS (
    SELECT FROM affected AS known
    WHERE known.customer_code = added_meters.customer_code AND known.route_if_new IS NOT NULL
)
"""
_NOTE = {"customers": _NOTE_CUSTOMERS, "meters": _NOTE_METERS}
# Whether this transaction counts the words of the customers that it adds; else the database does.
_WORDS_ARE_COUNTED = {
    True: "SET LOCAL thungan.words_are_counted = 'yes'",
    False: "SET LOCAL thungan.words_are_counted = 'no'",
}
# In the order of the words, as whatever counts several does. Longer words are counted by their beginning.
_ADD_WORDS = """
INSERT INTO vocabulary AS known (word, in_names, in_addresses)
SELECT left(word, 60), sum(in_names), sum(in_addresses)
FROM unnest($1::text[], $2::int[], $3::int[]) AS counted (word, in_names, in_addresses)
WHERE word <> '' GROUP BY left(word, 60) ORDER BY left(word, 60)
ON CONFLICT (word) DO UPDATE SET in_names = known.in_names + excluded.in_names,
    in_addresses = known.in_addresses + excluded.in_addresses
"""
_MOST_WORDS = 50_000
"""Different ones in memory: names and addresses have a few thousand."""

RefusedRow = IntegrityConstraintViolationError
"""A row refers to nobody, or stands twice; others that stand twice are in :attr:`NewRows.is_one_twice`."""

TABLES = frozenset(_ADD)
"""Whose rows are added while they are read."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """What was added, and how many rows of known keys lie in the list's table."""

    added: int
    known: int
    is_one_twice: bool
    """Whether a key that was added stands in the list again."""


async def add_while_reading(
    connection: Connection, table: str, key: str, columns: Sequence[str], rows: Iterator[Values]
) -> NewRows:
    """Add the rows of a list whose keys are new, some while those that follow are made in a thread.

    Raises :data:`RefusedRow`.
    """
    await connection.execute(new_table(table, columns))
    await connection.execute(new_table(table, columns, f"some_{table}"))
    await connection.execute(_ADDED_TABLE.format(table=table, columns=_ADDED_COLUMNS[table]))
    await connection.execute(_LOOK_UP_BY_KEY)
    words = _Words(connection, columns) if table == "customers" else None
    added = known = 0
    async with aclosing(in_pieces(rows, _ROWS_AT_ONCE)) as pieces:
        async for some in pieces:
            await connection.copy_records_to_table(f"some_{table}", records=some, timeout=PATIENCE)
            done = await connection.execute(_PUT_KNOWN_ASIDE.format(table=table, key=key), timeout=PATIENCE)
            known += _count(done)
            if words is not None:
                await words.of(some, are_added=_count(done) == 0)
            added += _count(await connection.execute(_ADD[table], timeout=PATIENCE))
            await connection.execute(_EMPTY.format(table=table), timeout=PATIENCE)
    await connection.execute(_AS_USUAL)
    if words is not None:
        await words.end()
    await connection.execute(_NOTE[table], timeout=PATIENCE)
    is_one_twice = False
    if known:
        await connection.execute(_ANALYZE.format(table=table), timeout=PATIENCE)
        is_one_twice = await connection.fetchval(_ADDED_TWICE.format(table=table, key=key), timeout=PATIENCE)
    return NewRows(added, known, is_one_twice)


class _Words:
    """How often each word stands in the names and addresses of added customers, until the database learns of it."""

    def __init__(self, connection: Connection, columns: Sequence[str]) -> None:
        self._connection = connection
        # Before the columns of a row stands its line.
        self._keys = itemgetter(1 + columns.index("name_key"), 1 + columns.index("address_key"))
        self._in_names: Counter[str] = Counter()
        self._in_addresses: Counter[str] = Counter()
        self._is_counted: bool | None = None

    async def of(self, rows: Sequence[Values], *, are_added: bool) -> None:
        """Count the words of rows of which all are about to be added; of others the database counts them."""
        if are_added is not self._is_counted:
            self._is_counted = are_added
            await self._connection.execute(_WORDS_ARE_COUNTED[are_added])
        if not are_added:
            return
        for name, address in map(self._keys, rows):
            self._in_names.update(name.split(" "))
            self._in_addresses.update(address.split(" "))
        if len(self._in_names) + len(self._in_addresses) > _MOST_WORDS:
            await self._tell()

    async def end(self) -> None:
        """Have the database know all that was counted, and count by itself from here on."""
        await self._tell()
        await self._connection.execute(_WORDS_ARE_COUNTED[False])

    async def _tell(self) -> None:
        words = sorted(self._in_names.keys() | self._in_addresses.keys())
        names, addresses = ([count[word] for word in words] for count in (self._in_names, self._in_addresses))
        await self._connection.execute(_ADD_WORDS, words, names, addresses, timeout=PATIENCE)
        self._in_names.clear()
        self._in_addresses.clear()


def _count(done: str) -> int:
    """Return the number of rows in what PostgreSQL says of a statement."""
    return int(done.rpartition(" ")[2])
