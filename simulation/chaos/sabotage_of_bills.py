"""Bugs of bill runs, corrections, held readings and months, each with the rule of the audit that finds it.

They act within one process and on a few customers, so that all of them are tried in seconds
(``tests/integration/billing/test_sabotage.py``). What whole services do to each other is in :mod:`.sabotage`.
"""

from collections.abc import Callable, Sequence
from typing import Any

from simulation.chaos.sabotage_in_process import Put, SabotageInProcess, module, otherwise

# --- bill runs


def two_bills_of_a_reading(put: Put) -> None:
    """Release each draft a second time under another id and number."""
    runs = module("services.billing.store.bill_runs")
    again = """FROM (
        SELECT * FROM drafts UNION ALL
        SELECT gen_random_uuid(), bill_number || 'B', customer_code, year, month, cycle, period_from, period_to,
            price_group, households, kwh, pre_vat, vat_rate, vat, total, due_date, readings, lines, explanation,
            details_digest
        FROM drafts) AS drafts
    """
    put(
        runs,
        "_RELEASE",
        otherwise(
            runs._RELEASE,
            "digest_of_details(readings, lines, explanation)), $4\nFROM drafts\n",
            f"digest_of_details(readings, lines, explanation)), $4\n{again}",
        ),
    )


def one_person_releases(put: Put) -> None:
    """Let whoever began a run release it."""
    put(module("services.billing.bill_run"), "check_second_person", lambda *_: None)


def totals_of_more(put: Put) -> None:
    """Note a thousand đồng more for each part than its bills come to."""
    runs = module("services.billing.store.bill_runs")
    right = runs.released_part

    async def more(connection: Any, run: Any, part: int, drafts: Any, bills: int, total: int, now: Any) -> Any:
        return await right(connection, run, part, drafts, bills, total + 1_000, now)

    put(runs, "released_part", more)


def part_left_out(put: Put) -> None:
    """Note a part as released, and release none of it."""
    runs = module("services.billing.store.bill_runs")
    right = runs.released_part

    async def nothing(*_: Any) -> list[Any]:
        return []

    async def as_if(connection: Any, run: Any, part: int, drafts: Any, _bills: int, _total: int, now: Any) -> Any:
        total = sum(draft.total for draft in drafts)
        return await right(connection, run, part, drafts, len(drafts), total, now)

    put(runs, "release", nothing)
    put(runs, "released_part", as_if)


# --- corrections


def reduction_not_made(put: Put) -> None:
    """Correct a bill downwards, and leave it open as it was."""

    async def nothing(*_: Any) -> None:
        return None

    put(module("services.billing.store.bills"), "reduce", nothing)


def began_with_less(put: Put) -> None:
    """Write down that a bill came to a kilowatt hour less before its correction."""
    _change_correction(put, lambda one: {"before": one.before.model_copy(update={"kwh": one.before.kwh - 1})})


def approved_by_a_rule(put: Put) -> None:
    """Let the rule that settles estimates approve what a person asked for."""
    rule = module("services.billing.second_person").ESTIMATES_RULE
    _change_correction(put, lambda _: {"approved_by": rule})


def released_less(put: Put) -> None:
    """Name a đồng less than payments no longer clear."""
    _change_correction(put, lambda one: {"released": max(0, one.released - 1)})


def methods_mixed(put: Put) -> None:
    """Replace a bill that was adjusted before."""
    put(module("services.billing.planned_correction"), "check_method", lambda *_: None)


# --- held readings


def released_by_nobody(put: Put) -> None:
    """Release held readings, and write down neither who nor why."""
    held = module("services.billing.store.held_readings")
    right = held.note

    async def without_releases(connection: Any, acts: Sequence[Any], moment: Any, actor: Any) -> None:
        await right(connection, [act for act in acts if act.act != "released"], moment, actor)

    put(held, "note", without_releases)


def held_are_billed(put: Put) -> None:
    """Bill what is held, too."""
    runs = module("services.billing.store.bill_runs")
    for statement in ("_ADD_PARTS", "_WAITING_OF_PART", "_TAKE_PERIODS", "_OUT_OF_DATE"):
        put(runs, statement, otherwise(getattr(runs, statement), " AND held IS NULL", ""))
    put(runs, "_TAKE_PERIODS", otherwise(runs._TAKE_PERIODS, "SET bill_id = made", "SET held = NULL, bill_id = made"))


def lost_when_corrected(put: Put) -> None:
    """Take the old readings away, and store no new ones."""

    async def nothing(*_: Any) -> None:
        return None

    put(module("services.billing.store.metered_periods"), "add", nothing)


# --- months


def archive_forgotten(put: Put) -> None:
    """Import readings of a month of the archive as if nothing was known of it."""

    async def nowhere(*_: Any) -> list[Any]:
        return []

    put(module("services.billing.store.months"), "away", nowhere)


def other_months_forgotten(put: Put) -> None:
    """Compare the days of a period with its own month's alone."""
    periods = module("services.billing.store.metered_periods")
    nothing = module("services.billing.store.partition_months").NO_MONTH

    async def none(*_: Any) -> Any:
        return nothing

    put(periods, "of_days", none)


def readings_elsewhere(put: Put) -> None:
    """Store readings in another partition than their periods."""
    periods = module("services.billing.store.metered_periods")
    right = periods._partition
    asked: list[int] = []

    def in_turn(period: Any, months: Any) -> int:
        # First for the row of the period, then for those of its readings.
        asked.append(0)
        return int(right(period, months)) if len(asked) == 1 else 0

    put(periods, "_partition", in_turn)


BILL_GROUPS: dict[str, Sequence[SabotageInProcess]] = {
    "run": (
        SabotageInProcess(two_bills_of_a_reading, "a metered period has one bill, and a bill one period"),
        SabotageInProcess(one_person_releases, "a bill run is released by another person"),
        SabotageInProcess(totals_of_more, "what bill runs have released are bills"),
        SabotageInProcess(part_left_out, "what bill runs have released are bills"),
    ),
    "correction": (
        SabotageInProcess(reduction_not_made, "what is open of a bill is its total less"),
        SabotageInProcess(began_with_less, "a correction goes on from what its bill came to"),
        SabotageInProcess(approved_by_a_rule, "what no second person has approved is an estimate"),
        SabotageInProcess(released_less, "a correction names what payments no longer clear"),
        SabotageInProcess(methods_mixed, "the first method of correction is kept"),
    ),
    "held": (
        SabotageInProcess(released_by_nobody, "held readings were released, judged again"),
        SabotageInProcess(held_are_billed, "held readings were released, judged again"),
        SabotageInProcess(lost_when_corrected, "readings that others have taken the place of"),
    ),
    "months": (
        SabotageInProcess(archive_forgotten, "bills without a metered period are those"),
        SabotageInProcess(other_months_forgotten, "no two periods of a customer lie on one day"),
        SabotageInProcess(readings_elsewhere, "readings lie beside their metered period"),
    ),
}
"""By what has to happen for them to act."""


def _change_correction(put: Put, change: Callable[[Any], dict[str, Any]]) -> None:
    corrections = module("services.billing.store.corrections")
    right = corrections.add

    async def changed(connection: Any, correction: Any, *given: Any) -> Any:
        return await right(connection, correction.model_copy(update=change(correction)), *given)

    put(corrections, "add", changed)
