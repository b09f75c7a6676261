"""Messages that the billing service owns."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field, StringConstraints

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
from shared.contracts.personal_data import PersonErased, PersonHeld


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


class ChargeKind(StrEnum):
    """What a bill is for that no metered period has made."""

    RECONNECTION_FEE = "reconnection_fee"
    """Supply that was cut off for debt is connected again."""
    LATE_INTEREST = "late_interest"
    """Interest on what was paid late."""


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
    is_disputed: bool = False
    """A complaint about it is open: no message asks for its money."""
    details_archived: bool = False
    """Readings, lines and explanation of its month were put into the archive: they are empty here."""
    charge: ChargeKind | None = None
    """What it is for where no electricity is: ``cycle`` is 0, and it has no readings and no kWh. None: electricity."""

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


class ChargeReply(Reply):
    """What was charged, and the account after it."""

    charge_id: UUID
    bill: Bill | None
    """As it was issued; None where the unit asks for no such fee on that day."""
    account: AccountState


class ChargeFee(Request[ChargeReply]):
    """Ask for a fee by a bill of its own, as much as the unit's rule says. Once for each ``charge_id``.

    Where the rule of the unit and day names no fee nothing is charged, and the answer has no bill. The bill is told of
    by ``bill.issued``.
    """

    message_name: ClassVar[str] = "billing.charge_fee"
    charge_id: UUID
    """Made by whoever asks: of a reconnection the id of its order, so that an order is charged once."""
    customer_code: CustomerCode
    kind: ChargeKind = ChargeKind.RECONNECTION_FEE
    """Interest is no fee: it has requests of its own."""
    occurred_on: date
    """The business day whose rule says how much: that on which the supply was connected again."""
    reason: Reason


class AgreementState(StrEnum):
    """How far an instalment agreement is."""

    IN_FORCE = "in_force"
    """Its bills are neither reminded of nor cut off for."""
    KEPT = "kept"
    """Nothing of its bills is open any more."""
    BROKEN = "broken"
    """A part was late by more than was agreed: its bills are as any others again."""
    ENDED = "ended"
    """The office has ended it, with a reason."""


class Instalment(Record):
    """One part of an agreement: how much is to be paid until the end of a business day."""

    due_on: date
    amount: PositiveDong


class FilledInstalment(Instalment):
    """A part with what payments have filled of it: the oldest part first."""

    paid: Dong


class AgreedBill(Record):
    """A bill that an agreement is about."""

    bill_id: UUID
    bill_number: str
    amount: Dong
    """What was open of it when the agreement was made."""
    open: Dong
    """What is open of it now, of that amount."""


class InstalmentAgreement(Record):
    """What a customer owes, to be paid in parts."""

    agreement_id: UUID
    customer_code: CustomerCode
    unit_code: str
    """Empty where no contract is known."""
    state: AgreementState
    amount: Dong
    """All that was open when it was made."""
    paid: Dong
    """What is not open any more of that; of an agreement that has ended, at present."""
    parts: list[FilledInstalment]
    bills: list[AgreedBill]
    late_days: int
    """A part that is late by more days than this breaks it."""
    paper: str
    """Where the paper is that the customer has signed."""
    reason: str
    asked_by: str
    approved_by: str
    agreed_at: Moment
    ended_at: Moment | None
    end_reason: str | None


class AgreementReply(Reply):
    """An agreement as it stands."""

    agreement: InstalmentAgreement


class AgreeInstalments(Request[AgreementReply]):
    """Let a customer pay all that is owed in parts. One has asked for it and another approves.

    Refused with ``second-person-needed`` (403), ``agreement-in-force``, ``instalments-do-not-add-up``
    (``facts.debt``) and ``no-debt`` (409), ``instalments-not-allowed`` (422: the unit's rule, or the order of days).
    """

    message_name: ClassVar[str] = "billing.agree_instalments"
    agreement_id: UUID
    customer_code: CustomerCode
    parts: list[Instalment] = Field(min_length=1, max_length=60)
    """In the order of their days; together what the account owes."""
    paper: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    """Where the paper is that the customer has signed: its number in the unit's files."""
    reason: Reason
    asked_by: str = Field(min_length=1, max_length=80)
    approved_by: str = Field(min_length=1, max_length=80)


class InstalmentTerms(Reply):
    """What would be agreed about."""

    debt: Dong
    """All that is open."""
    late_days: int
    """A part that is late by more days than this would break the agreement."""


class CheckInstalments(Request[InstalmentTerms]):
    """Ask whether such parts could be agreed now: refused as :class:`AgreeInstalments` is; nothing changes."""

    message_name: ClassVar[str] = "billing.check_instalments"
    customer_code: CustomerCode
    parts: list[Instalment] = Field(min_length=1, max_length=60)


class EndAgreement(Request[AgreementReply]):
    """End an agreement that is in force: its bills are as any others again. ``agreement-not-in-force`` (409)."""

    message_name: ClassVar[str] = "billing.end_agreement"
    ending_id: UUID
    agreement_id: UUID
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for customers of these units only; empty: of all."""


class Agreements(Reply):
    """Agreements, the one made last first."""

    agreements: list[InstalmentAgreement]


class GetAgreements(Request[Agreements]):
    """Read instalment agreements."""

    message_name: ClassVar[str] = "billing.agreements"
    states: list[AgreementState] = Field(default_factory=list)
    """Empty: all."""
    customer_code: CustomerCode | None = None
    agreement_id: UUID | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only of customers of these units; empty: of all."""
    before: Moment | None = None
    """``agreed_at`` of the last one of the page before."""
    limit: int = Field(default=100, ge=1, le=500)


class InterestSpan(Record):
    """Days of the same amount at the same rate: ``amount`` × ``percent`` ÷ 100 × ``days`` ÷ ``days_of_year``."""

    first_day: date
    last_day: date
    days: int
    amount: Dong
    """What bore interest on each of these days, đồng."""
    percent: str
    """A year, as text: ``9.5``."""
    days_of_year: int


class BillInterest(Record):
    """Interest on a bill that was or is paid late, not settled yet."""

    bill_id: UUID
    bill_number: str
    due_date: date
    first_day: date
    """The first day that nothing was settled for."""
    last_day: date
    spans: list[InterestSpan]
    """Only days that bear interest."""
    interest: Dong
    """Of all spans together, rounded half up once, and no more than the rule's ceiling leaves."""


class InterestState(Record):
    """Interest of a customer until a day, not settled yet."""

    customer_code: CustomerCode
    unit_code: str
    until: date
    bills: list[BillInterest]
    """Those with interest, the oldest first; none that is disputed or paid by an agreement in force."""
    total: Dong
    basis: str
    """The text of the unit's rule on that day; empty where the unit asks for no interest."""


class SettledInterest(Record):
    """Interest on some days of a bill that was charged or waived: no day is settled twice."""

    bill_number: str
    first_day: date
    last_day: date
    interest: Dong
    charge_id: UUID | None
    waiver_id: UUID | None
    settled_at: Moment


class InterestReply(Reply):
    """Interest that is to come, and what was settled, the latest first."""

    interest: InterestState
    settled: list[SettledInterest]


class GetInterest(Request[InterestReply]):
    """Compute a customer's interest on late payment until the end of a day; nothing changes."""

    message_name: ClassVar[str] = "billing.interest"
    customer_code: CustomerCode
    until: date | None = None
    """At most yesterday, which is meant where it is left out: a day counts once it is over."""


class DueInterest(Reply):
    """Customers with interest, in the order of their codes."""

    customers: list[InterestState]
    after: CustomerCode | None
    """To be given for the next page; None on the last one."""


class GetDueInterest(Request[DueInterest]):
    """Compute whose interest there is to charge; nothing changes. Customers of units that ask for none are left out."""

    message_name: ClassVar[str] = "billing.due_interest"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    until: date | None = None
    least: Dong = Field(default=1, ge=1)
    """Only who owes at least so much interest."""
    after: CustomerCode | None = None
    limit: int = Field(default=100, ge=1, le=500)
    """Customers to look at, with interest or without."""


class ChargeInterest(Request[ChargeReply]):
    """Charge a customer's interest until a day by a bill of its own. Once for each ``charge_id``, and for each day.

    Refused with ``interest-changed`` (409, ``facts.total``) where it comes to something else than ``expected``, and
    with ``no-interest`` (409) where there is none.
    """

    message_name: ClassVar[str] = "billing.charge_interest"
    charge_id: UUID
    customer_code: CustomerCode
    until: date
    expected: PositiveDong
    """What it came to when it was shown, đồng."""
    reason: Reason
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Whoever asks may do so for customers of these units only; empty: of all."""


class WaiverReply(Reply):
    """Interest that is not charged."""

    waiver_id: UUID
    waived: Dong
    settled: list[SettledInterest]


class WaiveInterest(Request[WaiverReply]):
    """Let a customer off the interest until a day. One has asked for it and another approves.

    Refused as :class:`ChargeInterest` is, and with ``second-person-needed`` (403). What is charged already stays so.
    """

    message_name: ClassVar[str] = "billing.waive_interest"
    waiver_id: UUID
    customer_code: CustomerCode
    until: date
    expected: PositiveDong
    reason: Reason
    asked_by: str = Field(min_length=1, max_length=80)
    approved_by: str = Field(min_length=1, max_length=80)


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
    paper_returned: bool | None = None
    """Whether the customer has given the receipt on paper back; False asks for it; None: nobody has said."""
    given_back_by: UUID | None = None
    """Of cash: the desk or person of the office that gives it back, as an item of the settlement of the next shift that
    it counts. None: the collector does, out of the open shift or the next one."""


class CashItem(Record):
    """Cash that was given back past the shift that it was taken in: an item of a settlement."""

    amount: Dong
    given_back_by: UUID | None
    """The desk or person of the office; None: the collector."""
    shift_id: UUID | None
    """The settlement that it is an item of; None: it waits for the next one."""
    settled_at: Moment | None


class AskedPaper(Record):
    """The receipt on paper of a payment that was taken back."""

    asked_at: Moment
    returned_at: Moment | None
    """None: the customer still has it."""


class TakenBackPayment(Record):
    """A payment that was taken back, and what is still to come of it."""

    reversal_id: UUID
    payment_id: UUID
    customer_code: CustomerCode
    collector_code: CollectorCode | None
    amount: Dong
    method: PaymentMethod
    receipt_number: str | None
    reason: str
    reversed_by: str
    reversed_at: Moment
    cash: CashItem | None
    """None where the cash left the box that it was in, and where it was none."""
    paper: AskedPaper | None
    """None where nobody has said whether it came back."""


class ReversalReply(Reply):
    """A reversal as it stands."""

    reversal: TakenBackPayment


class Reversals(Reply):
    """Reversals, the oldest first of those that wait, else the latest first."""

    reversals: list[TakenBackPayment]


class GetReversals(Request[Reversals]):
    """Read reversals: those of which a paper or a settlement is still to come, or others."""

    message_name: ClassVar[str] = "billing.reversals"
    waiting: bool = False
    """Only those whose paper the customer still has, or whose cash is in no settlement."""
    reversal_id: UUID | None = None
    payment_id: UUID | None = None
    shift_id: UUID | None = None
    """Only items of the settlement of this shift."""
    collector_code: CollectorCode | None = None
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only of customers of these units; empty: of all."""
    limit: int = Field(default=100, ge=1, le=500)


class ReturnPaper(Request[ReversalReply]):
    """Keep that the receipt on paper of a payment that was taken back is at the office. Once for each reversal."""

    message_name: ClassVar[str] = "billing.return_paper"
    reversal_id: UUID


class GiveBackAtDesk(Request[ReversalReply]):
    """Keep that a desk or person of the office, and not the collector, has given back cash that is in no settlement.

    Refused with ``cash-settled`` (409) where it is an item of one already, or of another desk's or person's.
    """

    message_name: ClassVar[str] = "billing.give_back_at_desk"
    reversal_id: UUID
    given_back_by: UUID


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
    given_back_items: int = 0
    """Payments of closed shifts whose cash the collector gave back out of this box."""
    given_back: Dong = 0
    hand_ins: int = 0
    """Hand-ins while the shift was open: those that a cashier has counted, and deposits at a bank."""
    handed_in: Dong = 0
    """What left the box by them: as a cashier has counted, and as the collector has stated of a deposit."""
    unproven: Dong = 0
    """Of deposits at a bank that neither the bank nor the office has confirmed: it counts to the ceiling still."""


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
    given_back: Dong = 0
    """Cash that whoever counted had given back to customers since the count before: it is settled with this one."""


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
    """Float + cash of payments that stand - cash given back for payments of closed shifts - what was handed in."""
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


class HandInPlace(StrEnum):
    """To whom a collector hands cash in while the shift is open."""

    CASHIER = "cashier"
    BANK = "bank"


class HandInState(StrEnum):
    """Where a hand-in stands."""

    WAITING = "waiting"
    """The collector has said it. Until a cashier has counted it the cash is in the box; a deposit has left it."""
    COUNTED = "counted"
    """A cashier has counted it; of a deposit, the bank or the office has confirmed it."""
    LAPSED = "lapsed"
    """The shift was closed before a cashier counted: the cash is in the count of the shift."""


class HandInCount(Record):
    """What came of a hand-in, by whoever counted it."""

    counted_cash: Dong
    difference: Dong
    """Counted less stated; negative when money is missing."""
    denominations: dict[str, int] = Field(default_factory=dict)
    reason: str = ""
    counted_by: str
    """The cashier; of a deposit ``bank``, or who of the office has confirmed it."""
    counted_at: Moment
    credit_id: UUID | None = None
    """The bank credit that a deposit is."""


class HandIn(Record):
    """Cash that a collector hands in while the shift is open."""

    hand_in_id: UUID
    shift_id: UUID
    collector_code: CollectorCode
    place: HandInPlace
    amount: PositiveDong
    """As the collector says."""
    denominations: dict[str, int] = Field(default_factory=dict)
    slip_number: str = ""
    """Of the bank's deposit slip, letters and digits only."""
    has_photo: bool = False
    stated_at: Moment
    stated_by: str
    state: HandInState
    count: HandInCount | None = None


class HandInReply(Reply):
    """A hand-in as it stands, and the shift that it is of."""

    hand_in: HandIn
    shift: Shift


class StateHandIn(Request[HandInReply]):
    """Say that cash of the open shift is handed in: to a cashier, who counts it then, or at a bank.

    Refused with ``shift-already-closed``, ``hand-in-waits`` (409: another one waits for a cashier),
    ``hand-in-too-large`` (409: more than the box holds), ``slip-already-stated`` (409), ``bad-slip-number`` and
    ``invalid-photo`` (422).
    """

    message_name: ClassVar[str] = "billing.state_hand_in"
    hand_in_id: UUID
    shift_id: UUID
    collector_code: CollectorCode
    place: HandInPlace
    amount: PositiveDong
    denominations: dict[str, int] = Field(default_factory=dict)
    slip_number: str = Field(default="", max_length=60)
    photo: str = Field(default="", max_length=60_000)
    """Of the bank's slip: a JPEG, base64."""
    stated_by: str = Field(min_length=1, max_length=200)
    device_id: UUID


class CountHandIn(Request[HandInReply]):
    """Count what a collector hands in, or confirm a deposit at a bank, by another person on another device. Once each.

    Refused with ``second-person-needed`` (403), ``hand-in-counted``, ``shift-already-closed`` (409: of a cashier's),
    ``credit-not-of-hand-in`` (409) and ``bank-credit-settled`` (409). Another amount than stated needs a reason (422
    ``difference-not-explained``).
    """

    message_name: ClassVar[str] = "billing.count_hand_in"
    hand_in_id: UUID
    counted_cash: Dong = Field(ge=0)
    denominations: dict[str, int] = Field(default_factory=dict)
    reason: str = Field(default="", max_length=500)
    credit_id: UUID | None = None
    """Of a deposit: the bank credit of the worklist that it is."""
    counted_by: str = Field(min_length=1, max_length=200)
    device_id: UUID


class HandIns(Reply):
    """Hand-ins, the one stated last first."""

    hand_ins: list[HandIn]


class GetHandIns(Request[HandIns]):
    """Read hand-ins of a shift, of a collector, or of all."""

    message_name: ClassVar[str] = "billing.hand_ins"
    hand_in_id: UUID | None = None
    shift_id: UUID | None = None
    collector_code: CollectorCode | None = None
    waiting: bool = False
    """Only those that nobody has counted or confirmed; lapsed ones left out."""
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only those of shifts of these units; empty: of all."""
    limit: int = Field(default=100, ge=1, le=500)


class SlipPhoto(Reply):
    """The photo of a bank's deposit slip."""

    jpeg: str
    """Base64."""


class GetSlipPhoto(Request[SlipPhoto]):
    """Read the photo of a deposit slip; ``not-found`` where there is none, or no longer."""

    message_name: ClassVar[str] = "billing.slip_photo"
    hand_in_id: UUID


class Handover(Record):
    """What a collector hands over with the cash of a shift, for both to sign."""

    receipts: int
    """Of cash payments of the shift, those that were taken back included."""
    first_receipt: str | None
    last_receipt: str | None
    without_number: int = 0
    """Payments whose receipt had no number yet."""
    transfers: int
    """Whose receipts were printed by the phones that took cash in the shift, while it was open."""
    transferred: Dong
    hand_ins: list[HandIn] = Field(default_factory=list)
    """In the order in which they were stated; at most 100."""


class HandoverReply(Reply):
    """A shift with what is handed over."""

    shift: Shift
    collector_name: str
    unit_code: str
    handover: Handover


class GetHandover(Request[HandoverReply]):
    """Read what is handed over with a shift, up to now where it is open; ``not-found`` where there is none."""

    message_name: ClassVar[str] = "billing.handover"
    shift_id: UUID


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


class HourPayments(Record):
    """What was paid within one hour of a business day; payments that were reversed are left out."""

    hour: int = Field(ge=0, le=23)
    """Of the clock in Vietnam: 9 is from 09:00 to 10:00."""
    amount: Dong
    payments: int


class HoursOfPayments(Reply):
    """The hours with payments, the first one first."""

    hours: list[HourPayments]


class GetHoursOfPayments(Request[HoursOfPayments]):
    """Read what was paid on a business day, hour by hour."""

    message_name: ClassVar[str] = "billing.hours_of_payments"
    day: date
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""


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


class AgeingGroup(StrEnum):
    """What open bills are added up by, within each unit."""

    UNIT = "unit"
    """Nothing else: a line for each age."""
    ROUTE = "route"
    PRICE_GROUP = "price_group"
    """The customer's purpose of use; a mix of several is a group of its own."""


class AgedDebt(Record):
    """What is open in one unit of bills of one age."""

    unit_code: str
    group: str = ""
    """The route or the price group; empty where bills are added up by unit, and where no contract is known."""
    age: DebtAge
    customers: int
    """Who has such bills; a customer with bills of several ages is counted for each."""
    bills: int
    amount: Dong


class AgeingReport(Reply):
    """What is open by age, in the order of units, groups and ages: together what the accounts of the units owe."""

    day: date
    """The business day that ages are counted to."""
    debts: list[AgedDebt]


class GetAgeingReport(Request[AgeingReport]):
    """Read how old the open bills are, at present."""

    message_name: ClassVar[str] = "billing.ageing_report"
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    by: AgeingGroup = AgeingGroup.UNIT


class CollectorCommission(Record):
    """What one collector's settlements of a month pay for receipts, in đồng."""

    collector_code: CollectorCode
    collector_name: str
    unit_code: str
    """The unit of the shifts; empty where it was not known."""
    settlements: int
    receipts: int
    """Those that stood when their shifts were settled."""
    earned: Dong
    taken_back_receipts: int
    taken_back: Dong
    """Of receipts that had earned something in an earlier settlement, and were taken back since."""
    payable: Dong
    """Earned less taken back; below zero where more was taken back."""
    to_take_off: Dong = 0
    """What waits for the collector's next settlement at present, whatever the month and unit."""


class CommissionsReport(Reply):
    """What settlements of a month pay, in the order of units and collectors."""

    year: int
    month: int
    commissions: list[CollectorCommission]


class GetCommissions(Request[CommissionsReport]):
    """Read what collectors earn for receipts, by the month in which their shifts were settled."""

    message_name: ClassVar[str] = "billing.commissions"
    year: int = Field(ge=2018, le=2100)
    month: int = Field(ge=1, le=12)
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Empty: of all units."""
    collector_code: CollectorCode | None = None


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

    Of charges (``bill.charge``); bill runs tell of theirs by :class:`BillsReleased`.
    """

    message_name: ClassVar[str] = "bill.issued"
    bill: Bill
    account: AccountState
    actor: Actor | None = None
    """Who charged it; None from a version before."""


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


class AgreementPrintAsked(Reply):
    """An agreement that is on its way to a printer."""

    print_id: UUID


class PrintAgreement(Request[AgreementPrintAsked]):
    """Have an agreement that is in force printed on a phone, for the customer to keep. Repeatable by ``print_id``.

    Refused with ``agreement-not-in-force`` (409).
    """

    message_name: ClassVar[str] = "billing.print_agreement"
    print_id: UUID
    agreement_id: UUID
    device_id: UUID
    customer_code: CustomerCode | None = None
    """Only one of this customer."""
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Only one of these units; empty: of all."""


class AgreementWanted(Event):
    """An agreement is wanted on paper, on a phone's printer."""

    message_name: ClassVar[str] = "agreement.wanted"
    print_id: UUID
    device_id: UUID
    agreement: InstalmentAgreement
    customer: CustomerFacts
    wanted_at: Moment
    actor: Actor | None = None


class AgreementChanged(Event):
    """An instalment agreement came into force, was kept, was broken or was ended.

    While ``agreement.state`` is ``in_force`` its customer is neither reminded nor cut off; any other state says that
    its bills are as any others again.
    """

    message_name: ClassVar[str] = "agreement.changed"
    agreement: InstalmentAgreement
    changed_at: Moment
    """The later one wins; an agreement that has ended stays so."""
    actor: Actor | None = None
    """Who did it; billing itself where it was kept or broken."""


class BillDisputeChanged(Event):
    """A complaint about a bill was recorded or answered: ``account.disputed`` says which bills are disputed now."""

    message_name: ClassVar[str] = "bill.dispute_changed"
    account: AccountState
    changed_at: Moment
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
    to_give_back: Dong = 0
    """Cash that the collector is to give back to the customer."""
    paper_missing: bool = False
    """The customer still has the receipt on paper, and the office asks for it."""


class ShiftClosed(Event):
    """A collector's shift was closed with its totals."""

    message_name: ClassVar[str] = "shift.closed"
    shift: Shift
    payment_ids: list[UUID]
    """Cash payments of the shift that stand; empty where there are more than 1,000, because a message has its limit."""
    collector_name: str
    device_id: UUID | None
    actor: Actor | None = None
    """Who closed it; None from a version before."""
    handover: Handover | None = None
    """None from a version before."""


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

    Refused with ``readings-not-held``, ``readings-billed``, ``readings-replaced`` and ``month-archived`` (409: what
    follows would be compared with a month in the archive).
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

    Refused with ``readings-billed`` (409: a bill has its own correction), ``readings-replaced``,
    ``readings-unbillable`` where no bill could be made of them, and ``month-archived`` where what they are compared
    with is in the archive.
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


class BankCreditWaiting(Event):
    """A credit came to the worklist, or left it: until then it may be the money of whoever its text names.

    The later one counts, in whatever order they come.
    """

    message_name: ClassVar[str] = "bank_credit.waiting"
    credit_id: UUID
    is_waiting: bool
    customer_codes: list[CustomerCode]
    """Whom its text names, whole or cut, or whose payment with it was taken back; empty once it has left."""
    changed_at: Moment


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


PartnerCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,19}$")]
PartnerPaymentId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_.:-]{0,99}$")]
"""A partner's own id of a payment, as it stands in an address: large and small letters differ."""


