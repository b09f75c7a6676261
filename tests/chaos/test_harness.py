"""The harness finds what it is there to find: each test breaks one thing in a service, and the audit has to say so."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from ops.chaos.ground import Ground
from ops.chaos.plan import Fault, Storm
from ops.chaos.report import ChaosReport
from ops.chaos.run import Options, run_chaos
from ops.stack.provision import SERVICES
from tests.chaos import sabotaged

ONE_EACH: Mapping[str, int] = {"billing": 1, "receipt": 1}


def fault(kind: str, target: str, *, after: float = 0.0, lasts: float = 1.0) -> Fault:
    return Fault(kind=kind, target=target, copy=0, way="", after=after, lasts=lasts, size=10)


async def run_with(home: Path, sabotage: str, services: tuple[str, ...], *storm: Fault) -> ChaosReport:
    """Run for a few seconds with services that are broken in one way."""
    commands = {service: sabotaged.command(sabotage, service) for service in services}
    storms = [Storm(calm=3.0, faults=storm)] if storm else []
    options = Options(seconds=8, seed=5, phones=4, pace=0.2, patience=8, storms=storms)
    async with Ground(home, copies=ONE_EACH, commands=commands, fresh=False) as ground:
        report, _ = await run_chaos(ground, options)
    return report


def rules(report: ChaosReport) -> set[str]:
    return {violation.rule for violation in report.violations}


@pytest.mark.timeout(180)
async def test_without_sabotage_nothing_is_found(chaos_home: Path) -> None:
    report = await run_with(chaos_home, "", (), fault("duplicate", "broker", lasts=2))
    assert report.violations == []
    assert report.messages["events_delivered_again"] > 0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("sabotage", ["no_inbox", "forgetful_inbox"])
async def test_an_inbox_that_lets_events_in_twice_is_found(chaos_home: Path, sabotage: str) -> None:
    report = await run_with(chaos_home, sabotage, SERVICES, fault("duplicate", "broker", lasts=2))
    assert "an event has one effect" in rules(report)


@pytest.mark.timeout(180)
async def test_an_acknowledgement_before_the_commit_is_found(chaos_home: Path) -> None:
    report = await run_with(
        chaos_home,
        "ack_first",
        ("receipt",),
        fault("database_down", "receipt", lasts=4),
        fault("kill_service", "receipt", after=3, lasts=0.2),
    )
    assert {"a payment has a receipt", "an event is taken in by everybody that it is for"} <= rules(report)


@pytest.mark.timeout(180)
async def test_an_idempotency_key_that_is_ignored_is_found(chaos_home: Path) -> None:
    report = await run_with(chaos_home, "forget_ids", ("billing",))
    assert "nothing is recorded that nobody asked for" in rules(report)


@pytest.mark.timeout(180)
async def test_answers_that_are_not_remembered_are_found(chaos_home: Path) -> None:
    report = await run_with(chaos_home, "forget_answers", ("billing",))
    assert "a repetition is recognised" in rules(report) or "in the end everybody knows" in rules(report)


@pytest.mark.timeout(180)
async def test_an_event_that_counts_as_sent_and_was_not_is_found(chaos_home: Path) -> None:
    report = await run_with(chaos_home, "confirm_unsent", ("billing",))
    assert "an event is taken in by everybody that it is for" in rules(report)


@pytest.mark.timeout(180)
async def test_paper_that_a_machine_prints_again_is_found(chaos_home: Path) -> None:
    report = await run_with(chaos_home, "print_by_machine", ("gateway",))
    found = {"a paper comes out once unless a person asks again"}
    assert found & rules(report)


@pytest.mark.timeout(180)
async def test_a_violation_can_be_traced_to_what_people_were_told(
    chaos_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = {"billing": sabotaged.command("forget_ids", "billing")}
    options = Options(seconds=4, seed=6, phones=2, pace=0.2, patience=3, storms=[])
    async with Ground(chaos_home, copies=ONE_EACH, commands=commands, fresh=False) as ground:
        report, history = await run_chaos(ground, options)
    report.print(history)
    printed = capsys.readouterr().out
    told = next(v for v in report.violations if v.rule == "what a person was told is recorded")
    assert "seed 6" in printed
    assert history.about(told.subject)
    assert report.as_dict()["ok"] is False
