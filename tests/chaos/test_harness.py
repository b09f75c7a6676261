"""The harness finds what it is there to find: each run breaks something in a service, and the audit has to find it.

That it finds nothing where nothing is broken is what ``test_short_run.py`` shows.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

import pytest

from ops.system import SERVICES
from simulation.chaos import sabotage as sabotaged
from simulation.chaos.history import History
from simulation.chaos.plan import Fault, Storm
from simulation.chaos.report import ChaosReport
from simulation.chaos.run import UNCONFIRMED_PRINT, Options, run_chaos
from simulation.chaos.testbed import ChaosTestbed

ONE_EACH: Mapping[str, int] = {"billing": 1, "receipt": 1}


def fault(kind: str, target: str, *, after: float = 0.0, lasts: float = 1.0) -> Fault:
    return Fault(kind=kind, target=target, copy=0, way="", after=after, lasts=lasts, size=10)


async def run_with(
    home: Path, sabotage: Mapping[str, str], *storms: Sequence[Fault], reversals: int = 0, unconfirmed_prints: int = 0
) -> tuple[ChaosReport, History]:
    """Run for a few seconds, and until so much was done; ``sabotage`` maps a service to how it is broken."""
    commands = {service: sabotaged.command(how, service) for service, how in sabotage.items()}
    planned = [Storm(calm=2.0, faults=tuple(faults)) for faults in storms]
    least = {"payment": 20, "reversal": reversals, UNCONFIRMED_PRINT: unconfirmed_prints}
    # Nobody need wait for what a bug has lost.
    options = Options(seconds=5, seed=5, phones=4, pace=0.1, patience=6, recovery=12, storms=planned, at_least=least)
    async with ChaosTestbed(home, copies=ONE_EACH, commands=commands, namespace=f"chaos_{uuid4().hex[:8]}") as testbed:
        return await run_chaos(testbed, options)


def rules(report: ChaosReport) -> set[str]:
    return {violation.rule for violation in report.violations}


@pytest.mark.timeout(240)
async def test_an_inbox_that_is_switched_off_is_found(chaos_home: Path) -> None:
    everywhere = dict.fromkeys(SERVICES, "no_inbox")
    report, _ = await run_with(chaos_home, everywhere, [fault("duplicate", "broker", lasts=2)])
    assert {"an event has one effect", "an event is consumed by every service that it is for"} <= rules(report)


@pytest.mark.timeout(240)
async def test_an_acknowledgement_before_the_commit_is_found(chaos_home: Path) -> None:
    report, _ = await run_with(
        chaos_home,
        {"receipt": "ack_first"},
        [fault("database_down", "receipt", lasts=4), fault("kill_service", "receipt", after=3, lasts=0.2)],
    )
    assert {"a payment has a receipt", "an event is consumed by every service that it is for"} <= rules(report)


@pytest.mark.timeout(240)
async def test_an_idempotency_key_that_is_ignored_is_found_and_can_be_traced(
    chaos_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, history = await run_with(chaos_home, {"billing": "forget_ids"})
    assert {"nothing is recorded that nobody requested", "what was confirmed is recorded"} <= rules(report)
    confirmed = next(v for v in report.violations if v.rule == "what was confirmed is recorded")
    lines = history.about(confirmed.subject)
    assert '"request": "payment"' in lines[0]
    assert any('"outcome": "done"' in line for line in lines)
    report.print(history)
    printed = capsys.readouterr().out
    assert f"{len(report.violations)} violations with seed 5" in printed
    assert report.as_dict()["ok"] is False


@pytest.mark.timeout(240)
async def test_nine_other_bugs_in_five_services_at_once_are_found(chaos_home: Path) -> None:
    report, _ = await run_with(
        chaos_home,
        {
            "billing": "forget_answers,keep_what_was_reversed,take_cash_twice",
            "receipt": "forgetful_inbox,lose_what_failed",
            "customer": "confirm_unsent,throw_away_poison",
            "notify": "text_twice",
            "gateway": "print_by_machine",
        },
        [fault("crowded_database", "receipt", lasts=2.5), fault("poison", "customer")],
        # Once the system works again: by then every kind of event was emitted, and each is delivered again.
        [fault("duplicate", "broker", lasts=2)],
        reversals=2,
        unconfirmed_prints=2,
    )
    found = rules(report)
    assert {"a repetition is recognised", "in the end every outcome is known"} & found
    assert {
        "what is open of a bill is its total less what standing payments cleared",
        "cash is taken only for what is owed",
        "a payment has a receipt",
        "what nobody can read is kept as it was",
        "an SMS has a reminder",
        "a document is printed once unless a person asks again",
    } <= found
    doubled = {v.detail.split(" ")[0] for v in report.violations if v.rule == "an event has one effect"}
    assert "receipt" in doubled
    lost = [v.detail for v in report.violations if v.rule == "an event is consumed by every service that it is for"]
    assert any("of customer" in detail for detail in lost)
    assert any("receipt has not consumed it" in detail for detail in lost)