class BillChoice(StrEnum):
    """Which of a customer's open bills one payment at a partner may name."""

    ALL = "all"
    OLDEST_FIRST = "oldest_first"
    """The oldest, or the oldest ones."""
    ANY = "any"


class PartnerBill(Record):
    """An open bill as a partner sees it."""

    bill_id: UUID
    bill_number: str
    year: int
    month: int
    cycle: int
    amount: PositiveDong
    """What is still open of it."""
    due_date: date


class PartnerBills(Reply):
    """What a customer owes, as a partner sees it: the oldest bill first."""

    customer_code: CustomerCode
    customer_name: str
    """Only as much as the payer needs to recognise it: ``N. T. Hạnh``."""
    ward: str
    """Of the address no more than this; empty where it names none."""
    bill_choice: BillChoice
    total: Dong
    bills: list[PartnerBill]


class GetPartnerBills(Request[PartnerBills]):
    """Read a customer's open bills for a partner."""

    message_name: ClassVar[str] = "billing.partner_bills"
    partner_code: PartnerCode
    customer_code: CustomerCode


class PartnerPaymentState(StrEnum):
    """Where a payment stands that a partner names by its own id."""

    UNKNOWN = "unknown"
    """Nothing was recorded under this id up to now. A request that is still on its way may be: cancel it to be sure."""
    PAID = "paid"
    CANCELLED = "cancelled"
    """Taken back by the partner on the same day."""
    BARRED = "barred"
    """Cancelled before anything was recorded: nothing ever will be under this id."""
    REVERSED = "reversed"
    """Taken back by the utility: the partner keeps owing the money."""


