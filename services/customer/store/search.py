"""Which customers an index finds, and which words are known: each statement is one kind of look-up."""

from collections.abc import Iterable, Sequence

from asyncpg import Record

from shared.db import Connection

Rows = Sequence[Record]

# A plan must fit the words at hand: one word stands in every second name, another in three of a million.
# The planner's statistics do not distinguish them: at times it would read all customers to find three.
_PLANNER = """
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL enable_seqscan = off;
SET LOCAL pg_trgm.similarity_threshold = 0.35;
"""


_BEGIN = "BEGIN READ ONLY;"


async def prepare_planner(connection: Connection) -> None:
    """Set the planner up for searching, until the transaction ends; begin one where there is none.

    Most searches need no plan of their own, and so no transaction. :func:`end_planner` ends it.
    """
    await connection.execute(_PLANNER if connection.is_in_transaction() else _BEGIN + _PLANNER)


async def end_planner(connection: Connection) -> None:
    """End what :func:`prepare_planner` may have begun."""
    if connection.is_in_transaction():
        await connection.execute("COMMIT")


# Customers by code, meter number or phone number: whole, beginning or ending.
# $1 letters and digits as typed, $2 beginning of a phone number in E.164 or NULL, $3 whether the digits may be the
# end of a phone number, $4 routes or NULL, $5 the most rows of each way.
_BY_IDENTIFIER = """
(
    SELECT customer_code, 'code' AS matched_on,
        CASE WHEN customer_code = $1 THEN 1.0 ELSE 0.9 END::float8 AS score
    FROM customers
    WHERE customer_code >= $1 AND customer_code < $1 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY customer_code LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'code', 0.85 FROM customers
    WHERE reverse(customer_code) >= reverse($1) AND reverse(customer_code) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'phone', CASE WHEN phone = $2 THEN 1.0 ELSE 0.8 END FROM customers
    WHERE phone >= $2 AND phone < $2 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY phone LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'phone', 0.88 FROM customers
    WHERE $3 AND reverse(phone) >= reverse($1) AND reverse(phone) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'meter', CASE WHEN meter_number = $1 THEN 1.0 ELSE 0.82 END
    FROM meters JOIN customers USING (customer_code)
    WHERE meter_number >= $1 AND meter_number < $1 || '~' AND ($4::text[] IS NULL OR route_code = ANY ($4))
    ORDER BY meter_number LIMIT $5
)
UNION ALL
(
    SELECT customer_code, 'meter', 0.86 FROM meters JOIN customers USING (customer_code)
    WHERE reverse(meter_number) >= reverse($1) AND reverse(meter_number) < reverse($1) || '~'
        AND ($4::text[] IS NULL OR route_code = ANY ($4))
    LIMIT $5
)
"""


async def by_identifier(
    connection: Connection,
    text: str,
    *,
    phone: str | None,
    may_end_phone: bool,
    routes: Sequence[str] | None,
    limit: int,
) -> Rows:
    """Find customers by a code, a meter number or a phone number: whole, beginning or ending."""
    return await connection.fetch(_BY_IDENTIFIER, text, phone, may_end_phone, routes, limit)


# Customers whose code, meter number or phone number differs from what was typed by one slip of the finger.
# $1 the texts one slip away, $2 those of them that are phone numbers, in E.164, $3 routes or NULL, $4 the most rows.
_BY_SLIP = """
(
    SELECT customer_code, 'code' AS matched_on, 0.7::float8 AS score FROM customers
    WHERE customer_code = ANY ($1::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
UNION ALL
(
    SELECT customer_code, 'phone', 0.7 FROM customers
    WHERE phone = ANY ($2::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
UNION ALL
(
    SELECT customer_code, 'meter', 0.65 FROM meters JOIN customers USING (customer_code)
    WHERE meter_number = ANY ($1::text[]) AND ($3::text[] IS NULL OR route_code = ANY ($3)) LIMIT $4
)
"""


async def by_slip(
    connection: Connection, texts: Sequence[str], phones: Sequence[str], routes: Sequence[str] | None, limit: int
) -> Rows:
    """Find customers by the texts that are one slip away from what was typed."""
    return await connection.fetch(_BY_SLIP, texts, phones, routes, limit)


# Customers on a collector's routes: so few that reading them all is faster than any index on words.
# $1 phrases without blanks, $2 phrases with their words sorted, $3 terms of names, $4 terms of names and addresses,
# $5 the routes, $6 the most rows.
_OF_ROUTES = """
WITH own AS MATERIALIZED (
    SELECT customer_code, name_key, name_bag, address_key, name_terms, all_terms
    FROM customers WHERE {these}
)
SELECT customer_code, name_key, address_key FROM own
WHERE name_terms @@ $3::tsquery OR all_terms @@ $4::tsquery OR name_bag = ANY ($2::text[])
    OR replace(name_key, ' ', '') ^@ ANY ($1::text[])
LIMIT $6
"""
_ON_ROUTES = _OF_ROUTES.format(these="route_code = ANY ($5::text[])")
# Most collectors have one route. Apart, because PostgreSQL plans `= ANY` anew each time.
_ON_ONE_ROUTE = _OF_ROUTES.format(these="route_code = $5::text")


async def on_routes(
    connection: Connection,
    *,
    joined: Sequence[str],
    bags: Sequence[str],
    in_names: str | None,
    anywhere: str | None,
    routes: Sequence[str],
    limit: int,
) -> Rows:
    """Find customers among those of a few routes."""
    if len(routes) == 1:
        return await connection.fetch(_ON_ONE_ROUTE, joined, bags, in_names, anywhere, routes[0], limit)
    return await connection.fetch(_ON_ROUTES, joined, bags, in_names, anywhere, routes, limit)


