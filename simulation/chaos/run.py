"""One chaos run: people work, storms pass, everything is healed and settled, and the audit checks the result."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

import aiohttp

from ops.archive import missing_events, open_sender
from ops.audit import check_facts, collect
from services.billing.agreed_terms import AgreedTerms
from services.gateway.domain.devices import Role
from services.gateway.enrolment import make_code_in_database
from shared.audit import AuditViolation
from shared.messaging.archive import SentEvent
from shared.messaging.topology import Names
from shared.testing.conditions import wait_until
from simulation.chaos.bank import Bank
from simulation.chaos.bills import Books
from simulation.chaos.checks import check_history
from simulation.chaos.clerk import BillingClerk
from simulation.chaos.collectors import CollectorAtTheDoor, Round
from simulation.chaos.cutting_off import CutOffice
from simulation.chaos.debt_clerk import DebtClerk
from simulation.chaos.dishonest_people import DishonestPeople, Town
from simulation.chaos.faults import Injector
from simulation.chaos.final_state import DeadLetter, digest, read_final_state, take_dead_letters, under_way
from simulation.chaos.history import History
from simulation.chaos.invoice_faults import InvoiceFaults
from simulation.chaos.message_faults import MessageFaults
from simulation.chaos.office import CashierDesk, PointDesk, Prober
from simulation.chaos.partner import Partner
from simulation.chaos.partner_keys import TERMS
from simulation.chaos.people import Workload
from simulation.chaos.plan import KINDS, Storm, make_plan
from simulation.chaos.register import check_register
from simulation.chaos.report import ChaosReport, Recovery
from simulation.chaos.restore_faults import RestoreFaults, read_register, tokens_on
from simulation.chaos.tax_office import TaxOffice
from simulation.chaos.testbed import ChaosTestbed
from simulation.phone import VirtualDesk, VirtualPhone, open_session

RECOVERY_LIMIT = 90.0
"""Seconds that a system has to recover from a storm, unless a run sets another."""

OVERTIME_LIMIT = 90.0
"""Seconds after which a day ends, however little was done."""

CUSTOMERS_PER_COLLECTOR = 30

UNCONFIRMED_PRINT = "unconfirmed print"
"""What :attr:`Options.at_least` calls a print whose end the printer could not report."""


@dataclass(frozen=True)
class Options:
    """What a run is made of; the same options and seed give the same storms and the same people."""

    seconds: float
    seed: int = 1
    phones: int = 6
    kinds: Sequence[str] = tuple(KINDS)
    pace: float = 0.4
    patience: float = 180.0
    """Seconds that the system has to settle at the end."""
    recovery: float = RECOVERY_LIMIT
    """Seconds after which a system that has not recovered from a storm counts as broken."""
    months: int = 1
    """Months that are billed before the day begins; more come when too few owe anything."""
    storms: Sequence[Storm] | None = None
    """In place of the plan that the seed gives."""
    at_least: Mapping[str, int] = field(default_factory=dict)
    """Kind of operation → how many have to be confirmed before the day ends; on a slow machine it is longer.

    :data:`UNCONFIRMED_PRINT` counts what printers could not confirm."""
    until: Callable[[], bool] = lambda: True
    """What has to be the case before the day ends, besides."""


class ChaosRun:
    """Runs on a testbed that is up."""

    def __init__(self, testbed: ChaosTestbed, options: Options) -> None:
        self._testbed = testbed
        self._options = options
        self._names = Names(testbed.namespace)
        self.history = History(testbed.home / f"history-{options.seed}.jsonl")
        gateway_urls = [testbed.gateway_url(number) for number in range(len(testbed.gateways))]
        self.workload = Workload(self.history, options.seed, options.pace, gateway_urls)
        self._messages = MessageFaults(testbed, self.workload.rng("messages"))
        self._dishonest = DishonestPeople(testbed)
        self._clerk = BillingClerk(testbed, self.workload.rng("bills that are corrected"))
        self._debts = DebtClerk(testbed, self.workload.rng("debts that are paid late"))
        self._cutting = CutOffice(testbed, self.workload.rng("supply that is cut off"))
        self._bank = Bank(testbed, self.workload.rng("money on the bank account"))
        self._partner = Partner(testbed, self.workload.rng("bills that are paid at a partner"))
        self._devices: list[VirtualPhone | VirtualDesk] = []
        self._phones: list[VirtualPhone] = []
        self._restores = RestoreFaults(testbed, self.workload.rng("customers who show receipts"), self._phones)
        self._invoice_faults = InvoiceFaults(testbed)
        self._tax_office = TaxOffice(testbed)
        self._injector = Injector(
            testbed, self.history, self._messages, self._dishonest, self._restores, self._invoice_faults
        )
        self._rounds: list[Round] = []
        self._collectors: list[CollectorAtTheDoor] = []
        self._workers: list[CollectorAtTheDoor | PointDesk | CashierDesk] = []
        self._dead: list[DeadLetter] = []
        self.report = ChaosReport(
            seed=options.seed,
            minutes=round(options.seconds / 60, 2),
            phones=options.phones,
            copies=dict(testbed.copies),
            history_file=str(self.history.path),
        )

    async def run(self) -> ChaosReport:
        """Do it all; what is wrong is in the report."""
        async with AsyncExitStack() as stack:
            stack.callback(self.history.close)
            folder = self._testbed.home / "sample"
            shutil.rmtree(folder, ignore_errors=True)
            customers = max(160, CUSTOMERS_PER_COLLECTOR * self._options.phones // 2)
            books = Books(self._testbed, folder, customers=customers, seed=self._options.seed)
            await books.open()
            for _ in range(self._options.months - 1):
                await books.bill_a_month()
            self.workload.customers = books.customers()
            session = await stack.enter_async_context(open_session())
            stack.push_async_callback(self._close_devices)
            prober = await self._open_town(session, books.collection_point())
            await self._partner.let_in(books.partners_point())
            billing = asyncio.create_task(books.keep_up())
            correcting = asyncio.create_task(self._clerk.work())
            charging = asyncio.create_task(self._debts.work())
            cutting = asyncio.create_task(self._cutting.work())
            telling = asyncio.create_task(self._bank.work())
            paying = asyncio.create_task(self._partner.work())
            work = [asyncio.create_task(worker.work()) for worker in self._workers]
            try:
                await self._run_storms(prober)
            finally:
                self.workload.closing.set()
                billing.cancel()
                correcting.cancel()
                charging.cancel()
                cutting.cancel()
                telling.cancel()
                paying.cancel()
            await asyncio.gather(*work)
            await self._settle()
            await self._check()
        return self.report

    # --- the beginning

    async def _open_town(self, session: aiohttp.ClientSession, point_code: str) -> Prober:
        """Enrol everybody: two phones for each collector, a cashier, a collection point, and a prober."""
        number = 0
        codes = [code for code, found in self.workload.customers.items() if found]
        collectors = codes[: max(1, (self._options.phones + 1) // 2)]
        point = PointDesk(
            self.workload, "collection point", await self._desk(session, Role.COLLECTION_POINT, point_code)
        )
        while number < self._options.phones:
            code = collectors[number // 2 % len(collectors)]
            day = next((day for day in self._rounds if day.collector_code == code), None)
            if day is None:
                day = Round(code)
                self._rounds.append(day)
            number += 1
            phone = VirtualPhone(self._testbed.gateway_url(number), name=f"phone {number}", session=session)
            await self._enrol(phone, Role.COLLECTOR, collector_code=code)
            await phone.open_stream()
            day.phones.append(phone)
            self._phones.append(phone)
            self._collectors.append(CollectorAtTheDoor(self.workload, f"collector {number}", phone, day, point))
        self.workload.customers = {code: self.workload.customers[code] for code in collectors}
        self._bank.customers = [one.code for found in self.workload.customers.values() for one in found]
        self._partner.customers = self._bank.customers
        cashier = CashierDesk(self.workload, "cashier", await self._desk(session, Role.CASHIER), self._phones)
        self._workers = [*self._collectors, point, cashier]
        supervisor = await self._desk(session, Role.SUPERVISOR)
        self._dishonest.town = Town(self.workload, self._rounds, supervisor, cashier.device, point.device)
        return Prober(self.workload, "prober", await self._desk(session, Role.CASHIER), [])

    async def _desk(self, session: aiohttp.ClientSession, role: Role, point_code: str | None = None) -> VirtualDesk:
        desk = VirtualDesk(self._testbed.gateway_url(len(self._devices)), name=f"{role}'s desk", session=session)
        await self._enrol(desk, role, collection_point_code=point_code)
        return desk

    async def _enrol(
        self,
        device: VirtualPhone | VirtualDesk,
        role: Role,
        *,
        collector_code: str | None = None,
        collection_point_code: str | None = None,
    ) -> None:
        made = await make_code_in_database(
            self._testbed.database_urls()["gateway"],
            role,
            made_by="chaos",
            collector_code=collector_code,
            collection_point_code=collection_point_code,
        )
        await device.enrol(made.code)
        # From here on every attempt is decided on, and written down, one by one.
        device.patience = -1.0
        self._devices.append(device)

    async def _close_devices(self) -> None:
        for device in self._devices:
            await device.close()

    # --- the storms

    async def _run_storms(self, prober: Prober) -> None:
        options = self._options
        storms = options.storms
        if storms is None:
            storms = make_plan(options.seed, options.seconds, kinds=options.kinds, copies=self._testbed.copies)
        begun = self.history.now
        for storm in storms:
            if options.storms is None and self.history.now - begun > options.seconds:
                break
            await asyncio.sleep(storm.calm)
            await self._injector.storm(storm)
            await self._recover(storm, prober)
        await asyncio.sleep(max(0.0, options.seconds - (self.history.now - begun)))
        with suppress(AssertionError):  # then it has to do
            await wait_until(self._enough_was_done, OVERTIME_LIMIT, every=0.2)

    def _enough_was_done(self) -> bool:
        done = Counter(operation.kind for operation in self.history.operations.values() if operation.confirmed)
        done[UNCONFIRMED_PRINT] = sum(collector.device.printer.unconfirmed for collector in self._collectors)
        enough = all(done[kind] >= least for kind, least in self._options.at_least.items())
        return enough and self._options.until()

    async def _recover(self, storm: Storm, prober: Prober) -> None:
        healed = self.history.now
        kinds = tuple(fault.kind for fault in storm.faults)
        names = tuple(map(str, storm.faults))
        ready = await self._until_ready(healed + self._options.recovery)
        works = None
        if ready is not None:
            customer = prober.any_customer()
            if await prober.probe(customer, self._options.recovery):
                works = round(self.history.now - healed, 3)
        self.report.recoveries.append(Recovery(healed, kinds, names, ready and round(ready - healed, 3), works))
        self.history.note("recovered", ready=ready, works=works)
        if works is None:
            silent = await self._testbed.not_ready()
            self.report.violations.append(
                AuditViolation(
                    "history", "the system recovers by itself", "; ".join(names), "; ".join(silent) or "no receipt"
                )
            )

    async def _until_ready(self, deadline: float) -> float | None:
        while await self._testbed.not_ready():
            if self.history.now > deadline:
                return None
            await asyncio.sleep(0.05)
        return self.history.now

    # --- the end

    async def _settle(self) -> None:
        """Resolve what is unknown to anybody, print what is to be printed, close the shifts, and wait."""
        begun = self.history.now
        self._testbed.restore_connections()
        deadline = begun + self._options.patience
        await self._until_ready(deadline)
        await self._clerk.settle(max(1.0, deadline - self.history.now))
        await self._debts.settle(max(1.0, deadline - self.history.now))
        await self._cutting.settle(max(1.0, deadline - self.history.now))
        await self._bank.settle(max(1.0, deadline - self.history.now))
        await self._partner.settle(max(1.0, deadline - self.history.now))
        await self._send_deleted_again(deadline)
        for day in self._rounds:
            day.lock = asyncio.Lock()
        for collector in self._collectors:
            await collector.printer.end_of_day()
        await self._ask_what_is_open(deadline)
        for day in self._rounds:
            collector = next(c for c in self._collectors if c.day is day)
            await collector.end_shift()
        await self._ask_what_is_open(deadline)
        while self.history.now < deadline:
            for collector in self._collectors:
                await collector.printer.decide()
            waiting = await under_way(self._testbed.database_urls())
            if not waiting:
                break
            self.history.note("under way", **waiting)
            await asyncio.sleep(0.5)
        await self._tax_office.settle(max(1.0, deadline - self.history.now))
        await self._until_audited(deadline)
        self.report.settled_in = round(self.history.now - begun, 2)

    async def _send_deleted_again(self, deadline: float) -> None:
        """Do what the runbook says after events were deleted; what nobody names as missing, the final checks find."""
        if not self._messages.deleted:
            return
        missing = await self._missing_of_deleted()
        self.history.note("events sent again", count=len(missing))
        async with open_sender(self._testbed.operators_view()) as sender:
            for event in missing:
                await sender.send(event)

        async def are_consumed() -> bool:
            return not await self._missing_of_deleted()

        with suppress(AssertionError):  # then the final checks name them
            await wait_until(are_consumed, max(1.0, deadline - self.history.now), every=0.5)

    async def _missing_of_deleted(self) -> list[SentEvent]:
        return [
            event
            async for event in missing_events(self._testbed.database_urls())
            if (event.consumer, str(event.id)) in self._messages.deleted
        ]

    async def _ask_what_is_open(self, deadline: float) -> None:
        gate = asyncio.Semaphore(8)

        async def ask(kind: str, operation_id: str) -> None:
            async with gate:
                person, command, device = self.workload.commands[kind, operation_id]
                await person.settle(command, device, max(1.0, deadline - self.history.now))

        open_operations = [key for key, operation in self.history.operations.items() if operation.is_open]
        await asyncio.gather(*(ask(*key) for key in open_operations))

    async def _until_audited(self, deadline: float) -> None:
        """Wait until the audit finds nothing; what it still finds at the end is a violation."""
        while True:
            await self._look_at_the_dead()
            audited = check_facts(
                await collect(
                    self._testbed.database_urls(),
                    self._testbed.stack.amqp_url,
                    self._testbed.namespace,
                    self._testbed.keyring(),
                    witness_folder=self._testbed.witness_folder(),
                    agreed=AgreedTerms([TERMS]),
                )
            )
            found = [each for each in audited.violations if not self._restores.losses.explain(each)]
            if not found or self.history.now > deadline:
                break
            await asyncio.sleep(1.0)
        self.report.figures = audited.figures
        self.report.violations += found

    async def _look_at_the_dead(self) -> None:
        found = await take_dead_letters(self._testbed.stack.amqp_url, self._names, self._messages.unreadable)
        # Ours were taken away, all others are still there and found each time.
        self._dead = [letter for letter in self._dead if letter.is_ours] + found

    async def _check(self) -> None:
        printouts = [printout for phone in self._phones for printout in phone.printouts]
        state = await read_final_state(
            self._testbed.database_urls(),
            self._testbed.sms,
            printouts,
            dead=self._dead,
            unreadable=map(digest, self._messages.unreadable),
            losses=self._restores.losses,
        )
        await self._restores.look_at_pages_again()
        register = await read_register(self._testbed.database_urls()["receipt"])
        report = self.report
        report.violations += check_history(self.history, state)
        report.violations += check_register(tokens_on(printouts), self._restores.losses, register)
        report.violations += self._dishonest.violations()
        report.violations += await self._clerk.violations()
        report.violations += await self._debts.violations(await self._cutting.reconnected())
        report.violations += await self._cutting.violations()
        report.violations += await self._bank.violations()
        report.violations += await self._partner.violations()
        report.violations += await self._tax_office.violations()
        report.violations.sort()
        report.count(self.history)
        report.faults = dict(sorted(self._injector.done.items()))
        report.not_done = self._injector.not_done
        report.repeats = self.workload.repeats
        report.restarts = self._testbed.restarts
        report.internal_errors = dict(self.workload.errors)
        report.dead_letters = self._dead
        report.messages = {
            "printouts": len(printouts),
            "sms": len(state.sms),
            "events": sum(map(len, state.emitted.values())),
            "events_delivered_again": self._messages.duplicated,
            "events_reordered": self._messages.reordered,
            "unreadable_messages": len(self._messages.unreadable),
            "events_deleted": len(self._messages.deleted),
            "receipts_set_back": len(self._restores.losses.receipts),
            "receipts_shown_and_recovered": len(self._restores.losses.shown),
            "bills_corrected": self._clerk.done,
            **{name.partition(".")[2]: count for name, count in sorted(self._debts.done.items())},
            **{name.partition(".")[2]: count for name, count in sorted(self._cutting.done.items())},
            "cut_lists_by_one_refused": self._cutting.alone,
            "supply_connected_again": self._cutting.connected_again,
            "bank_credits_told": self._bank.told,
            "bank_credits_repeated": self._bank.repeated,
            "bank_lies": self._bank.lies,
            "bank_credits_forged": len(self._bank.forged),
            "partner_payments": self._partner.confirmed,
            "partner_payments_repeated": self._partner.repeated,
            "partner_answers_lost": self._partner.timed_out,
            "partner_payments_cancelled": self._partner.cancelled,
            "partner_at_ceiling": self._partner.at_ceiling,
            "partner_lies": self._partner.lies,
            "partner_requests_replayed": self._partner.replayed,
            "dishonest_acts_refused": self._dishonest.refused.total(),
            **dict(sorted(self._invoice_faults.done.items())),
            "told_to_the_tax_authority": self._tax_office.told,
            "printer_mishaps": sum(collector.printer.mishaps for collector in self._collectors),
            "apps_opened_again": sum(collector.printer.reopened for collector in self._collectors),
            "sockets_opened": sum(phone.stream.connections for phone in self._phones),
        }
        self.history.note("checked", ok=report.ok, violations=len(report.violations))


async def run_chaos(testbed: ChaosTestbed, options: Options) -> tuple[ChaosReport, History]:
    """Run on a testbed that is up."""
    run = ChaosRun(testbed, options)
    return await run.run(), run.history