class PartnerPayment(Reply):
    """A partner's payment by the partner's own id."""

    partner_payment_id: PartnerPaymentId
    state: PartnerPaymentState
    payment_id: UUID | None = None
    """As the utility's documents and its office name it."""
    customer_code: CustomerCode | None = None
    bill_ids: list[UUID] = Field(default_factory=list)
    amount: PositiveDong | None = None
    collection_point_code: str | None = None
    business_date: date | None = None
    """The day in Vietnam under which reconciliation has it."""
    paid_at: Moment | None = None
    cancellable_until: Moment | None = None
    cancelled_at: Moment | None = None
    reversed_at: Moment | None = None
    receipt_number: str | None = None
    """Series and number, once the receipt is signed."""


class RecordPartnerPayment(Request[PartnerPayment]):
    """Record that a partner has taken the money for some bills, whole, under the partner's own id.

    Unlike :class:`RecordPayment` it is refused when a bill is no longer open: the partner has the payer's money still.
    """

    message_name: ClassVar[str] = "billing.record_partner_payment"
    partner_code: PartnerCode
    partner_payment_id: PartnerPaymentId
    collection_point_code: CollectionPointCode
    customer_code: CustomerCode
    bill_ids: list[UUID] = Field(min_length=1, max_length=100)
    amount: PositiveDong
    received_at: Moment
    """As the partner's clock has it: kept as a note (``clock-wrong`` when it is too far from the server's clock)."""


