"""Messages that the billing service owns."""

from datetime import date
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.actor import Actor
from shared.contracts.acts import Acts
from shared.contracts.common import (
    AccountState,
    CollectionPointCode,
    CollectorCode,
    CustomerCode,
    CustomerFacts,
    Dong,
    Households,
    MeterNumber,
    Moment,
    Outcome,
    PaymentMethod,
    PositiveDong,
    Reason,
    UnitCode,
    Uses,
)
from shared.contracts.message import Event, Record, Reply, Request


class BillState(StrEnum):
    """A bill goes from open to paid, and back only by a recorded reversal."""

    OPEN = "open"
    PAID = "paid"


class BillLine(Record):
    """kWh of one tier or register at one unit price: ``amount`` = ``kwh`` × ``unit_price`` exactly.

    Reactive power is money without kWh: ``kwh`` and ``unit_price`` are 0, ``amount`` is what is due for it.
    """

    label: str
    """What is priced, in Vietnamese: ``Bậc 1``, ``Giờ cao điểm``."""
    decision: str
    """The price decision, for example ``1279/QĐ-BCT``."""
    period_from: date
    period_to: date
    kwh: int
    unit_price: Dong
    amount: Dong


class MeterReading(Record):
    """Old and new reading of a bill's meter, as printed."""

    meter_number: str
    meter_register: str = "KT"
    """KT one price, BT normal, CD peak, TD off-peak, VC reactive."""
    old_reading: int
    new_reading: int
    multiplier: int
    kwh: int


class BillKind(StrEnum):
    """How a bill came about."""

    ORDINARY = "ordinary"
    """From readings, by a bill run."""
    ADJUSTMENT = "adjustment"
    """The difference to an earlier bill that was too low."""
    REPLACEMENT = "replacement"
    """Takes the place of an earlier bill."""


class CorrectionKind(StrEnum):
    """How a wrong bill is put right; it is never edited."""

    ADJUSTMENT = "adjustment"
    """The bill stands. A difference upwards is a further bill, one downwards is taken off what the bill comes to."""
    REPLACEMENT = "replacement"
    """Nothing of the bill stands any more; another one takes its place."""


class BillLink(Record):
    """Another bill that a bill is linked with."""

    bill_id: UUID
    bill_number: str


class BillFollowUp(Record):
    """A correction as it stands on a bill that it concerns: what followed."""

    correction_id: UUID
    kind: CorrectionKind
    corrected_at: Moment
    reduced_vat: Dong = 0
    reduced_principal: Dong = 0
    """What the correction took off this bill: it is not owed any more."""
    new_bill: BillLink | None = None
    """The further bill, or the one that took its place."""


class Bill(Record):
    """One bill with its lines; amounts in đồng, both days of the period included."""

    bill_id: UUID
    bill_number: str
    customer_code: CustomerCode
    cycle: int
    """Cycle (kỳ) within the month, from 1."""
    month: int
    year: int
    period_from: date
    period_to: date
    price_group: Uses
    households: Households
    readings: list[MeterReading]
    kwh: int
    lines: list[BillLine]
    pre_vat: Dong
    vat_rate: str
    """VAT in per cent as text: ``8`` or ``10``."""
    vat: Dong
    total: Dong
    open_principal: Dong
    open_vat: Dong
    state: BillState
    due_date: date
    issued_at: Moment
    explanation: list[str] = Field(default_factory=list)
    """How the amount came about, one Vietnamese sentence each."""
    kind: BillKind = BillKind.ORDINARY
    corrects: BillLink | None = None
    """The bill that this one adjusts or replaces."""
    corrected_by: list[BillFollowUp] = Field(default_factory=list)
    """What followed on this bill, the earliest first; ``total`` stays as it was issued."""

    @property
    def stands(self) -> int:
        """What stands of ``total`` after all corrections, đồng."""
        return self.total - sum(each.reduced_vat + each.reduced_principal for each in self.corrected_by)


class Allocation(Record):
    """The part of a payment that cleared a bill: VAT first, then principal."""

    bill_id: UUID
    vat: Dong
    principal: Dong


class Payment(Record):
    """Money that was taken, as recorded."""

    payment_id: UUID
    customer_code: CustomerCode
    amount: PositiveDong
    method: PaymentMethod
    received_at: Moment
    """When the money was recorded, by the server's clock."""
    stated_at: Moment | None = None
    """When it was received as the sender states: a note, within a span around ``received_at``."""
    collector_code: CollectorCode | None
    collection_point_code: str | None
    reference: str
    """The partner's or the bank's transaction id; empty for cash."""
    transfer_content: str = ""
    """What the payer wrote on a transfer, as the bank reports it: holds the reference of the QR code that was shown."""
    shift_id: UUID | None
    allocations: list[Allocation]
    credit: Dong
    """What was left after clearing, kept as credit."""
    receipt_number: str | None = None
    """Series and number, once the receipt is signed."""
    receipt_id: UUID | None = None
    reversed_at: Moment | None = None
    reported_at: Moment | None = None
    """When its collector reported that it was taken by mistake; the office decides whether it is reversed."""


class CollectionPoint(Record):
    """A bank, post office or shop where a notice can be paid."""

    collection_point_code: str
    name: str
    kind: str
    """``bank``, ``post_office``, ``counter`` or ``other``."""
    address: str
    opening_hours: str
    phone: str
    unit_code: str
    ward: str | None = None
    """The ward of today, where the list has it in a column of its own."""


class CustomerAccount(Reply):
    """A customer's bills, the oldest first, and what is owed."""

    account: AccountState
    bills: list[Bill]
    payments: list[Payment]
    cash_step: int = Field(default=1, ge=1)
    """Cash is asked for in multiples of this, rounded up; what is above the debt is kept as credit. 1: exact."""
    least_part: PositiveDong | None = None
    """A part of the debt may be paid in cash, of at least so many đồng; None: whole bills only."""


