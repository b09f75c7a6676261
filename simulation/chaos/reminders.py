"""Reminders leave while notify is killed again and again and its providers fail: each once, none forgotten."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from ops.console import print_line, print_table
from services.notify.audit import audit_facts
from shared.audit import AuditViolation
from shared.clock import now
from shared.testing.conditions import wait_until
from shared.testing.databases import TestDatabases
from simulation.chaos.checks import SENT, check_reminders
from simulation.chaos.final_state import FinalState
from simulation.chaos.sms_providers import ATTEMPTED, Attempted, SmsProviders
from simulation.demo.sms_provider import report_address
from simulation.sample.reminders import add_in_bulk, write_message_rules
from stack.broker_cleanup import remove_namespace
from stack.local import LocalStack
from stack.ports import free_ports
from stack.state import PROJECT

COPIES = 2
_EVERY_COPY_AT_ONCE = 3
"""Of so many kills, one hits all copies at the same moment."""
_LOOKED_FOR_HOURS = 0.015
"""For so long the outcome of an SMS is looked for; longer than the lease of a sender that was killed."""

_WAITING = "SELECT count(*) FROM reminders WHERE state = 'scheduled'"
_UNSETTLED = """
SELECT EXISTS (SELECT FROM reminders WHERE state IN ('scheduled', 'sending'))
    OR EXISTS (SELECT FROM reminders WHERE state = 'unknown' AND look_at IS NOT NULL)
"""
_WITH_ACCENTS = "UPDATE accounts SET sms_language = 'vi-accents' WHERE right(customer_code, 1) = ANY('{0,5}')"
"""These have two parts."""
_REMINDERS = "SELECT reminder_id::text AS id, state, cause, provider FROM reminders"
_UNNAMED_RULE = "an unknown SMS is named"


@dataclass
class RemindersReport:
    """What became of all of them."""

    reminders: int
    seed: int
    kills: int = 0
    """Processes that were killed while reminders left."""
    seconds: float = 0
    """Until nothing was under way any more."""
    states: dict[str, int] = field(default_factory=dict)
    """State and provider → reminders."""
    unknown_sent: int = 0
    """Unknown for good, and the provider has sent them."""
    unknown_not_sent: int = 0
    sms: int = 0
    """What the providers have sent."""
    sms_in_part: int = 0
    """SMS of which they have some parts."""
    violations: list[AuditViolation] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.violations

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {"ok": self.ok, **asdict(self), "violations": [one.as_dict() for one in self.violations]}

    def print(self) -> None:
        """Print the report for people."""
        print_table("Reminders", ["state", "how many"], [[*row] for row in sorted(self.states.items())])
        print_line(
            f"{self.reminders:,} reminders, {self.sms:,} SMS, {self.kills} processes killed, {self.seconds:.0f} s"
            f" (seed {self.seed})"
        )
        print_line(
            f"unknown for good: {self.unknown_sent} that were sent, {self.unknown_not_sent} that were not"
            f" ({self.sms_in_part} of them in part)"
        )
        for violation in self.violations[:20]:
            print_line(f"{violation.rule}: {violation.subject}: {violation.detail}")
        print_line("Nothing is wrong." if self.ok else f"{len(self.violations)} violations")


async def run_reminders(
    stack: LocalStack,
    folder: Path,
    count: int,
    *,
    kills: int,
    seed: int = 1,
    patience: float = 600.0,
    report: Callable[[str], None] = lambda _: None,
) -> RemindersReport:
    """Run on a stack that is up; ``kills``: how often copies are killed while reminders leave."""
    namespace, databases = f"reminders_{uuid4().hex[:8]}", TestDatabases(stack.postgres_url)
    providers, found, chance = SmsProviders(folder), RemindersReport(count, seed), random.Random(seed)
    try:
        async with AsyncExitStack() as held:
            await providers.start(held, seed=seed)
            url = await databases.create("notify")
            connection = await asyncpg.connect(url)
            held.push_async_callback(connection.close)
            report(f"adding {count:,} reminders")
            await add_in_bulk(connection, 0, count, now())
            await connection.execute(_WITH_ACCENTS)
            await connection.execute("ANALYZE")
            common = {
                **os.environ,
                "PYTHONPATH": str(PROJECT),
                "THUNGAN_ENVIRONMENT": "development",
                "THUNGAN_AMQP_URL": stack.amqp_url,
                "THUNGAN_NAMESPACE": namespace,
            }
            gateway = await held.enter_async_context(
                _gateway({**common, "THUNGAN_DATABASE_URL": await databases.create("gateway")}, folder / "gateway.log")
            )
            await providers.report_to(report_address(gateway))
            environment = {
                **common,
                **write_message_rules(folder),
                **providers.settings,
                "THUNGAN_DATABASE_URL": url,
                "THUNGAN_SMS_REPORT_WAIT_HOURS": str(_LOOKED_FOR_HOURS),
                "THUNGAN_SMS_PER_PHONE_AND_DAY": "100",
            }
            begun = time.monotonic()
            async with _copies(environment, folder / "notify.log") as copies:
                await _kill_meanwhile(connection, copies, count, kills, chance, found, begun + patience, report)
                report("waiting until nothing is under way")
                await _until_settled(connection, begun + patience)
            found.seconds = time.monotonic() - begun
            await _check(connection, providers, found)
    finally:
        await databases.close()
        await remove_namespace(stack.amqp_url, namespace)
    return found


class _Copies:
    """Processes of notify, started again as soon as they are gone."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log
        self._processes: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        with self._log.open("ab") as output:
            self._processes.append(
                await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", "-m", "services.notify"),
                    cwd=PROJECT,
                    env=dict(self._environment),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                )
            )

    async def kill(self, which: list[int]) -> None:
        """Kill copies at the same moment, and start others in their place."""
        killed = [self._processes[number] for number in which]
        for process in killed:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
        for process in killed:
            await process.wait()
            self._processes.remove(process)
        for _ in killed:
            await self.start()

    async def stop(self) -> None:
        for process in self._processes:
            if process.returncode is None:
                process.terminate()
        for process in self._processes:
            await process.wait()