class GetPartnerPayment(Request[PartnerPayment]):
    """Read where a partner's payment stands: exact for every request that has reached billing before."""

    message_name: ClassVar[str] = "billing.partner_payment"
    partner_code: PartnerCode
    partner_payment_id: PartnerPaymentId


class CancelPartnerPayment(Request[PartnerPayment]):
    """Take a partner's payment back on its day; what was never recorded is barred, so that it never will be."""

    message_name: ClassVar[str] = "billing.cancel_partner_payment"
    partner_code: PartnerCode
    partner_payment_id: PartnerPaymentId
    reason: Reason


class PartnerPoints(Reply):
    """The collection points of a partner."""

    collection_points: list[CollectionPoint]


class GetPartnerPoints(Request[PartnerPoints]):
    """Read the collection points of a partner, in the order of their codes."""

    message_name: ClassVar[str] = "billing.partner_points"
    partner_code: PartnerCode


class PartnerEntryKind(StrEnum):
    """What a line of a partner's file is of."""

    PAY = "PAY"
    REV = "REV"
    """A cancellation."""


class PartnerVerdict(StrEnum):
    """How a line of a partner's file stands beside the register."""

    MATCHED = "MATCHED"
    MISSING_HERE = "MISSING_HERE"
    """The partner has it, the register has not."""
    MISSING_THERE = "MISSING_THERE"
    """The register has it, the partner has not."""
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    """Both have it, with another amount or for another customer."""
    DUPLICATE = "DUPLICATE"
    """The file has it a second time."""