class GetAccount(Request[CustomerAccount]):
    """Read a customer's open bills (all of the last ``history`` bills when asked) and payments."""

    message_name: ClassVar[str] = "billing.account"
    customer_code: CustomerCode
    history: int = Field(default=0, ge=0, le=60)
    """How many paid bills and payments to add to the open bills, the latest first."""


class BillCauseKind(StrEnum):
    """Why a bill is higher or lower than the one before."""

    DAYS = "days"
    """More or fewer days in the period."""
    USE = "use"
    """More or fewer kWh a day."""
    TIER = "tier"
    """Other household tiers were reached."""
    HOURS = "hours"
    """Used at other hours, which have other prices."""
    PRICE = "price"
    """Another price decision."""
    PRICE_GROUP = "price_group"
    HOUSEHOLDS = "households"
    VAT = "vat"


class BillCause(Record):
    """One cause of a difference, and what it comes to: negative where it makes the bill lower."""

    kind: BillCauseKind
    amount: Dong


class BillComparison(Record):
    """A bill against the one before it."""

    bill_number: str
    compared_with: str
    """Number of the bill before."""
    difference: Dong
    """By how much it is higher; negative where it is lower."""
    causes: list[BillCause]
    """The greatest first; they add up to the difference."""
    kwh_year_ago: int | None
    """kWh of the same month of the year before; None where there was no bill."""
    vi: str
    """One sentence that says why, in Vietnamese."""
    en: str


class UsageMonth(Record):
    """What a customer was billed for one month, all its cycles together."""

    year: int
    month: int
    kwh: int
    total: Dong
    days: int
    kwh_a_day: str
    """Average kWh of a day, one decimal, as text: ``8.1``."""
    highest_tier: int | None
    """The highest household tier that was reached; None outside the household tiers."""
    kwh_year_ago: int | None
    """Of the same month of the year before; None where there was no bill."""
    total_year_ago: Dong | None


class Usage(Reply):
    """A customer's last months, the oldest first, and why the latest bill is higher or lower than the one before."""

    customer_code: CustomerCode
    months: list[UsageMonth]
    comparison: BillComparison | None
    """None where there is no bill before the latest one."""


class GetUsage(Request[Usage]):
    """Read what a customer has used: the last ``months`` months that were billed."""

    message_name: ClassVar[str] = "billing.usage"
    customer_code: CustomerCode
    months: int = Field(default=12, ge=1, le=24)


class PaymentReply(Reply):
    """The payment as recorded and the account after it."""

    payment: Payment
    account: AccountState


class RecordPayment(Request[PaymentReply]):
    """Record money. ``payment_id`` is made by whoever took it; repeating it never counts twice.

    Cash of a collector needs an open shift and at least one open bill: ``already-paid`` (409) names the payment that
    was first. Money that already lies elsewhere (transfer, collection point) is never refused: what clears nothing
    becomes credit. ``bill_ids`` are the bills that the payer saw; when any of them is no longer open, cash is refused.
    Cash is a whole multiple of the unit's step (409 ``cash-not-rounded``) and no more than the bills come to, rounded
    up to it (409 ``cash-above-debt``).
    """

    message_name: ClassVar[str] = "billing.record_payment"
    payment_id: UUID
    customer_code: CustomerCode
    amount: PositiveDong
    method: PaymentMethod
    received_at: Moment
    """As the sender's clock has it: kept as a note (``clock-wrong`` when it is too far from the server's clock)."""
    bill_ids: list[UUID] = Field(default_factory=list)
    collector_code: CollectorCode | None = None
    collection_point_code: str | None = None
    reference: str = Field(default="", max_length=100)
    transfer_content: str = Field(default="", max_length=500)
    visit_id: UUID | None = None
    device_id: UUID | None = None
    """The phone whose printer prints the receipt; None prints nowhere."""
    cash_step: int | None = Field(default=None, ge=1, le=10_000)
    """Cash: ``cash_step`` of the account that the payer was shown. A phone without signal may have read it before a
    new rounding rule, and the money is taken."""


class GetPayment(Request[PaymentReply]):
    """Read one payment; ``not-found`` when it was never recorded."""

    message_name: ClassVar[str] = "billing.payment"
    payment_id: UUID


class ReversePayment(Request[PaymentReply]):
    """Take a payment back: its bills are open again and its receipt is void. Repeatable by ``reversal_id``."""

    message_name: ClassVar[str] = "billing.reverse_payment"
    reversal_id: UUID
    payment_id: UUID
    reason: Reason
    reversed_by: str = Field(min_length=1, max_length=80)
    device_id: UUID | None = None


class CorrectedBillReading(Record):
    """What a register showed at both ends of a bill's period, as it should have been on the bill."""

    meter_number: MeterNumber
    meter_register: str = Field(default="KT", pattern=r"^(KT|BT|CD|TD|VC)$")
    old_reading: int = Field(ge=0, le=10**12)
    new_reading: int = Field(ge=0, le=10**12)
    multiplier: int | None = Field(default=None, ge=1, le=1_000_000)
    """None: as it was billed."""
    digits: int | None = Field(default=None, ge=1, le=12)
    """None: as it was billed."""


class BilledAmounts(Record):
    """What a bill comes to, with its adjustments."""

    kwh: int
    pre_vat: Dong
    vat: Dong
    total: Dong


class BillReduction(Record):
    """What a correction took off one bill."""

    bill_id: UUID
    bill_number: str
    vat: Dong
    principal: Dong


class BillCorrection(Record):
    """A wrong bill that was put right."""

    correction_id: UUID
    kind: CorrectionKind
    customer_code: CustomerCode
    corrects: BillLink
    new_bill: BillLink | None
    """The further bill, or the one that took the place; None where less is owed."""
    before: BilledAmounts
    after: BilledAmounts
    reductions: list[BillReduction]
    released: Dong
    """What payments no longer clear of the old bill; it is credit, or clears what else is open."""
    reason: str
    asked_by: str
    approved_by: str
    corrected_at: Moment


