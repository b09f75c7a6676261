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
