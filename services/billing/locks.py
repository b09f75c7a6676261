"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.billing.bill_run import known_run
from services.billing.ledger import lock_account
from services.billing.partners.rules import PartnerPaymentCancelled
from services.billing.payments.rules import AlreadyReversed, check_payer
from services.billing.planned_correction import customer_of_bill
from services.billing.store import (
    accounts,
    agreements,
    bank_credits,
    bill_runs,
    hand_ins,
    held_readings,
    metered_periods,
    partner_files,
    partners,
    payments,
    reversals,
    shifts,
)
from shared.contracts.billing import (
    AgreeInstalments,
    BankCreditState,
    CancelPartnerPayment,
    ChargeFee,
    ChargeInterest,
    CloseShift,
    ConfirmShift,
    CorrectBill,
    CorrectReadings,
    CountHandIn,
    DecideShift,
    DiscardBillRun,
    DismissBankCredit,
    EndAgreement,
    EraseBillingPerson,
    GiveBackAtDesk,
    HandInPlace,
    MatchBankCredit,
    OpenShift,
    PartnerPaymentState,
    PrintAgreement,
    RecordPartnerPayment,
    RecordPayment,
    ReleaseBillRun,
    ReleaseReadings,
    ReportPayment,
    ReturnPaper,
    ReversePayment,
    SendReadingsBack,
    SettlePartnerDifference,
    StartBillRun,
    StateHandIn,
    WaiveInterest,
)
from shared.db import Connection
from shared.problems import NotFound


async def lock_account_of_payer(request: RecordPayment, connection: Connection) -> None:
    """Lock the account of who pays; refuse a payer who does not fit the method."""
    check_payer(request.method, request.collector_code, request.collection_point_code)
    await lock_account(connection, request.customer_code)


async def lock_account_charged(
    request: ChargeFee | ChargeInterest | WaiveInterest | AgreeInstalments, connection: Connection
) -> None:
    """Lock the account of whom something is charged, who is let off it, or who is to pay in parts."""
    await lock_account(connection, request.customer_code)


async def lock_account_of_agreement(request: EndAgreement | PrintAgreement, connection: Connection) -> None:
    """Lock the account that the agreement is about; one of another unit is not found."""
    agreement = await agreements.find(connection, request.agreement_id)
    if agreement is None or (request.unit_codes and agreement.unit_code not in request.unit_codes):
        raise NotFound("Không có thỏa thuận trả dần này.")
    await lock_account(connection, agreement.customer_code)


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


async def lock_paper(request: ReturnPaper, connection: Connection) -> None:
    """Lock the paper that is to come back."""
    if not await reversals.lock_paper(connection, request.reversal_id):
        raise NotFound("Không có biên nhận giấy nào phải thu hồi của lần hủy thu này.")


async def lock_given_back(request: GiveBackAtDesk, connection: Connection) -> None:
    """Lock the cash that is to be given back."""
    if not await reversals.lock_item(connection, request.reversal_id):
        raise NotFound("Không có tiền mặt nào phải trả lại của lần hủy thu này.")


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


async def lock_shift_of_hand_in(request: StateHandIn, connection: Connection) -> None:
    """Lock the shift whose cash is handed in; of a deposit the credits that it may be first, as who matches them."""
    if request.place is HandInPlace.BANK:
        await bank_credits.lock_waiting_of(connection, request.amount)
    if await shifts.lock_for(connection, request.shift_id) != request.collector_code:
        raise NotFound("Không có ca thu tiền này.")


async def lock_hand_in(request: CountHandIn, connection: Connection) -> None:
    """Lock the hand-in that is counted and its shift; the credit that it is named to be before them."""
    if request.credit_id is not None and await bank_credits.lock_one(connection, request.credit_id) is None:
        raise NotFound("Không có khoản báo có này.")
    shift_id = await hand_ins.lock(connection, request.hand_in_id)
    if shift_id is None or await shifts.lock_for(connection, shift_id) is None:
        raise NotFound("Không có lần nộp tiền này.")


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


async def lock_payment_of_partner(request: RecordPartnerPayment, connection: Connection) -> None:
    """Lock a partner's id, and then the account that the money is for.

    A repetition of what was taken back is refused: the recorded answer says that it is paid.
    """
    entry = partners.register_id(request.partner_code, request.partner_payment_id)
    await partners.lock_payment(connection, entry)
    known = await partners.find(connection, entry)
    if known is not None and known.state in (PartnerPaymentState.CANCELLED, PartnerPaymentState.BARRED):
        raise PartnerPaymentCancelled("Giao dịch này đã được hủy. Hãy dùng mã giao dịch mới.")
    if known is not None and known.state is PartnerPaymentState.REVERSED:
        raise AlreadyReversed("Điện lực đã hủy khoản thanh toán này.")
    await lock_account(connection, request.customer_code)


async def lock_cancelled_payment(request: CancelPartnerPayment, connection: Connection) -> None:
    """Lock a partner's id, and the account of its payment where there is one."""
    entry = partners.register_id(request.partner_code, request.partner_payment_id)
    await partners.lock_payment(connection, entry)
    known = await partners.find(connection, entry)
    if known is not None and known.customer_code is not None:
        await lock_account(connection, known.customer_code)


async def lock_difference(request: SettlePartnerDifference, connection: Connection) -> None:
    """Lock a difference between a partner's books and the register."""
    if await partner_files.lock_one(connection, request) is None:
        raise NotFound("Không có chênh lệch này.")


async def lock_runs(_: StartBillRun, connection: Connection) -> None:
    """Let one bill run begin at a time."""
    await bill_runs.lock_runs(connection)


async def lock_run(request: ReleaseBillRun | DiscardBillRun, connection: Connection) -> None:
    """Lock a bill run; one over other units is not found."""
    await known_run(connection, request.run_id, request.unit_codes)
    await bill_runs.find(connection, request.run_id, lock=True)


async def lock_account_of_erasure(request: EraseBillingPerson, connection: Connection) -> None:
    """Lock the customer's account, if there is one: what is settled meanwhile is settled before or after."""
    await accounts.lock(connection, [request.customer_code])