class Doubt(Record):
    """Why readings may be wrong: the name of the rule, and what it found."""

    rule: str
    detail: str
    """Vietnamese."""
    english: str


class CorrectionPreview(Reply):
    """What a correction would do."""

    kind: CorrectionKind
    bill: Bill
    """As it stands."""
    before: BilledAmounts
    after: BilledAmounts
    difference: Dong
    """By how much more is owed; negative for less."""
    lines: list[BillLine]
    """The whole bill computed anew."""
    explanation: list[str]
    reductions: list[BillReduction]
    new_bill_total: Dong | None
    """What the further bill, or the one that takes the place, comes to; None where there is none."""
    released: Dong
    """What payments would no longer clear of the bill."""
    account: AccountState
    """As it is now."""
    doubts: list[Doubt] = Field(default_factory=list)
    """What is doubtful about the corrected readings by themselves and beside the periods before and after."""


class PreviewCorrection(Request[CorrectionPreview]):
    """Compute a bill anew and read what a correction would do; nothing changes.

    Everything is of the days of the bill: prices, and what is not named here, is as it was billed.
    """

    message_name: ClassVar[str] = "billing.preview_correction"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only a bill of these units; empty: of all."""
    bill_number: str = Field(min_length=1, max_length=40)
    kind: CorrectionKind
    readings: list[CorrectedBillReading] = Field(default_factory=list, max_length=20)
    """All readings of the period as they should have been; empty: as they were billed."""
    price_group: Uses | None = None
    households: Households | None = None


class CorrectionReply(Reply):
    """The correction, the bill as it stands after it, and the account."""

    correction: BillCorrection
    bill: Bill
    new_bill: Bill | None
    account: AccountState


class CorrectBill(Request[CorrectionReply]):
    """Put a wrong bill right by an adjustment or a replacement. Repeatable by ``correction_id``.

    Money on what is taken off the bill becomes credit or clears what else is open. Two people: who asked cannot approve
    (403 ``second-person-needed``). Refused with ``bill-replaced``, ``correction-method-fixed``, ``nothing-to-correct``,
    ``difference-changed``, ``vat-rate-changed`` (409) and ``cannot-be-billed`` (422).
    """

    message_name: ClassVar[str] = "billing.correct_bill"
    correction_id: UUID
    bill_number: str = Field(min_length=1, max_length=40)
    kind: CorrectionKind
    readings: list[CorrectedBillReading] = Field(default_factory=list, max_length=20)
    price_group: Uses | None = None
    households: Households | None = None
    expected_difference: Dong | None = None
    """What was approved; None: whatever it comes to."""
    reason: Reason
    asked_by: str = Field(min_length=1, max_length=80)
    approved_by: str = Field(min_length=1, max_length=80)


class BillCorrections(Reply):
    """Corrections, the latest first."""

    corrections: list[BillCorrection]


class GetBillCorrections(Request[BillCorrections]):
    """Read the corrections of a bill, of a customer, or of some units."""

    message_name: ClassVar[str] = "billing.corrections"
    bill_number: str | None = Field(default=None, max_length=40)
    customer_code: CustomerCode | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    before: Moment | None = None
    """Only earlier ones: ``corrected_at`` of the last one of the page before."""
    limit: int = Field(default=100, ge=1, le=500)


class PriceGroupName(Record):
    """A price group and what people call it."""

    price_group: str
    vi: str
    en: str


class PriceGroups(Reply):
    """All price groups, in the order of the list."""

    price_groups: list[PriceGroupName]


class GetPriceGroups(Request[PriceGroups]):
    """Read which price groups there are."""

    message_name: ClassVar[str] = "billing.price_groups"


class BillRunState(StrEnum):
    """From the drafts to the bills. Only a released run has made any."""

    COMPUTING = "computing"
    COMPUTED = "computed"
    RELEASING = "releasing"
    RELEASED = "released"
    DISCARDED = "discarded"


class BillRun(Record):
    """A bill run as it stands."""

    run_id: UUID
    unit_prefix: str
    """Units whose codes begin so: a whole code is a unit, its beginning a company, empty everything."""
    year: int | None
    month: int | None
    """None: all months that wait."""
    is_trial: bool
    """Computed to be looked at, never released."""
    is_at_once: bool
    """Released by whoever imported the readings: no second person."""
    state: BillRunState
    asked_by: Actor
    asked_at: Moment
    parts: int
    computed_parts: int
    computed_at: Moment | None
    bills: int
    """What the drafts come to, as far as they are computed."""
    kwh: int
    pre_vat: Dong
    vat: Dong
    total: Dong
    set_aside: int
    """Periods that cannot be billed."""
    confirmed_by: Actor | None
    confirmed_at: Moment | None
    released_parts: int
    released_bills: int
    released_total: Dong
    left_out_bills: int
    """Drafts whose readings were held or replaced after the totals were confirmed: they are no bills."""
    left_out_total: Dong
    ended_at: Moment | None


class BillRuns(Reply):
    """Bill runs, the latest first."""

    runs: list[BillRun]


class GetBillRuns(Request[BillRuns]):
    """Read the bill runs over some units."""

    message_name: ClassVar[str] = "billing.bill_runs"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: all runs; else those over one of these units alone."""
    before: Moment | None = None
    """Only earlier ones: ``asked_at`` of the last one of the page before."""
    limit: int = Field(default=20, ge=1, le=200)


class WaitingReadings(Record):
    """Metered periods of a unit and a month that wait for their bill."""

    unit_code: UnitCode
    year: int
    month: int
    periods: int


class ReadingsWaiting(Reply):
    """What waits for a bill run, by unit and month."""

    waiting: list[WaitingReadings]


class GetWaitingReadings(Request[ReadingsWaiting]):
    """Read over what a bill run could be started."""

    message_name: ClassVar[str] = "billing.waiting_readings"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class ChargedAmounts(Record):
    """What a bill or a draft comes to."""

    kwh: int
    days: int
    total: Dong


