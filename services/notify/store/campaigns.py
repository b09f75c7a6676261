"""Campaigns: messages that a date rule schedules for many customers in one statement."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from services.notify.domain.kinds import Campaign
from services.notify.domain.reminders import Priority
from services.notify.store.reminders import IN_PARTS, STOPPED
from services.notify.texts.parameters import sms_appointment
from shared.db import Connection

# One copy at a time; what two of them would schedule is the same, so that this spares work and nothing else.
#
# Few accounts have changed since the last look, or a million: each statement is planned for the moment it asks about.
_LOCK = """
SELECT pg_try_advisory_xact_lock(hashtextextended('notify campaigns', 0)),
    set_config('plan_cache_mode', 'force_custom_plan', true)
"""


async def lock_campaigns(connection: Connection) -> bool:
    """Keep other copies from scheduling until this transaction ends; False when one of them is at it."""
    locked: bool = await connection.fetchval(_LOCK)
    return locked


_NOW = "SELECT clock_timestamp()"


async def database_time(connection: Connection) -> datetime:
    """Return the time by the database's clock, by which changes of accounts are noted."""
    moment: datetime = await connection.fetchval(_NOW)
    return moment


# From one unit to the next in the index of accounts that owe, not through a million rows.
_UNITS = """
WITH RECURSIVE found AS (
    (SELECT unit_code FROM accounts WHERE debt > 0 AND unit_code IS NOT NULL ORDER BY unit_code LIMIT 1)
    UNION ALL
    SELECT (
        SELECT next.unit_code FROM accounts AS next
        WHERE next.debt > 0 AND next.unit_code > found.unit_code ORDER BY next.unit_code LIMIT 1)
    FROM found WHERE found.unit_code IS NOT NULL
)
SELECT unit_code FROM found WHERE unit_code IS NOT NULL ORDER BY unit_code
"""


async def units(connection: Connection) -> list[str]:
    """Return the units that have customers who owe."""
    return [row["unit_code"] for row in await connection.fetch(_UNITS)]


_LEFT_OUT = "SELECT count(*) FROM accounts WHERE debt > 0 AND (oldest_due_date IS NULL OR unit_code IS NULL)"


async def left_out(connection: Connection) -> int:
    """Return how many customers owe of whom no campaign can know, for want of a due date or a unit.

    Reads all accounts.
    """
    count: int = await connection.fetchval(_LEFT_OUT)
    return count


@dataclass(frozen=True)
class Place:
    """How far a campaign has come: the last customer that was looked at."""

    due_date: date
    customer_code: str


START = Place(date.min, "")


@dataclass(frozen=True)
class Look:
    """When a campaign's customers were looked at, by two clocks."""

    changes: datetime
    """The database's: changes of accounts since then have not been looked at."""
    moment: datetime
    """The service's: promises that have passed since then have not been looked at."""


# An account that a handler holds is skipped: its payment may be on the way, and the next round finds it. Those that are
# not skipped stay as they are until the rows are committed, so that a payment, a correction or a promise either is
# seen here or finds the new row and cancels or readdresses it.
#
# A message about a debt is there once: what a payment, a promise, a complaint or an agreement cancelled is scheduled
# again in its own row.
_SCHEDULE_OF = f"""
WITH chosen AS (
    SELECT customer_code, oldest_due_date, phone FROM accounts
    WHERE unit_code = $1 AND oldest_due_date BETWEEN $2 AND $3 AND debt > 0 AND debt >= $4
        AND (oldest_due_date, customer_code) > ($5, $6)
        AND active AND phone IS NOT NULL AND {{changed}}
        AND (promised_for IS NULL OR promised_for < $7)
        AND NOT {STOPPED} AND NOT {IN_PARTS}
        AND ($8::text IS NULL OR EXISTS (
            SELECT FROM reminders WHERE reminders.customer_code = accounts.customer_code AND template = $8
                AND debt_due_on = oldest_due_date AND state IN ('sent', 'delivered', 'unknown')))
        AND NOT EXISTS (
            SELECT FROM reminders WHERE reminders.customer_code = accounts.customer_code AND template = $9
                AND debt_due_on = oldest_due_date
                AND NOT (state = 'cancelled' AND cause IN ('paid', 'promised', 'complaint', 'instalments')))
    ORDER BY oldest_due_date, customer_code LIMIT $10
    FOR SHARE SKIP LOCKED
), added AS (
    INSERT INTO reminders (reminder_id, customer_code, template, template_version, language, parameters, phone, text,
        segments, state, issued_at, due_at, expires_at, priority, unit_code, debt_due_on)
    SELECT gen_random_uuid(), customer_code, $9, $11, $12, $13, phone, '', 1, 'scheduled', $7, $14, $15, $16, $1,
        oldest_due_date
    FROM chosen
    ON CONFLICT (customer_code, template, debt_due_on) WHERE debt_due_on IS NOT NULL DO UPDATE SET
        state = 'scheduled', cause = '', stopped = '', phone = excluded.phone, due_at = excluded.due_at,
        expires_at = excluded.expires_at, issued_at = excluded.issued_at, parameters = excluded.parameters,
        template_version = excluded.template_version, language = excluded.language
    WHERE reminders.state = 'cancelled' AND reminders.cause IN ('paid', 'promised', 'complaint', 'instalments')
    RETURNING true
)
SELECT (SELECT count(*) FROM added) AS added, count(*) AS chosen,
    (array_agg(oldest_due_date ORDER BY oldest_due_date DESC, customer_code DESC))[1] AS last_due_date,
    (array_agg(customer_code ORDER BY oldest_due_date DESC, customer_code DESC))[1] AS last_customer
FROM chosen
"""
_SCHEDULE = _SCHEDULE_OF.replace("{changed}", "true")
_SCHEDULE_CHANGED = _SCHEDULE_OF.replace("{changed}", "(changed_at > $17 OR promised_for >= $18 AND promised_for < $7)")


@dataclass(frozen=True)
class Wording:
    """In which words a campaign is sent: the text itself is made when a message leaves."""

    version: int
    language: str


async def schedule_campaign(
    connection: Connection, campaign: Campaign, wording: Wording, after: Place, limit: int, since: Look | None = None
) -> tuple[int, Place | None]:
    """Schedule a campaign's messages for the next customers, at most ``limit``; for those only that changed ``since``.

    Returns how many were added, and the place to go on from; None at the end.
    """
    parameters = {"cut_at": sms_appointment(campaign.cut_at)} if campaign.cut_at else {}
    [row] = await connection.fetch(
        _SCHEDULE if since is None else _SCHEDULE_CHANGED,
        campaign.unit_code,
        campaign.first_due_date,
        campaign.last_due_date,
        campaign.least_debt,
        after.due_date,
        after.customer_code,
        campaign.moment,
        campaign.after,
        campaign.kind.value,
        limit,
        wording.version,
        wording.language,
        json.dumps(parameters),
        campaign.due_at,
        campaign.expires_at,
        Priority.BULK.value,
        *(() if since is None else (since.changes, since.moment)),
    )
    last = Place(row["last_due_date"], row["last_customer"]) if row["chosen"] == limit else None
    return row["added"], last
