"""Fixtures of billing's integration tests."""

from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from shared.db import open_pool
from shared.testing.databases import TestDatabases
from tests.integration.billing.billing_handlers import BillingHandlers


@pytest_asyncio.fixture(scope="session")
async def billing_pool(databases: TestDatabases) -> AsyncIterator[asyncpg.Pool]:
    """A pool on one database for all desks: to empty it is quicker than to make another."""
    url = await databases.create("billing")
    pool = await open_pool(url, application_name="test billing handlers")
    yield pool
    await pool.close()
    await databases.drop(url)


@pytest_asyncio.fixture
async def billing(billing_pool: asyncpg.Pool) -> BillingHandlers:
    """Billing on an empty database, without the partitions that tests before made."""
    for partition in await billing_pool.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
        " JOIN pg_class ON pg_class.oid = inhrelid"
        " WHERE inhparent IN ('draft_bills'::regclass, 'bill_details'::regclass, 'metered_periods'::regclass,"
        " 'readings'::regclass) AND relname !~ '_(default|earlier)$'"
    ):
        await billing_pool.execute(f"DROP TABLE {partition['name']}")
    tables = await billing_pool.fetchval(
        "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename NOT IN ('migration_history', 'partitioned_tables')"
    )
    # History can only be added to: only past its triggers it is emptied.
    await billing_pool.execute(
        f"SET session_replication_role = replica; TRUNCATE {tables} RESTART IDENTITY CASCADE;"
        " ALTER SEQUENCE notice_numbers RESTART; SET session_replication_role = origin"
    )
    return BillingHandlers(billing_pool)
