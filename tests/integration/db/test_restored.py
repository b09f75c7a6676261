"""A database that was restored is worked on only once it is released."""

import asyncpg
import pytest

from shared.db import open_pool
from shared.db.restored import NotReleased, refuse_if_held
from shared.testing.databases import TestDatabases

_RESTORED = """
INSERT INTO restores (restore_id, backup, restored_by)
VALUES ('0192f0c4-7d0e-7000-8000-000000000001', '20261129T020000', 'lan')
"""
_RELEASED = """
INSERT INTO restore_releases (restore_id, released_by, violations, reason)
VALUES ('0192f0c4-7d0e-7000-8000-000000000001', 'lan', 0, '')
"""


async def test_a_pool_gives_no_connection_to_a_restored_database_before_its_release(databases: TestDatabases) -> None:
    url = await databases.create("billing")
    administrator = await asyncpg.connect(url)
    try:
        await administrator.execute(_RESTORED)
        async with await open_pool(url, size=1, prepare=refuse_if_held) as pool:
            with pytest.raises(NotReleased, match=r"restored from 20261129T020000 at .* thungan restore release"):
                await pool.fetchval("SELECT 1")
            await administrator.execute(_RELEASED)
            assert await pool.fetchval("SELECT 1") == 1
    finally:
        await administrator.close()
        await databases.drop(url)
