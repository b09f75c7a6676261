"""What billing shows of the system's backups."""

from asyncpg import Pool

from services.billing.store.backup_records import backup_state
from tests.integration.billing.billing_handlers import BillingHandlers

_NOTED = """
INSERT INTO backup_records (kind, begun_at, ended_at, backup, seconds, clean, noted_by)
SELECT $1, ended - interval '1 minute', ended, '20261129T020000', $3, $4, 'test'
FROM (SELECT clock_timestamp() - make_interval(hours => $2) AS ended) AS moment
"""


async def test_the_age_is_that_of_the_last_good_backup_and_the_time_to_recover_that_of_the_last_drill(
    billing: BillingHandlers, billing_pool: Pool
) -> None:
    async with billing_pool.acquire() as connection:
        none = await backup_state(connection)
        assert 0 < none.backup_age <= none.drill_age < 24 * 3600
        assert (none.recovery_seconds, none.drill_clean) == (0, True)
        for record in (
            ("backup", 50, 9.0, True),
            ("backup", 30, 9.0, True),
            ("drill", 31, 60.0, True),
            ("drill", 7, 70.0, False),
        ):
            await connection.execute(_NOTED, *record)
        state = await backup_state(connection)
    assert 30 <= state.backup_age / 3600 < 31
    assert 31 <= state.drill_age / 3600 < 32
    assert (state.recovery_seconds, state.drill_clean) == (70.0, False)
