"""Judges periods that are about to be stored, or stored ones again, by what is known of their meters and customers.

A period that follows a doubtful one is doubtful, too: what it begins with may change.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.billing.archive.reach import require_reach
from services.billing.bills.metered_period import MeteredPeriod
from services.billing.judgement.contract import Contract
from services.billing.judgement.doubts import Doubt
from services.billing.judgement.history import History
from services.billing.judgement.rules import JudgementRule, judge, judgement_in_force
from services.billing.store import accounts, held_readings, reading_history
from services.billing.store.held_readings import ReadingAct
from services.billing.store.metered_periods import NewPeriod
from shared.contracts.actor import Actor
from shared.db import Connection


async def judged(
    connection: Connection,
    periods: Sequence[NewPeriod],
    facts: Mapping[str, Contract],
    rules: Sequence[JudgementRule],
    *,
    are_stored: bool = False,
) -> list[NewPeriod]:
    """Return the periods with what is doubtful about them, in the same order.

    They are judged in the order of their days, each with those before it. Hold the lock of imports: what they are
    compared with must still be there when they are stored. Raises ``MonthArchived`` where it is in the archive.
    """
    if not periods or not rules:
        return list(periods)
    await require_reach(connection, [item.period for item in periods])
    history = await reading_history.history_of(
        connection,
        [item.period for item in periods],
        without=[item.period_id for item in periods] if are_stored else (),
    )
    history.owners = await reading_history.owners_of(connection, sorted(_of_somebody_else(periods, facts)))
    # In a thread: thousands take a part of a second, and the process may be serving, too.
    return await asyncio.to_thread(_judged, periods, facts, rules, history)


async def judge_followers(
    connection: Connection,
    period: MeteredPeriod,
    rules: Sequence[JudgementRule],
    *,
    reason: str,
    moment: datetime,
    actor: Actor,
) -> int:
    """Judge later periods without a bill again, after what happened to one; return for how many the verdict changed."""
    stored = await held_readings.followers(connection, period)
    facts = await accounts.facts_of(connection, [period.customer_code])
    if not stored or not facts:
        return 0
    later = [NewPeriod(item.period_id, item.period, "") for item in stored]
    found = {item.period_id: item.doubts for item in await judged(connection, later, facts, rules, are_stored=True)}
    changed = [item for item in stored if found[item.period_id] != item.doubts]
    await held_readings.keep_doubts(connection, {item.period_id: found[item.period_id] for item in changed})
    verdicts = [item for item in changed if bool(found[item.period_id]) != bool(item.doubts)]
    acts = [
        ReadingAct(item.period_id, "cleared", item.doubts, reason)
        if item.doubts
        else ReadingAct(item.period_id, "held", found[item.period_id])
        for item in verdicts
    ]
    await held_readings.note(connection, acts, moment, actor)
    return len(verdicts)


def _of_somebody_else(periods: Sequence[NewPeriod], facts: Mapping[str, Contract]) -> set[str]:
    """Return the meters that are not the present one of the customer for whom they are read."""
    found = set()
    for item in periods:
        own = facts[item.period.customer_code].meter
        for reading in item.period.readings:
            if own is None or reading.meter_number != own.meter_number:
                found.add(reading.meter_number)
    return found


def _judged(
    periods: Sequence[NewPeriod],
    facts: Mapping[str, Contract],
    rules: Sequence[JudgementRule],
    history: History,
) -> list[NewPeriod]:
    found: list[tuple[Doubt, ...]] = [()] * len(periods)
    in_order = sorted(range(len(periods)), key=lambda place: periods[place].period.period_from)
    in_force: dict[tuple[str, object], JudgementRule] = {}
    for place in in_order:
        period = periods[place].period
        contract = facts[period.customer_code]
        unit = contract.unit.unit_code
        key = unit, period.period_to
        rule = in_force.get(key)
        if rule is None:
            rule = in_force[key] = judgement_in_force(rules, unit, period.period_to)
        found[place] = judge(period, contract, history, rule)
        history.add(period, is_held=bool(found[place]))
    return [replace(item, doubts=doubts) for item, doubts in zip(periods, found, strict=True)]