class ChangeCause(StrEnum):
    """Why a draft comes to something else than what it is compared with."""

    NEW = "new"
    GONE = "gone"
    KWH = "kwh"
    DAYS = "days"
    PRICE = "price"
    PRICE_GROUP = "price_group"
    HOUSEHOLDS = "households"
    VAT = "vat"


class RunChange(Record):
    """A customer whose amount differs from the one before."""

    customer_code: CustomerCode
    bill_number: str
    before: ChargedAmounts | None
    """None where there was none before."""
    after: ChargedAmounts | None
    """None where the run has none any more."""
    difference: Dong
    causes: list[ChangeCause]


class RunComparison(Record):
    """How a run's drafts differ from the bills of the month before, or from another run's drafts."""

    beside: UUID | None
    """The other run; None: the month before."""
    more: int
    """Customers who are charged more."""
    less: int
    same: int
    new: int
    gone: int
    difference: Dong
    """Of all of them."""
    largest: list[RunChange]
    """The hundred largest changes."""


class RunVatSwitch(Record):
    """What hangs on the day that decides over the VAT rate."""

    by_period: Dong
    """VAT of all drafts by the last days of their periods."""
    by_invoice: Dong
    """VAT of all drafts if the day of the invoice decides."""
    differing: int
    """Bills whose VAT depends on it."""
    differing_pre_vat: Dong


class RunReport(Record):
    """What a computed run changes, made once for each run."""

    comparisons: list[RunComparison]
    vat_switch: RunVatSwitch | None
    """None where all days have one rate."""


class RunProblem(Record):
    """A metered period that cannot be billed."""

    customer_code: CustomerCode
    period: str
    """Month, year and cycle: ``10/2026/1``."""
    problem: str


class BillRunDetails(Reply):
    """A bill run with what it changes and what it leaves."""

    run: BillRun
    problems: list[RunProblem]
    """The first hundred of ``set_aside``."""
    held: int
    """Metered periods of the same units and month that wait for a person, because their readings may be wrong."""
    report: RunReport | None
    """None until it is made, some time after the last draft."""


class GetBillRun(Request[BillRunDetails]):
    """Read one bill run; ``not-found`` for one over units that are not asked for."""

    message_name: ClassVar[str] = "billing.bill_run"
    run_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class BillRunReply(Reply):
    """The bill run as it stands after the step."""

    run: BillRun


class StartBillRun(Request[BillRunReply]):
    """Begin a bill run over what waits: its drafts are computed by all copies of billing. Repeatable by ``run_id``.

    Refused with ``run-overlaps`` (409) while another one over some of the same readings has not ended.
    """

    message_name: ClassVar[str] = "billing.start_bill_run"
    run_id: UUID
    unit_prefix: str = Field(default="", pattern=r"^(P[A-Z][0-9A-Z]{0,4})?$")
    year: int | None = Field(default=None, ge=2000, le=2200)
    month: int | None = Field(default=None, ge=1, le=12)
    """Both or none; none: all months that wait."""
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """The units that whoever asks works for; empty: all. Of some units, only one of them by its whole code."""


class ReleaseBillRun(Request[BillRunReply]):
    """Confirm what a computed run comes to, as another person than who asked for it: its drafts become bills.

    Refused with ``second-person-needed`` (403), ``run-not-ready``, ``run-totals-differ`` and ``run-out-of-date`` (409).
    """

    message_name: ClassVar[str] = "billing.release_bill_run"
    run_id: UUID
    bills: int = Field(ge=0)
    total: Dong
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class DiscardBillRun(Request[BillRunReply]):
    """End a run that has released nothing, without bills; its readings wait for the next one.

    Refused with ``run-not-ready`` (409) once it is released.
    """

    message_name: ClassVar[str] = "billing.discard_bill_run"
    run_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class ReportPayment(Request[PaymentReply]):
    """Report that cash was taken by mistake, by the collector who took it. The office decides, and reverses it.

    Repeatable by ``report_id``; a payment is reported once (409 ``already-reported``), and not after its reversal.
    """

    message_name: ClassVar[str] = "billing.report_payment"
    report_id: UUID
    payment_id: UUID
    collector_code: CollectorCode
    device_id: UUID | None = None
    reason: Reason


class PaymentReport(Record):
    """A payment that its collector reported as taken by mistake, and that stands."""

    report_id: UUID
    payment: Payment
    collector_code: CollectorCode
    reason: str
    reported_at: Moment


class PaymentReports(Reply):
    """The reports that wait for the office, the oldest first."""

    reports: list[PaymentReport]


class GetPaymentReports(Request[PaymentReports]):
    """Read the reported payments that stand."""

    message_name: ClassVar[str] = "billing.payment_reports"
    limit: int = Field(default=100, ge=1, le=500)
    unit_codes: list[str] = Field(default_factory=list)
    """Only those of collectors of these units; empty: of all."""


class ShiftTotals(Record):
    """What a shift adds up to, in đồng."""

    payments: int
    """Cash payments that stand (not reversed)."""
    cash: Dong
    """Cash of the payments that stand."""
    reversals: int
    reversed_cash: Dong


class ShiftState(StrEnum):
    """From the opening of a cash box until two people agree on what was in it."""

    OPEN = "open"
    """Cash falls into it."""
    DECLARED = "declared"
    """Closed with the collector's own count; a cashier has not counted yet."""
    DIFFERENT = "different"
    """The count differs from the books by more than the unit allows: a supervisor decides."""
    SETTLED = "settled"
    """A cashier's count fits, or a supervisor has decided. Nothing changes any more."""


class ShiftDecision(StrEnum):
    """What becomes of a difference that is above the limit."""

    CHARGED = "charged"
    """The collector owes it."""
    WRITTEN_OFF = "written_off"
    """The utility bears it."""


class ShiftConfirmation(Record):
    """The count of a second person."""

    counted_cash: Dong
    difference: Dong
    """Counted cash minus cash in hand; negative when money is missing."""
    denominations: dict[str, int] = Field(default_factory=dict)
    note: str = ""
    confirmed_by: str
    confirmed_at: Moment


