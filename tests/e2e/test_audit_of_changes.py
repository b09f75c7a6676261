"""Between two complete audits only what has changed is looked at; each report is kept, chained to the one before."""

from pathlib import Path
from typing import Any

import pytest

from shared.contracts.receipt import PaperKind
from simulation.command_line import thungan, thungan_json
from stack.services import LocalSystem
from tests.e2e.administrator import (
    ACTS,
    BEHIND_A_TRIGGER,
    PAST_THE_TRIGGERS,
    act_as_administrator,
    invent_a_payment,
    work_a_day,
)
from tests.e2e.small_system import people, small_system


async def audited(system: LocalSystem, *options: str) -> dict[str, Any]:
    report: dict[str, Any] = await thungan_json(system, "audit", "--wait", "20", *options, expect=None)
    return report


def rules(report: dict[str, Any]) -> set[str]:
    return {violation["rule"] for violation in report["violations"]}


@pytest.mark.timeout(300)
async def test_an_audit_looks_at_what_has_changed_names_what_was_tampered_with_and_is_kept(tmp_path: Path) -> None:
    async with small_system("changes", tmp_path / "sample") as (system, collector):
        async with people(system, collector) as (supervisor, phone):
            owing = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0]
            first_paying, one, other = owing[:3]
            await work_a_day(system, phone, supervisor, first_paying.customer_code, first_paying.debt, collector)
            await phone.open_shift()
            for paying in (one, other):
                await phone.pay(paying.customer_code, paying.debt)
                await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=paying.customer_code)
                # The server counts deleted rows also of what is taken back, as it is when two add the same row at once.
                await act_as_administrator(system, "billing", "BEGIN", "DELETE FROM allocations", "ROLLBACK")
                report = await audited(system)
                assert rules(report) == set()
            assert (report["kind"], report["figures"]["payments"]) == ("incremental", 1)

        # The night's audit has nothing to do where one was made since.
        await thungan(system, "auditor", "--once")
        kept = await thungan_json(system, "audit", "reports")
        assert [(each["kind"], each["ok"]) for each in kept] == [("incremental", True), ("complete", True)]

        # What an administrator does to rows of before is named by the audit of changes, and by every audit after.
        acts = [*ACTS, await invent_a_payment(system)]
        for act in ACTS:
            await act_as_administrator(system, act.service, *act.statements)
        changed = await audited(system)
        assert changed["kind"] == "incremental"
        assert [act.name for act in acts if not act.is_named(changed)] == []
        assert "a payment stands as it was signed" in rules(changed)
        (latest, *_) = await thungan_json(system, "audit", "reports")
        (shown,) = await thungan_json(system, "audit", "reports", "--show", str(latest["report"]))
        assert shown["content"]["violations"] == changed["violations"]
        again = await audited(system)
        assert again["kind"] == "complete"
        assert [act.name for act in acts if not act.is_named(again)] == []

        # Not even the reports can be made to look clean, nor is a trigger switched off and on again unnoticed.
        await act_as_administrator(system, BEHIND_A_TRIGGER.service, *BEHIND_A_TRIGGER.statements)
        change = "UPDATE audit_reports SET ok = true, violations = 0 WHERE NOT ok"
        await act_as_administrator(system, "billing", PAST_THE_TRIGGERS, change)
        await thungan(system, "audit", "reports", expect=1)
        last = await audited(system)
        assert {"reports of audits are as they were kept", BEHIND_A_TRIGGER.rule} <= rules(last)
        assert any('"FT0"' in violation["detail"] for violation in last["violations"])