class PartnerFile(Reply):
    """A partner's file of one business day as it was compared with the register."""

    maximum_size: ClassVar[int] = 12 * 1024 * 1024
    partner_code: PartnerCode
    business_date: date
    sha256: str
    taken_at: Moment
    late: bool
    """Whether it came after it was due."""
    taken_before: bool = False
    """Whether this content was taken before: then nothing has changed."""
    lines: int
    paid: Dong
    """By the file, less nothing."""
    cancelled: Dong
    verdicts: dict[PartnerVerdict, int]
    result: str
    """The file that goes back to the partner: its lines with their verdicts, and what only the register has."""


class TakePartnerFile(Request[PartnerFile]):
    """Compare a partner's file with the register. The same content is taken once; another of its day replaces it."""

    message_name: ClassVar[str] = "billing.take_partner_file"
    maximum_size: ClassVar[int] = 12 * 1024 * 1024
    partner_code: PartnerCode
    name: str = Field(max_length=200)
    content: str = Field(max_length=8_000_000)


class GetPartnerFile(Request[PartnerFile]):
    """Read the file of a business day that was taken last; ``not-found`` where none was."""

    message_name: ClassVar[str] = "billing.partner_file"
    partner_code: PartnerCode
    business_date: date


class ReadingsFileOutcome(StrEnum):
    """What became of a file of readings."""

    TRIED = "tried"
    """Looked at as an import would, and nothing stored."""
    TAKEN = "taken"
    REPEATED = "repeated"
    """The same content was taken before: nothing changed."""
    REFUSED = "refused"
    """A line is wrong, or the file cannot be read: nothing was stored."""