class ShiftRuling(Record):
    """A supervisor's decision over a difference."""

    decision: ShiftDecision
    reason: str
    decided_by: str
    decided_at: Moment


class Shift(Record):
    """A collector's working day with the cash box."""

    shift_id: UUID
    collector_code: CollectorCode
    opened_at: Moment
    opening_float: Dong
    totals: ShiftTotals
    cash_in_hand: Dong
    """Float + cash of payments that stand."""
    cash_ceiling: Dong
    closed_at: Moment | None
    counted_cash: Dong | None
    difference: Dong | None
    """Counted cash minus cash in hand; negative when money is missing."""
    explanation: str = ""
    denominations: dict[str, int] = Field(default_factory=dict)
    state: ShiftState | None = None
    """None in what versions before settlement by two have sent."""
    declared_by: str = ""
    """Who closed it, with the first count; empty where that was not kept."""
    difference_limit: Dong | None = None
    """The difference that the unit allows, as it was at the closing."""
    confirmation: ShiftConfirmation | None = None
    ruling: ShiftRuling | None = None


class ShiftReply(Reply):
    """A shift with its totals up to now."""

    shift: Shift


class OpenShift(Request[ShiftReply]):
    """Open a shift; ``shift-already-open`` (409) when the collector has another open one."""

    message_name: ClassVar[str] = "billing.open_shift"
    shift_id: UUID
    collector_code: CollectorCode
    opening_float: Dong = Field(default=0, ge=0)
    opened_at: Moment
    """As the phone's clock has it: a note; the shift opens at the server's time."""


class GetShift(Request[ShiftReply]):
    """Read the open shift of a collector, or one shift by its id; ``not-found`` when there is none."""

    message_name: ClassVar[str] = "billing.shift"
    collector_code: CollectorCode
    shift_id: UUID | None = None


class CloseShift(Request[ShiftReply]):
    """Close a shift with the counted cash; a difference needs an explanation (422 ``difference-not-explained``)."""

    message_name: ClassVar[str] = "billing.close_shift"
    shift_id: UUID
    collector_code: CollectorCode
    counted_cash: Dong = Field(ge=0)
    denominations: dict[str, int] = Field(default_factory=dict)
    """Denomination in đồng → number of notes; must add up to ``counted_cash`` when given."""
    explanation: str = Field(default="", max_length=500)
    closed_at: Moment
    """As the phone's clock has it: a note; the shift closes at the server's time."""
    device_id: UUID | None = None
    """The phone whose printer prints the slip."""
    declared_by: str = Field(default="", max_length=200)
    declaring_device_id: UUID | None = None
    """The device that closes it: another one has to confirm."""


class ConfirmShift(Request[ShiftReply]):
    """Count the cash of a closed shift again, by another person on another device. Once for each shift.

    Refused with ``second-person-needed`` (403), ``shift-not-declared``, ``shift-already-confirmed`` (409). A count
    other than the collector's needs a note (422 ``difference-not-explained``).
    """

    message_name: ClassVar[str] = "billing.confirm_shift"
    shift_id: UUID
    counted_cash: Dong = Field(ge=0)
    denominations: dict[str, int] = Field(default_factory=dict)
    note: str = Field(default="", max_length=500)
    confirmed_by: str = Field(min_length=1, max_length=200)
    device_id: UUID


class DecideShift(Request[ShiftReply]):
    """Decide over a difference above the limit, by a third device. Once for each shift.

    Refused with ``second-person-needed`` (403) and ``shift-not-different`` (409).
    """

    message_name: ClassVar[str] = "billing.decide_shift"
    shift_id: UUID
    decision: ShiftDecision
    reason: Reason
    decided_by: str = Field(min_length=1, max_length=200)
    device_id: UUID


class ListedShift(Record):
    """A shift as a line of a list."""

    shift: Shift
    collector_name: str
    unit_code: str
    """The collector's unit at the opening; empty where it was not known."""
    collector_active: bool
    """False for a collector who has left: the office closes and settles the shift."""


class Shifts(Reply):
    """Shifts, the one opened last first."""

    shifts: list[ListedShift]


class GetShifts(Request[Shifts]):
    """Read shifts of all collectors, or of some."""

    message_name: ClassVar[str] = "billing.shifts"
    states: list[ShiftState] = Field(default_factory=list)
    """Empty: all."""
    collector_code: CollectorCode | None = None
    unit_code: str | None = None
    shift_id: UUID | None = None
    of_leavers: bool = False
    """Only those of collectors who have left."""
    opened_before: Moment | None = None
    limit: int = Field(default=100, ge=1, le=500)
    unit_codes: list[str] = Field(default_factory=list)
    """Only those of collectors of these units; empty: of all."""


class RoutePayments(Record):
    """What the customers of one route paid on one day; payments that were reversed are left out."""

    route_code: str
    """Empty for customers of whom billing knows no contract."""
    unit_code: str
    collector_code: str
    """Whose route it is."""
    cash: Dong
    cash_payments: int
    transfers: Dong
    transfer_payments: int
    collection_points: Dong
    collection_point_payments: int


class DayOfPayments(Reply):
    """The routes with payments, in the order of their codes."""

    routes: list[RoutePayments]


class GetDayOfPayments(Request[DayOfPayments]):
    """Read what was paid on a business day, route by route; many of them in parts."""

    message_name: ClassVar[str] = "billing.day_of_payments"
    day: date
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    after: str | None = Field(default=None, max_length=24)
    """The last route of the part before."""


class CollectedSum(Record):
    """What was collected in one unit on one day by one method; payments that were reversed are left out."""

    day: date
    unit_code: str
    """Of the customer; empty for customers of whom billing knows no contract."""
    method: PaymentMethod
    amount: Dong
    payments: int


class CollectionsReport(Reply):
    """What was collected, in the order of days, units and methods."""

    sums: list[CollectedSum]


