"""The bill run: every metered period that waits becomes one bill.

A batch is one transaction: bills, used credit, account versions and events are committed together. A run that is
stopped is started again and goes on where it was; a run over what is done finds nothing. Several runs share the work.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from services.billing.bills.bill import make_bill
from services.billing.bills.metered_period import MeteredPeriod
from services.billing.errors import BillingError
from services.billing.payments.rules import use_credit
from services.billing.store import accounts, bills, metered_periods, payments
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import Bill, BillIssued, BillState
from shared.contracts.common import CustomerFacts
from shared.db import Connection
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork

BATCH = 250
"""Bills in one transaction: many enough to be fast, few enough that a payment does not wait long for its account."""

WorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
Progress = Callable[["BillRun"], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class BillRun:
    """What a run has done: number of bills, their total in đồng, and periods that could not be billed."""

    bills: int = 0
    total: int = 0
    problems: tuple[str, ...] = ()

    def __add__(self, other: "BillRun") -> "BillRun":
        return BillRun(self.bills + other.bills, self.total + other.total, self.problems + other.problems)


async def run_bills(
    new_work: WorkFactory,
    tariffs: Tariffs,
    clock: Clock,
    *,
    batch: int = BATCH,
    again: bool = False,
    progress: Progress | None = None,
) -> BillRun:
    """Issue bills until no metered period waits; return what was done.

    ``again`` includes what earlier runs have set aside, for when its cause was corrected. ``progress`` is called after
    each batch.
    """
    done = BillRun()
    if again:
        async with new_work() as work:
            await metered_periods.take_up_again(work.connection)
    while True:
        async with new_work() as work:
            taken, result = await issue_batch(work, tariffs, clock, batch)
        if not taken:
            return done
        done += result
        if progress is not None and (awaitable := progress(done)) is not None:
            await awaitable


async def issue_batch(work: UnitOfWork, tariffs: Tariffs, clock: Clock, limit: int) -> tuple[int, BillRun]:
    """Issue the bills of at most ``limit`` waiting periods; return how many periods were read, and the result."""
    connection = work.connection
    waiting = await metered_periods.take_waiting(connection, limit)
    if not waiting:
        return 0, BillRun()
    codes = sorted({period.customer_code for _, period in waiting})
    await accounts.lock(connection, codes)
    facts = await accounts.facts_of(connection, codes)
    made: dict[UUID, Bill] = {}
    problems: dict[UUID, str] = {}
    names: list[str] = []
    for period_id, period in waiting:
        try:
            made[period_id] = _make(period, facts, tariffs, clock)
        except BillingError as error:
            problems[period_id] = error.message
            names.append(f"{period.customer_code} {period.month:02d}/{period.year}/{period.cycle}: {error.message}")
    await metered_periods.set_aside(connection, problems)
    await bills.add(connection, list(made.values()), work.actor)
    await metered_periods.billed(connection, {period_id: bill.bill_id for period_id, bill in made.items()})
    done = {"bills": len(made), "total": sum(bill.total for bill in made.values()), "set_aside": len(problems)}
    await work.act("bills.issued", "bill run", **done)
    await _emit_issued(work, await _use_credit(connection, list(made.values()), clock))
    return len(waiting), BillRun(len(made), sum(bill.total for bill in made.values()), tuple(names))


def _make(period: MeteredPeriod, facts: dict[str, CustomerFacts], tariffs: Tariffs, clock: Clock) -> Bill:
    if period.customer_code not in facts:
        raise BillingError("unknown-customer", "the customer's contract facts are not known")
    return make_bill(period, facts[period.customer_code], tariffs, bill_id=new_id(), issued_at=clock())


async def _use_credit(connection: Connection, new: list[Bill], clock: Clock) -> list[Bill]:
    """Clear new bills with credit; return them as they are then. Who has credit has no other open bill."""
    available = await payments.credits_of(connection, [bill.customer_code for bill in new])
    uses = []
    after = []
    for bill in new:
        used = use_credit(available.get(bill.customer_code, []), [bills.debt_of(bill)])
        uses += used
        vat = bill.open_vat - sum(use.cleared.vat for use in used)
        principal = bill.open_principal - sum(use.cleared.principal for use in used)
        state = BillState.OPEN if vat + principal else BillState.PAID
        after.append(bill.model_copy(update={"open_vat": vat, "open_principal": principal, "state": state}))
    await payments.use_credit(connection, uses, clock())
    await bills.clear(connection, [use.cleared for use in uses])
    return after


async def _emit_issued(work: UnitOfWork, issued: list[Bill]) -> None:
    states = await accounts.refresh(work.connection, [bill.customer_code for bill in issued])
    for bill in issued:
        await work.emit(
            BillIssued(bill=bill, account=states[bill.customer_code], actor=work.actor), aggregate=bill.customer_code
        )
