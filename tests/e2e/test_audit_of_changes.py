"""Between two complete audits only what has changed is looked at; each report is kept, chained to the one before."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from ops.provision import database_name
from shared.clock import business_day, now
from shared.contracts.receipt import PaperKind
from simulation.command_line import thungan, thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem

PAST_THE_TRIGGERS = "SET session_replication_role = replica"


async def audited(system: LocalSystem, *options: str) -> dict[str, Any]:
    report: dict[str, Any] = await thungan_json(system, "audit", "--wait", "20", *options, expect=None)
    return report


def rules(report: dict[str, Any]) -> set[str]:
    return {violation["rule"] for violation in report["violations"]}


async def as_administrator(system: LocalSystem, *statements: str) -> None:
    database = database_name(system.namespace, "billing")
    connection = await asyncpg.connect(system.stack.postgres_url, database=database)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.timeout(300)
async def test_an_audit_looks_at_what_has_changed_names_what_was_tampered_with_and_is_kept(tmp_path: Path) -> None:
    write_sample(tmp_path / "sample", customers=40, seed=3, last_month=Month.before(business_day(now())))
    with (tmp_path / "sample" / "collectors.csv").open(encoding="utf-8") as file:
        collector = next(csv.DictReader(file))["collector_code"]
    async with LocalSystem(f"changes_{uuid4().hex[:8]}", keep=False) as system:
        await thungan(system, "import", "all", str(tmp_path / "sample"))
        first = await thungan_json(system, "enrol", "--role", "supervisor")
        async with VirtualDesk(system.gateway_url) as supervisor, VirtualPhone(system.gateway_url) as phone:
            await supervisor.enrol(first["code"])
            await phone.enrol(await supervisor.make_code("collector", collector_code=collector))
            await phone.open_stream()
            await phone.open_shift()
            one, other = [stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0][:2]
            for paying in (one, other):
                await phone.pay(paying.customer_code, paying.debt)
                await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=paying.customer_code)
                report = await audited(system)
                assert rules(report) == set()
            assert (report["kind"], report["figures"]["payments"]) == ("incremental", 1)

        # The night's audit has nothing to do where one was made since.
        await thungan(system, "auditor", "--once")
        kept = await thungan_json(system, "audit", "reports")
        assert [(each["kind"], each["ok"]) for each in kept] == [("incremental", True), ("complete", True)]

        # A payment becomes a transfer without a shift: named at once, and by every audit after that.
        change = "UPDATE payments SET method = 'transfer', shift_id = NULL WHERE method = 'cash'"
        await as_administrator(system, change)
        changed = await audited(system)
        assert changed["kind"] == "incremental"
        assert {"what was recorded of money is not changed", "a payment stands as it was signed"} <= rules(changed)
        (latest, *_) = await thungan_json(system, "audit", "reports")
        (shown,) = await thungan_json(system, "audit", "reports", "--show", str(latest["report"]))
        assert shown["content"]["violations"] == changed["violations"]
        again = await audited(system)
        assert again["kind"] == "complete"
        assert "what was recorded of money is not changed" in rules(again)

        # Not even the reports can be made to look clean.
        await as_administrator(
            system, PAST_THE_TRIGGERS, "UPDATE audit_reports SET ok = true, violations = 0 WHERE NOT ok"
        )
        await thungan(system, "audit", "reports", expect=1)
        assert "reports of audits are as they were kept" in rules(await audited(system))