class GetCollectionsReport(Request[CollectionsReport]):
    """Read what was collected from one business day to another, both included; 400 ``report-too-long``."""

    message_name: ClassVar[str] = "billing.collections_report"
    first_day: date
    last_day: date
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class DebtAge(StrEnum):
    """How many days a bill is past its due date."""

    NOT_DUE = "not_due"
    UP_TO_30 = "up_to_30"
    UP_TO_60 = "up_to_60"
    UP_TO_90 = "up_to_90"
    OLDER = "older"


class AgedDebt(Record):
    """What is open in one unit of bills of one age."""

    unit_code: str
    age: DebtAge
    customers: int
    """Who has such bills; a customer with bills of several ages is counted for each."""
    bills: int
    amount: Dong


class AgeingReport(Reply):
    """What is open by age, in the order of units and ages."""

    day: date
    """The business day that ages are counted to."""
    debts: list[AgedDebt]


class GetAgeingReport(Request[AgeingReport]):
    """Read how old the open bills are, at present."""

    message_name: ClassVar[str] = "billing.ageing_report"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


class NextShift(Reply):
    """Whether a collector may open a shift now, and within what bounds."""

    refusal: str | None
    """Why not: the slug of the refusal that an opening would get; None where it would be opened."""
    detail: str
    """The same in Vietnamese, for the collector; empty where a shift may be opened."""
    cash_ceiling: Dong
    """Of the next shift: less what is still to be handed in of shifts that no cashier has counted."""
    largest_float: Dong
    unsettled: list[Shift]
    """The collector's shifts that are declared or different, the one opened last first."""


class GetNextShift(Request[NextShift]):
    """Read whether a collector may open a shift."""

    message_name: ClassVar[str] = "billing.next_shift"
    collector_code: CollectorCode


class CollectionPointsReply(Reply):
    """The collection points, those of the same unit first."""

    collection_points: list[CollectionPoint]


class GetCollectionPoints(Request[CollectionPointsReply]):
    """Read the collection points for customers of a unit."""

    message_name: ClassVar[str] = "billing.collection_points"
    unit_code: str
    limit: int = Field(default=5, ge=1, le=100)
    collection_point_code: CollectionPointCode | None = None
    """Only this one, wherever it is; none in the reply where it does not exist."""


class GetBillingActs(Request[Acts]):
    """Read who recorded, reversed, opened and closed what: of a payment, of a customer's account, of a shift."""

    message_name: ClassVar[str] = "billing.acts"
    payment_id: UUID | None = None
    customer_code: CustomerCode | None = None
    shift_id: UUID | None = None


class BillIssued(Event):
    """A bill exists; the account after it. Credit that was there has already been used on it.

    No longer emitted by bill runs (:class:`BillsReleased`); read because a version before has sent it.
    """

    message_name: ClassVar[str] = "bill.issued"
    bill: Bill
    account: AccountState
    actor: Actor | None = None
    """Who ran the bill run; None from a version before."""


class BillCorrected(Event):
    """A wrong bill was adjusted or replaced; the account after it."""

    message_name: ClassVar[str] = "bill.corrected"
    correction: BillCorrection
    customer: CustomerFacts
    bill: Bill
    """The corrected bill as it stands now."""
    new_bill: Bill | None
    account: AccountState
    actor: Actor | None = None


class ReleasedBill(Record):
    """What others need to know of a bill of a run; whoever needs more asks for it."""

    bill_id: UUID
    customer_code: CustomerCode
    total: Dong
    due_date: date


class BillsReleased(Event):
    """A batch of a bill run's bills exists; the accounts after it. Credit that was there has already been used."""

    message_name: ClassVar[str] = "bills.released"
    run_id: UUID
    released_at: Moment
    bills: list[ReleasedBill]
    accounts: list[AccountState]
    """Of the customers of these bills, each once, in the order of their codes."""
    actor: Actor | None = None
    """Who confirmed the run's totals."""


class BillRunStep(Event):
    """A part of a bill run is to be computed or released, whichever is next, by whichever copy of billing takes it."""

    message_name: ClassVar[str] = "bill_run.step"
    run_id: UUID


class NoticeKind(StrEnum):
    """Why a payment notice is printed."""

    CHECK = "check"
    """For the customer to check before paying."""
    AWAY = "away"
    """Left at the door, with the collector's name and phone."""
    COLLECTION_POINT = "collection_point"
    """To be taken to a collection point; names the nearest ones."""
    CANNOT_PAY = "cannot_pay"
    """Kept by a customer who cannot pay now; names the appointment."""


class NoticeIssued(Event):
    """A payment notice is due on paper (and by SMS for ``away``); carries everything as it was."""

    message_name: ClassVar[str] = "notice.issued"
    notice_id: UUID
    notice_number: str
    kind: NoticeKind
    visit_id: UUID
    outcome: Outcome
    customer: CustomerFacts
    visiting_collector_code: CollectorCode
    bills: list[Bill]
    account: AccountState
    appointment: Moment | None
    collection_points: list[CollectionPoint]
    device_id: UUID | None
    issued_at: Moment
    after_check: bool = False
    """The customer got a notice to check at the same visit: this one need not have the bill in detail again."""
    comparison: BillComparison | None = None
    """Why the latest bill is higher or lower than the one before; None where there is none, or nobody needs it."""
    actor: Actor | None = None
    """Who recorded the visit; None from a version before."""


class PaymentRecorded(Event):
    """Money was recorded; carries the bills as they were before and what was cleared: receipt needs no request."""

    message_name: ClassVar[str] = "payment.recorded"
    payment: Payment
    customer: CustomerFacts
    bills: list[Bill]
    """The bills that this payment cleared, wholly or in part, as they stood before it."""
    collection_point: CollectionPoint | None
    account: AccountState
    visit_id: UUID | None
    device_id: UUID | None
    actor: Actor | None = None
    """Who recorded it; None from a version before."""


