"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.billing.bill_run import known_run
from services.billing.ledger import lock_account
from services.billing.payments.rules import check_payer
from services.billing.planned_correction import customer_of_bill
from services.billing.store import bank_credits, bill_runs, held_readings, metered_periods, payments, shifts
from shared.contracts.billing import (
    BankCreditState,
    CloseShift,
    ConfirmShift,
    CorrectBill,
    CorrectReadings,
    DecideShift,
    DiscardBillRun,
    DismissBankCredit,
    MatchBankCredit,
    OpenShift,
    RecordPayment,
    ReleaseBillRun,
    ReleaseReadings,
    ReportPayment,
    ReversePayment,
    SendReadingsBack,
    StartBillRun,
)
from shared.db import Connection
from shared.problems import NotFound


async def lock_account_of_payer(request: RecordPayment, connection: Connection) -> None:
    """Lock the account of who pays; refuse a payer who does not fit the method."""
    check_payer(request.method, request.collector_code, request.collection_point_code)
    await lock_account(connection, request.customer_code)


async def lock_account_of_payment(request: ReversePayment | ReportPayment, connection: Connection) -> None:
    """Lock the account that the payment went to."""
    stored = await payments.find(connection, request.payment_id)
    if stored is None:
        raise NotFound("Không có khoản thanh toán này.")
    await lock_account(connection, stored.payment.customer_code)


async def lock_account_of_bill(request: CorrectBill, connection: Connection) -> None:
    """Lock the account that the bill is of.

    With corrected readings the imports first: what they store is compared with these.
    """
    if request.readings:
        await metered_periods.lock_imports(connection)
    await lock_account(connection, await customer_of_bill(connection, request.bill_number))


async def lock_cash_box(request: OpenShift, connection: Connection) -> None:
    """Open shifts of a collector one after the other."""
    await shifts.lock_cash_box(connection, request.collector_code)


async def lock_declared_shift(request: ConfirmShift | DecideShift, connection: Connection) -> None:
    """Lock the shift that is to be confirmed or decided."""
    if await shifts.lock_for(connection, request.shift_id) is None:
        raise NotFound("Không có ca thu tiền này.")


async def lock_metered_period(
    request: ReleaseReadings | CorrectReadings | SendReadingsBack, connection: Connection
) -> None:
    """Lock a metered period, after the imports: its readings are compared with what they store.

    What belongs to another unit is not found.
    """
    await metered_periods.lock_imports(connection)
    stored = await held_readings.lock(connection, request.period_id)
    is_closed = bool(request.unit_codes) and (
        await held_readings.unit_of(connection, request.period_id) not in request.unit_codes
    )
    if stored is None or is_closed:
        raise NotFound("Không có kỳ ghi chỉ số này.")


async def lock_shift(request: CloseShift, connection: Connection) -> None:
    """Lock the shift that is to be closed."""
    if await shifts.lock_for(connection, request.shift_id) != request.collector_code:
        raise NotFound("Không có ca thu tiền này.")


async def lock_bank_credit(request: MatchBankCredit | DismissBankCredit, connection: Connection) -> None:
    """Lock a bank credit, and the account that it is to be booked for.

    One that is not booked belongs to no unit: only whoever works for all of them sees it. One that does not wait is
    refused, and needs no account: a reversal locks the account first, and then the credit of its payment.
    """
    credit = await bank_credits.lock_one(connection, request.credit_id)
    if credit is None or request.unit_codes:
        raise NotFound("Không có khoản báo có này.")
    if isinstance(request, MatchBankCredit) and credit.state is BankCreditState.UNMATCHED:
        await lock_account(connection, request.customer_code)


async def lock_runs(_: StartBillRun, connection: Connection) -> None:
    """Let one bill run begin at a time."""
    await bill_runs.lock_runs(connection)


async def lock_run(request: ReleaseBillRun | DiscardBillRun, connection: Connection) -> None:
    """Lock a bill run; one over other units is not found."""
    await known_run(connection, request.run_id, request.unit_codes)
    await bill_runs.find(connection, request.run_id, lock=True)