class LineFinding(Record):
    """What there is to report of a line of a file."""

    line: int
    column: str
    message: str
    slug: str


class ReadingsFile(Reply):
    """A file of readings: what is read of it, and what became of it. Of many findings the first, with their number."""

    maximum_size: ClassVar[int] = 6 * 1024 * 1024
    outcome: ReadingsFileOutcome
    sha256: str
    lines: int
    added: int
    """Metered periods."""
    unchanged: int
    held: int
    settled: int
    bad: list[LineFinding]
    bad_count: int
    rejected: list[LineFinding]
    """Lines that are left out, where good ones are kept."""
    rejected_count: int
    held_lines: list[LineFinding]
    remarks: list[LineFinding]
    columns: list[str]
    """As the header has them."""
    ignored_columns: list[str]
    first_rows: list[list[str]]
    reject_file: str | None
    """The lines that are left out, as CSV to be corrected."""


class TakeReadings(Request[ReadingsFile]):
    """Import a file of readings as a watched folder does, or try it. The same content is taken once."""

    message_name: ClassVar[str] = "billing.take_readings"
    maximum_size: ClassVar[int] = 4 * 1024 * 1024
    name: str = Field(max_length=200)
    content: str = Field(max_length=2_800_000)
    """Base64."""
    keep_good: bool = False
    is_trial: bool = False
    unit_codes: list[UnitCode] = Field(default_factory=list)
    """Customers of other units are unknown to whoever works for these; none: of all units."""