class PaymentReversed(Event):
    """A payment was taken back; its receipt is void."""

    message_name: ClassVar[str] = "payment.reversed"
    reversal_id: UUID
    payment: Payment
    customer: CustomerFacts
    reason: str
    reversed_by: str
    reversed_at: Moment
    account: AccountState
    device_id: UUID | None
    actor: Actor | None = None
    """Who reversed it; None from a version before."""


class ShiftClosed(Event):
    """A collector's shift was closed with its totals."""

    message_name: ClassVar[str] = "shift.closed"
    shift: Shift
    payment_ids: list[UUID]
    """Cash payments of the shift that stand."""
    collector_name: str
    device_id: UUID | None
    actor: Actor | None = None
    """Who closed it; None from a version before."""


class ShiftConfirmed(Event):
    """A second person counted the cash of a closed shift."""

    message_name: ClassVar[str] = "shift.confirmed"
    shift: Shift
    device_id: UUID
    actor: Actor | None = None


class ShiftDecided(Event):
    """A supervisor decided over the difference of a shift."""

    message_name: ClassVar[str] = "shift.decided"
    shift: Shift
    device_id: UUID
    actor: Actor | None = None


class HeldReadings(Record):
    """A metered period that is not billed until a person has looked at its readings."""

    period_id: UUID
    customer_code: CustomerCode
    unit_code: str
    """Empty where the customer is not known any more."""
    year: int
    month: int
    cycle: int
    period_from: date
    period_to: date
    readings: list[MeterReading]
    kwh: int
    """Of all meters, without reactive power."""
    doubts: list[Doubt]
    held_since: Moment | None
    sent_back_at: Moment | None
    """Since when it is to be read again; the next import of the period takes its place."""


class HeldReadingsPage(Reply):
    """Held readings, in the order in which they were stored."""

    held: list[HeldReadings]
    next: UUID | None
    """To be given as ``after`` for the next page; None on the last one."""


class GetHeldReadings(Request[HeldReadingsPage]):
    """Read which readings wait for a person."""

    message_name: ClassVar[str] = "billing.held_readings"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only of customers of these units; empty: of all."""
    customer_code: CustomerCode | None = None
    rule: str | None = Field(default=None, max_length=60)
    """Only those that this rule has found."""
    held_before: Moment | None = None
    """Only those that have waited since before this moment."""
    sent_back: bool | None = None
    """Only those that are to be read again, only the others, or all."""
    after: UUID | None = None
    limit: int = Field(default=100, ge=1, le=500)


class ReadingsReply(Reply):
    """What became of a metered period."""

    period_id: UUID
    """That counts now: a new one after a correction."""
    doubts: list[Doubt]
    """Why it is held; empty where it waits for a bill."""
    judged_again: int
    """Later periods of the customer that are held no more, or are held now, because of it."""


class ReleaseReadings(Request[ReadingsReply]):
    """Let held readings be billed as they are. Repeatable by ``release_id``.

    Refused with ``readings-not-held``, ``readings-billed`` and ``readings-replaced`` (409).
    """

    message_name: ClassVar[str] = "billing.release_readings"
    release_id: UUID
    period_id: UUID
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for customers of these units only; empty: of all."""


class CorrectedReading(Record):
    """What a register showed in truth; what is left out stays as it was."""

    meter_number: str | None = Field(default=None, min_length=1, max_length=60)
    meter_register: str | None = Field(default=None, min_length=2, max_length=2)
    """Meter and register may be left out where the period has one register only."""
    old_reading: int | None = Field(default=None, ge=0, lt=10**9)
    new_reading: int | None = Field(default=None, ge=0, lt=10**9)


class CorrectedPeriod(Record):
    """What else of a period was wrong; what is left out stays as it was."""

    period_from: date | None = None
    period_to: date | None = None
    cut_days: int | None = Field(default=None, ge=0, le=366)
    """Days without supply; takes the place of their dates."""
    cut_from: date | None = None
    cut_to: date | None = None
    """The first and the last day without supply: both or none."""
    cos_phi: str | None = Field(default=None, pattern=r"^(0\.[0-9]{1,4}|1(\.0{1,4})?)$")
    """The power factor, above 0 and at most 1, as text."""
    due_date: date | None = None


class CorrectReadings(Request[ReadingsReply]):
    """Put the readings of a period right that has no bill yet; they are judged again. Repeatable by ``correction_id``.

    Refused with ``readings-billed`` (409: a bill has its own correction), ``readings-replaced``, and
    ``readings-unbillable`` where no bill could be made of them.
    """

    message_name: ClassVar[str] = "billing.correct_readings"
    correction_id: UUID
    period_id: UUID
    readings: list[CorrectedReading] = Field(max_length=50)
    estimate: bool = False
    """The meter has stopped or cannot be read: the new reading of the only register is what the last three periods let
    expect, and is marked as estimated."""
    period: CorrectedPeriod | None = None
    """Days, supply and power factor of the period, where these were wrong."""
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for customers of these units only; empty: of all."""


class SendReadingsBack(Request[ReadingsReply]):
    """Have a period read again: the next import of it takes its place. Repeatable by ``sending_id``.

    Refused with ``readings-billed`` and ``readings-replaced`` (409).
    """

    message_name: ClassVar[str] = "billing.send_readings_back"
    sending_id: UUID
    period_id: UUID
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for customers of these units only; empty: of all."""


class BankCreditState(StrEnum):
    """Where a movement on one of the utility's bank accounts stands."""

    NEW = "new"
    """Taken; nothing was decided yet."""
    BOOKED = "booked"
    """A payment of a customer."""
    UNMATCHED = "unmatched"
    """On the worklist: a person has to say whose it is."""
    DISMISSED = "dismissed"
    """No customer's money, as a person has decided."""
    OUTGOING = "outgoing"
    """Money that left the account: recognised, and nobody's payment."""