@asynccontextmanager
async def _gateway(environment: Mapping[str, str], log: Path) -> AsyncIterator[str]:
    """Run a gateway for the delivery reports over HTTP; give its address."""
    [port] = free_ports(1)
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "services.gateway"),
            cwd=PROJECT,
            env={**environment, "THUNGAN_HTTP_PORT": str(port)},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def _copies(environment: Mapping[str, str], log: Path) -> AsyncIterator[_Copies]:
    copies = _Copies(environment, log)
    try:
        for _ in range(COPIES):
            await copies.start()
        yield copies
    finally:
        await copies.stop()


async def _kill_meanwhile(
    connection: asyncpg.Connection[asyncpg.Record],
    copies: _Copies,
    count: int,
    kills: int,
    chance: random.Random,
    found: RemindersReport,
    deadline: float,
    report: Callable[[str], None],
) -> None:
    """Kill a copy each time so many more reminders have left: whatever the machine's speed, in the middle of them."""
    for number in range(1, kills + 1):
        threshold = count - count * number // (kills + 1)
        while (waiting := await connection.fetchval(_WAITING)) > threshold:
            if time.monotonic() > deadline:
                return
            await asyncio.sleep(0.05)
        which = list(range(COPIES)) if number % _EVERY_COPY_AT_ONCE == 0 else [chance.randrange(COPIES)]
        await copies.kill(which)
        found.kills += len(which)
        report(f"kill {number} of {kills}, {waiting:,} reminders wait")


async def _until_settled(connection: asyncpg.Connection[asyncpg.Record], deadline: float) -> None:
    async def nothing_is_open() -> bool:
        return not await connection.fetchval(_UNSETTLED)

    with suppress(AssertionError):  # then the report counts what is open
        await wait_until(nothing_is_open, max(0.0, deadline - time.monotonic()), every=0.25)


async def _check(
    connection: asyncpg.Connection[asyncpg.Record], providers: SmsProviders, found: RemindersReport
) -> None:
    attempts = [Attempted.of(row) for row in await connection.fetch(ATTEMPTED)]
    rows = await connection.fetch(_REMINDERS)
    sent = providers.sent(attempts)
    in_part = set(providers.sent_in_part(attempts))
    found.sms, found.sms_in_part = len(sent), len(in_part)
    found.states = dict(Counter(f"{row['state']}, {row['provider']}" for row in rows))
    left = set(sent)
    unknown = [row for row in rows if row["state"] == "unknown"]
    found.unknown_sent = sum(row["id"].replace("-", "") in left for row in unknown)
    found.unknown_not_sent = len(unknown) - found.unknown_sent
    state = FinalState(reminders={row["id"]: (row["id"], row["state"]) for row in rows}, sms=tuple(sent))
    found.violations += check_reminders(state)
    if len(rows) != found.reminders:
        found.violations.append(
            AuditViolation("reminders", "none is lost", "", f"{len(rows)} of {found.reminders} are there")
        )
    found.violations += [
        AuditViolation("reminders", "an SMS that counts as sent is whole", row["id"], "a part is missing")
        for row in rows
        if row["id"].replace("-", "") in in_part and row["state"] in SENT
    ]
    found.violations += [
        AuditViolation("reminders", _UNNAMED_RULE, row["id"], "without a cause") for row in unknown if not row["cause"]
    ]
    found.violations += (await audit_facts(connection)).violations
    found.violations.sort()