class DifferenceSettlement(StrEnum):
    """How a difference between a partner's books and the register was settled."""

    PARTNER_PAYS = "partner_pays"
    """The partner hands over what only the register has."""
    REFUNDED = "refunded"
    """The partner has given the payer's money back."""
    POSTED = "posted"
    """The money was recorded by the office."""
    REVERSED = "reversed"
    """The office has taken a payment back."""
    OTHER_DAY = "other_day"
    """Both have it, on neighbouring days."""
    NOTHING = "nothing"
    """There was nothing to do."""
    LATER_FILE = "later_file"
    """A later file of the same day has it right; no person settled it."""


class PartnerDifference(Record):
    """A line on which a partner's books and the register do not agree."""

    difference_id: UUID
    partner_code: PartnerCode
    business_date: date
    verdict: PartnerVerdict
    kind: PartnerEntryKind
    partner_payment_id: str
    customer_code: str
    """By the file, or by the register where the file has it not."""
    their_amount: PositiveDong | None
    our_amount: PositiveDong | None
    found_at: Moment
    settled_at: Moment | None = None
    settlement: DifferenceSettlement | None = None
    reason: str = ""
    settled_by: Actor | None = None


class PartnerDifferences(Reply):
    """Differences, the longest open first."""

    differences: list[PartnerDifference]
    next: UUID | None
    """For ``after`` of the next page; None at the end."""