class BankCreditReason(StrEnum):
    """Why a bank credit waits for a person."""

    NO_CUSTOMER = "no_customer"
    """Its text names nobody."""
    SEVERAL_CUSTOMERS = "several_customers"
    UNCERTAIN_CODE = "uncertain_code"
    """A customer code that may be cut, or run together with other digits."""
    REFUND = "refund"
    """The text says that money comes back."""
    MAY_BE_KNOWN = "may_be_known"
    """Another source may have told of it already."""
    OTHER_ACCOUNT = "other_account"
    """On an account that is not configured as the utility's."""
    AMOUNT_IMPLAUSIBLE = "amount_implausible"
    REFERENCE_RECORDED = "reference_recorded"
    """The bank's reference is recorded as another payment."""
    REVERSED = "reversed"
    """Its payment was taken back."""


class SeenBankCredit(Record):
    """One movement on a bank account, as one source tells of it."""

    source_id: str = Field(min_length=1, max_length=120)
    """The source's own id of it: the same however often it is told."""
    account_number: str = Field(min_length=1, max_length=40)
    """Of the utility's account."""
    outgoing: bool = False
    amount: PositiveDong
    transacted_at: Moment
    reference: str = Field(default="", max_length=100)
    """The bank's own reference; empty where the source has none."""
    balance: Dong | None = None
    """Of the account after it."""
    content: str = Field(default="", max_length=1000)
    """What the payer wrote, as the bank tells it."""
    counter_name: str = Field(default="", max_length=200)
    counter_account: str = Field(default="", max_length=60)
    counter_bank: str = Field(default="", max_length=100)
    raw: str = Field(default="", max_length=20_000)
    """As it came; deleted when the credit is settled."""


class TakenBankCredits(Reply):
    """What became of the movements of one request, in their order."""

    taken: int
    """Not known before."""
    known: int
    """Told before, by this or another source."""
    contradicted: int = 0
    """Told before with another amount or direction: what was told first stands, and a person has to look."""
    credit_ids: list[UUID]


class TakeBankCredits(Request[TakenBankCredits]):
    """Take what a source tells of the utility's bank accounts; each movement once, by its id and across sources.

    May always be repeated: what is known changes nothing.
    """

    message_name: ClassVar[str] = "billing.take_bank_credits"
    source: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,30}$")
    """Name of the source, as it is configured."""
    credits: list[SeenBankCredit] = Field(min_length=1, max_length=200)


class BankCreditsTaken(Event):
    """Movements were taken and wait for their customers."""

    message_name: ClassVar[str] = "bank_credits.taken"
    credit_ids: list[UUID]


class BankCredit(Record):
    """A movement on one of the utility's bank accounts: the facts, without what the payer wrote."""

    credit_id: UUID
    account_number: str
    outgoing: bool
    amount: PositiveDong
    booked_on: date
    """Day in Vietnam."""
    transacted_at: Moment
    reference: str
    state: BankCreditState
    reason: BankCreditReason | None
    """Why a person has to look."""
    customer_code: CustomerCode | None
    payment_id: UUID | None
    matched_by: str | None
    """``reference`` (of a VietQR code), ``customer_code``, ``payment`` (recorded by hand before), ``person``."""
    sources: list[str]
    """Who told of it."""
    contradicted: bool = False
    """Whether a source told of it with another amount or direction later."""
    taken_at: Moment
    settled_at: Moment | None


class BankCreditCandidate(Record):
    """A customer whose money a credit may be: a proposal, never booked by itself."""

    customer_code: CustomerCode
    name: str
    unit_code: str
    debt: Dong
    why: list[str]
    """``code`` read in the text, ``cut_code``, ``amount`` equal to the debt, ``name`` of the payer."""


class BankCreditAct(Record):
    """What was done with a credit."""

    act: str
    customer_code: CustomerCode | None
    payment_id: UUID | None
    reason: str
    acted_at: Moment
    actor: Actor | None


class BankCreditDetails(Reply):
    """A credit with what the payer wrote, as long as that is kept, and whose it may be."""

    credit: BankCredit
    content: str | None
    """None once it is deleted."""
    counter_name: str | None
    counter_account: str | None
    counter_bank: str | None
    candidates: list[BankCreditCandidate]
    acts: list[BankCreditAct]


class LookAtBankCredit(Request[BankCreditDetails]):
    """Read a credit with its text; who looked is kept."""

    message_name: ClassVar[str] = "billing.look_at_bank_credit"
    credit_id: UUID
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks sees credits of these units only; empty: all."""


class BankCreditsPage(Reply):
    """Credits in the order in which they were taken."""

    credits: list[BankCredit]
    next: UUID | None
    """To be given as ``after`` for the next page; None on the last one."""


class GetBankCredits(Request[BankCreditsPage]):
    """Read credits without their texts: the worklist, or others."""

    message_name: ClassVar[str] = "billing.bank_credits"
    states: list[BankCreditState] = Field(default_factory=list)
    """Empty: those that wait for a person."""
    reason: BankCreditReason | None = None
    customer_code: CustomerCode | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only those that are booked for customers of these units; empty: all."""
    after: UUID | None = None
    limit: int = Field(default=100, ge=1, le=500)


class BankCreditReply(Reply):
    """A credit after what was done with it."""

    credit: BankCredit


class MatchBankCredit(Request[BankCreditReply]):
    """Book a credit of the worklist for a customer. Repeatable by ``match_id``.

    Refused with ``bank-credit-settled`` (409), ``amount-implausible`` and ``reference-already-recorded``.
    """

    message_name: ClassVar[str] = "billing.match_bank_credit"
    match_id: UUID
    credit_id: UUID
    customer_code: CustomerCode
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)


class DismissBankCredit(Request[BankCreditReply]):
    """Take a credit off the worklist that is no customer's money. Repeatable by ``dismissal_id``.

    Refused with ``bank-credit-settled`` (409).
    """

    message_name: ClassVar[str] = "billing.dismiss_bank_credit"
    dismissal_id: UUID
    credit_id: UUID
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