# Customers whose name consists of the words in any order, or begins with them.
# $1 phrases with their words sorted, $2 phrases without blanks, $3 the most rows of each phrase, $4 the most rows.
_BY_PHRASE = """
(
    SELECT same.customer_code, same.name_key, same.address_key
    FROM unnest($1::text[]) AS bag, LATERAL (
        SELECT customer_code, name_key, address_key FROM customers WHERE name_bag = bag LIMIT $3
    ) AS same
)
UNION ALL
(
    SELECT begins.customer_code, begins.name_key, begins.address_key
    FROM unnest($2::text[]) AS phrase, LATERAL (
        SELECT customer_code, name_key, address_key FROM customers
        WHERE replace(name_key, ' ', '') >= phrase AND replace(name_key, ' ', '') < phrase || '~'
        ORDER BY replace(name_key, ' ', '') LIMIT $3
    ) AS begins
)
LIMIT $4
"""


async def by_phrase(
    connection: Connection, bags: Sequence[str], joined: Sequence[str], limit_each: int, limit: int
) -> Rows:
    """Find customers whose whole name, or its beginning, was typed."""
    return await connection.fetch(_BY_PHRASE, bags, joined, limit_each, limit)


# For words that very many customers share: the first of them, found by reading instead of by intersecting long lists.
# $1 terms of names, $2 terms of names and addresses, $3 how many customers are read, $4 the most rows.
_AMONG_FIRST = """
SELECT customer_code, name_key, address_key
FROM (SELECT customer_code, name_key, address_key, name_terms, all_terms FROM customers LIMIT $3) AS first
WHERE name_terms @@ $1::tsquery OR all_terms @@ $2::tsquery
LIMIT $4
"""
_READ_TABLE = "SET LOCAL enable_seqscan = on"
_READ_INDEX = "SET LOCAL enable_seqscan = off"


async def among_first(
    connection: Connection, in_names: str | None, anywhere: str | None, *, read: int, limit: int
) -> Rows:
    """Find customers among the first ``read``, by reading the table itself."""
    await connection.execute(_READ_TABLE)
    rows = await connection.fetch(_AMONG_FIRST, in_names, anywhere, read, limit)
    await connection.execute(_READ_INDEX)
    return rows


# Customers whose name holds all the terms $1; at most $2, and which ones is left to chance on purpose: ordering half
# a million people called Nguyễn by how well they match "Nguyễn" would change nothing.
_BY_NAME_TERMS = """
SELECT customer_code, name_key, address_key FROM customers WHERE name_terms @@ $1::tsquery LIMIT $2
"""


async def by_name_terms(connection: Connection, terms: str, limit: int) -> Rows:
    """Find customers whose name holds the terms."""
    return await connection.fetch(_BY_NAME_TERMS, terms, limit)


# Customers whose name and address together hold all the terms $1; at most $2, any.
_BY_ALL_TERMS = """
SELECT customer_code, name_key, address_key FROM customers WHERE all_terms @@ $1::tsquery LIMIT $2
"""


async def by_all_terms(connection: Connection, terms: str, limit: int) -> Rows:
    """Find customers whose name and address together hold the terms."""
    return await connection.fetch(_BY_ALL_TERMS, terms, limit)


_SHARES = """
SELECT word, (in_names + in_addresses) / greatest(reltuples, 1)::float8 AS share
FROM vocabulary, pg_class WHERE word = ANY ($1::text[]) AND pg_class.oid = 'customers'::regclass
"""


async def shares(connection: Connection, words: Sequence[str]) -> dict[str, float]:
    """Return the share of all customers that have each word in the name or the address."""
    rows = await connection.fetch(_SHARES, words)
    return dict.fromkeys(words, 0.0) | {row["word"]: row["share"] for row in rows}


# The known words that may have been meant, with the number of customers that have them: the word itself, words it is
# the beginning of, words one slip away, and for longer words those that share many trigrams with it.
# $1 words as typed, $2 and $3 pairs of a word and what it becomes by one slip, $4 the length of initials.
_KNOWN_WORDS = """
WITH meant AS (
    SELECT typed, typed AS word FROM unnest($1::text[]) AS typed
    UNION
    SELECT typed, longer.word FROM unnest($1::text[]) AS typed, LATERAL (
        SELECT word FROM vocabulary
        WHERE word >= typed AND word < typed || '~' AND length(typed) > $4
        ORDER BY in_names + in_addresses DESC LIMIT 20
    ) AS longer
    UNION
    SELECT typed, slip FROM unnest($2::text[], $3::text[]) AS slips (typed, slip)
    UNION
    SELECT typed, alike.word FROM unnest($1::text[]) AS typed, LATERAL (
        SELECT word FROM vocabulary WHERE word % typed AND length(typed) > 4
        ORDER BY similarity(word, typed) DESC LIMIT 20
    ) AS alike
)
SELECT typed, word, in_names, in_addresses FROM meant JOIN vocabulary USING (word) WHERE in_names + in_addresses > 0
"""


async def known_words(
    connection: Connection, typed: Sequence[str], slips: Iterable[tuple[str, str]], *, initials_length: int
) -> dict[str, set[str]]:
    """Return for each word that was typed the known words that may have been meant.

    ``slips`` are pairs of a word and what one slip of the finger makes of it.
    """
    pairs = list(slips)
    rows = await connection.fetch(
        _KNOWN_WORDS, typed, [word for word, _ in pairs], [slip for _, slip in pairs], initials_length
    )
    known: dict[str, set[str]] = {}
    for row in rows:
        known.setdefault(row["typed"], set()).add(row["word"])
    return known