class GetPartnerDifferences(Request[PartnerDifferences]):
    """Read differences: those that are open, or those that were settled."""

    message_name: ClassVar[str] = "billing.partner_differences"
    partner_code: PartnerCode | None = None
    settled: bool = False
    after: UUID | None = None
    limit: int = Field(default=100, ge=1, le=500)


class PartnerDifferenceReply(Reply):
    """The difference as it stands now."""

    difference: PartnerDifference


class SettlePartnerDifference(Request[PartnerDifferenceReply]):
    """Say how a difference was settled. Repeatable by ``settlement_id``; it moves no money by itself."""

    message_name: ClassVar[str] = "billing.settle_partner_difference"
    settlement_id: UUID
    difference_id: UUID
    settlement: DifferenceSettlement
    reason: Reason


class PartnerDay(Record):
    """What a partner took on one day, and what it is owed for it."""

    business_date: date
    payments: int
    paid: Dong
    cancellations: int
    cancelled: Dong
    fees: Dong
    """Of the payments that were not cancelled, by the terms of the day."""
    file_taken_at: Moment | None
    open_differences: int


class PartnerSettlement(Reply):
    """Days of a partner, by the register; what is to be handed over is paid less cancelled."""

    partner_code: PartnerCode
    days: list[PartnerDay]


class GetPartnerSettlement(Request[PartnerSettlement]):
    """Read what a partner took on some days, both included; at most 92."""

    message_name: ClassVar[str] = "billing.partner_settlement"
    partner_code: PartnerCode
    first: date
    last: date


class BillToInvoice(Record):
    """A bill with everything that its invoice says."""

    bill: Bill
    customer: CustomerFacts
    """As they are known when it is told."""


class BillsTold(Event):
    """What bills say that are to be invoiced."""

    message_name: ClassVar[str] = "bills.told"
    wanted: list[UUID]
    """All that were asked about; those that are missing among ``bills`` are not known."""
    bills: list[BillToInvoice]


class GetBillingPerson(Request[PersonHeld]):
    """Read what the billing service holds of a customer as a person."""

    message_name: ClassVar[str] = "billing.person"
    customer_code: CustomerCode


class EraseBillingPerson(Request[PersonErased]):
    """Delete what payers wrote on settled transfers of a customer; payments stay. Repeatable by ``request_id``."""

    message_name: ClassVar[str] = "billing.erase_person"
    request_id: UUID
    customer_code: CustomerCode
