"""Readings that wait for a person because they may be wrong, and what was done with them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.billing.bills.metered_period import MeteredPeriod
from services.billing.judgement.doubts import Doubt
from services.billing.store import metered_periods
from services.billing.store.metered_periods import COLUMNS
from shared.contracts.actor import Actor
from shared.contracts.billing import Doubt as ToldDoubt
from shared.contracts.billing import GetHeldReadings, HeldReadings, MeterReading
from shared.db import Connection
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class StoredPeriod:
    """A stored period with where it stands."""

    period_id: UUID
    period: MeteredPeriod
    doubts: tuple[Doubt, ...]
    sent_back_at: datetime | None
    superseded_by: UUID | None
    bill_id: UUID | None


@dataclass(frozen=True, slots=True)
class ReadingAct:
    """What was done with doubtful readings."""

    period_id: UUID
    act: str
    doubts: tuple[Doubt, ...] = ()
    reason: str = ""
    new_period_id: UUID | None = None


_STATE = f"{COLUMNS}, held, sent_back_at, superseded_by, bill_id"
_LOCK = f"SELECT {_STATE} FROM metered_periods WHERE period_id = $1 FOR NO KEY UPDATE"


async def lock(connection: Connection, period_id: UUID) -> StoredPeriod | None:
    """Lock and return a period; None where there is none."""
    rows = await connection.fetch(_LOCK, period_id)
    found = await _stored(connection, rows)
    return found[0] if found else None


_FINGERPRINT = "SELECT fingerprint FROM metered_periods WHERE period_id = $1"


async def fingerprint_of(connection: Connection, period_id: UUID) -> str:
    """Return what the readings of a stored period are recognised by."""
    fingerprint: str = await connection.fetchval(_FINGERPRINT, period_id)
    return fingerprint


# From page to page, because one that cannot be settled stays.
_BELOW_ESTIMATES = """
SELECT period_id FROM metered_periods
WHERE held @> '[{"rule": "estimate-too-high"}]' AND superseded_by IS NULL AND bill_id IS NULL AND sent_back_at IS NULL
    AND ($1::uuid IS NULL OR period_id > $1)
ORDER BY period_id LIMIT $2
"""


async def below_estimates(connection: Connection, after: UUID | None, limit: int) -> list[UUID]:
    """Return periods that are held because their reading is below the estimate before."""
    return [row["period_id"] for row in await connection.fetch(_BELOW_ESTIMATES, after, limit)]


_UNIT = "SELECT unit_code FROM metered_periods JOIN customers USING (customer_code) WHERE period_id = $1"


async def unit_of(connection: Connection, period_id: UUID) -> str | None:
    """Return the unit of the customer of a period; None where there is no such period, or the customer is not known."""
    unit_code: str | None = await connection.fetchval(_UNIT, period_id)
    return unit_code


_RELEASE = "UPDATE metered_periods SET held = NULL, sent_back_at = NULL WHERE period_id = $1"


async def release(connection: Connection, period_id: UUID) -> None:
    """Let held readings wait for a bill."""
    await connection.execute(_RELEASE, period_id)


_SEND_BACK = "UPDATE metered_periods SET sent_back_at = $2, held = $3 WHERE period_id = $1"


async def send_back(connection: Connection, period_id: UUID, moment: datetime, doubts: Sequence[Doubt]) -> None:
    """Note that a period is to be read again; until then it is held."""
    await connection.execute(_SEND_BACK, period_id, moment, _as_json(doubts))


_JUDGE_AGAIN = """
UPDATE metered_periods SET held = found.held::jsonb
FROM unnest($1::uuid[], $2::text[]) AS found (period_id, held)
WHERE metered_periods.period_id = found.period_id AND bill_id IS NULL AND superseded_by IS NULL
"""


async def keep_doubts(connection: Connection, doubts: Mapping[UUID, Sequence[Doubt]]) -> None:
    """Keep what a new judgement found of periods without a bill; nothing lets them wait for one."""
    values = [json.dumps(_as_json(found), ensure_ascii=False) if found else None for found in doubts.values()]
    await connection.execute(_JUDGE_AGAIN, list(doubts), values)


_SUPERSEDE = """
UPDATE metered_periods SET superseded_by = replaced.successor, held = NULL, sent_back_at = NULL
FROM unnest($1::uuid[], $2::uuid[]) AS replaced (period_id, successor)
WHERE metered_periods.period_id = replaced.period_id
"""


async def supersede(connection: Connection, successors: Mapping[UUID, UUID]) -> None:
    """Note which new periods take the place of which (old id → new id)."""
    if successors:
        await connection.execute(_SUPERSEDE, list(successors), list(successors.values()))


_NOTE = """
INSERT INTO reading_acts (act_id, period_id, act, doubts, reason, new_period_id, acted_at, actor)
SELECT act_id, period_id, act, doubts::jsonb, reason, new_period_id, $7, $8
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[])
    AS done (act_id, period_id, act, doubts, reason, new_period_id)
"""


async def note(connection: Connection, acts: Sequence[ReadingAct], moment: datetime, actor: Actor) -> None:
    """Keep what was done, and who did it."""
    if not acts:
        return
    rows = [
        (
            new_id(),
            act.period_id,
            act.act,
            json.dumps(_as_json(act.doubts), ensure_ascii=False),
            act.reason,
            act.new_period_id,
        )
        for act in acts
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    await connection.execute(_NOTE, *columns, moment, actor.model_dump(mode="json"))


# Later periods of a customer that have no bill: a person's release of one of them stands.
_FOLLOWERS = f"""
SELECT {_STATE} FROM metered_periods
WHERE customer_code = $1 AND period_from > $2 AND bill_id IS NULL AND superseded_by IS NULL AND sent_back_at IS NULL
    AND NOT EXISTS (
        SELECT FROM reading_acts WHERE reading_acts.period_id = metered_periods.period_id AND act = 'released'
    )
ORDER BY period_from FOR NO KEY UPDATE
"""


async def followers(connection: Connection, period: MeteredPeriod) -> list[StoredPeriod]:
    """Lock and return the customer's later periods that a judgement may still hold, the earliest first."""
    rows = await connection.fetch(_FOLLOWERS, period.customer_code, period.period_to)
    return await _stored(connection, rows)


_LISTED = f"""
SELECT {_STATE}, coalesce(unit_code, '') AS unit_code, since.acted_at AS held_since
FROM metered_periods LEFT JOIN (SELECT customer_code, unit_code FROM customers) AS known USING (customer_code),
    LATERAL (
        SELECT max(acted_at) AS acted_at FROM reading_acts
        WHERE reading_acts.period_id = metered_periods.period_id AND act IN ('held', 'sent_back')
    ) AS since
WHERE held IS NOT NULL AND superseded_by IS NULL AND ($1::uuid IS NULL OR period_id > $1)
    AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2)) AND ($3::text IS NULL OR customer_code = $3)
    AND ($4::text IS NULL OR held @> jsonb_build_array(jsonb_build_object('rule', $4::text)))
    AND ($5::timestamptz IS NULL OR acted_at < $5) AND ($6::bool IS NULL OR (sent_back_at IS NOT NULL) = $6)
ORDER BY period_id LIMIT $7
"""


async def listed(connection: Connection, request: GetHeldReadings) -> list[HeldReadings]:
    """Return held periods as they are asked for, in the order in which they were stored."""
    rows = await connection.fetch(
        _LISTED,
        request.after,
        request.unit_codes,
        request.customer_code,
        request.rule,
        request.held_before,
        request.sent_back,
        request.limit,
    )
    stored = await _stored(connection, rows)
    return [_held(item, row) for item, row in zip(stored, rows, strict=True)]


AGES = ("1d", "7d", "older")
"""How long readings have been held: up to a day, up to a week, longer."""

_COUNT = """
SELECT coalesce(unit_code, '') AS unit_code, count(*) FILTER (WHERE age <= interval '1 day'),
    count(*) FILTER (WHERE age > interval '1 day' AND age <= interval '7 days'),
    count(*) FILTER (WHERE age > interval '7 days')
FROM metered_periods LEFT JOIN (SELECT customer_code, unit_code FROM customers) AS known USING (customer_code),
    LATERAL (
        SELECT now() - max(acted_at) AS age FROM reading_acts
        WHERE reading_acts.period_id = metered_periods.period_id AND act IN ('held', 'sent_back')
    ) AS since
WHERE held IS NOT NULL AND superseded_by IS NULL
GROUP BY unit_code
"""


async def count_held(connection: Connection) -> dict[str, tuple[int, ...]]:
    """Return how many periods of each unit are held, by :data:`AGES`."""
    return {row[0]: tuple(row[1:]) for row in await connection.fetch(_COUNT)}


def _held(stored: StoredPeriod, row: Mapping[str, Any]) -> HeldReadings:
    period = stored.period
    return HeldReadings(
        period_id=stored.period_id,
        customer_code=period.customer_code,
        unit_code=row["unit_code"],
        year=period.year,
        month=period.month,
        cycle=period.cycle,
        period_from=period.period_from,
        period_to=period.period_to,
        readings=[
            MeterReading(
                meter_number=reading.meter_number,
                meter_register=reading.meter_register,
                old_reading=reading.old_reading,
                new_reading=reading.new_reading,
                multiplier=reading.multiplier,
                kwh=reading.kwh,
            )
            for reading in period.readings
        ],
        kwh=sum(reading.kwh for reading in period.active_readings),
        doubts=[told(doubt) for doubt in stored.doubts],
        held_since=row["held_since"],
        sent_back_at=stored.sent_back_at,
    )


def told(doubt: Doubt) -> ToldDoubt:
    """Return a doubt as messages carry it."""
    return ToldDoubt(rule=doubt.rule, detail=doubt.detail, english=doubt.english)


async def _stored(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[StoredPeriod]:
    periods = await metered_periods.periods_of(connection, rows)
    return [
        StoredPeriod(
            row["period_id"],
            periods[row["period_id"]],
            tuple(Doubt(**doubt) for doubt in row["held"] or ()),
            row["sent_back_at"],
            row["superseded_by"],
            row["bill_id"],
        )
        for row in rows
    ]


def _as_json(doubts: Sequence[Doubt]) -> list[dict[str, str]]:
    return [asdict(doubt) for doubt in doubts]
