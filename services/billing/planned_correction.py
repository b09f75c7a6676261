"""What a correction would do to a bill that stands: computed anew and compared, for the preview and for the act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.billing.archive.rules import DetailsArchived
from services.billing.bills.bill import make_bill
from services.billing.bills.metered_period import MeteredPeriod, RegisterReading
from services.billing.corrections.further_bill import difference_of
from services.billing.corrections.rules import (
    NOTHING,
    Amounts,
    BillReplaced,
    CannotBeBilled,
    CorrectionPlan,
    RateChanged,
    StandingBill,
    StandingPart,
    check_method,
    parts_to_release,
    plan_correction,
)
from services.billing.errors import BillingError
from services.billing.store import accounts, bills, corrections, metered_periods, payments
from services.billing.store.corrections import CorrectedFacts
from services.billing.tariffs.models import Tariffs
from shared.contracts.billing import (
    Bill,
    BilledAmounts,
    BillLine,
    BillReduction,
    CorrectBill,
    CorrectedBillReading,
    CorrectionKind,
    PreviewCorrection,
)
from shared.contracts.common import CustomerFacts
from shared.contracts.uses import Households, Uses
from shared.db import Connection
from shared.problems import NotFound

_USUAL_DIGITS = 5


@dataclass(frozen=True, slots=True)
class PlannedCorrection:
    """A bill, what it should have come to, and what follows from that."""

    bill: Bill
    """The first one of its chain, as it stands."""
    chain: Sequence[Bill]
    anew: Bill
    """The whole bill computed anew, under the id of no bill."""
    period: MeteredPeriod | None
    """With the readings as they should have been; None where the bill is of a charge, which has none."""
    facts: CorrectedFacts
    customer: CustomerFacts
    before: BilledAmounts
    after: BilledAmounts
    plan: CorrectionPlan
    release: Sequence[StandingPart]
    lines_before: Sequence[BillLine]

    @property
    def reductions(self) -> list[BillReduction]:
        """What is taken off bills, as messages have it."""
        numbers = {bill.bill_id: bill.bill_number for bill in self.chain}
        return [
            BillReduction(
                bill_id=each.bill_id,
                bill_number=numbers[each.bill_id],
                vat=each.amounts.vat,
                principal=each.amounts.principal,
            )
            for each in self.plan.reductions
        ]

    @property
    def released(self) -> int:
        """What payments no longer clear of the chain."""
        return sum(part.vat + part.principal for part in self.release)

    def further_lines(self, kind: CorrectionKind) -> list[BillLine]:
        """Return the lines of the bill that is issued."""
        if kind is CorrectionKind.REPLACEMENT:
            return self.anew.lines
        return difference_of(self.lines_before, self.anew.lines)


async def customer_of_bill(connection: Connection, bill_number: str) -> str:
    """Return whose bill it is; raise :class:`~shared.problems.NotFound`."""
    found = await bills.by_number(connection, bill_number)
    if found is None:
        raise NotFound("Không có hóa đơn này.")
    return found.customer_code


async def planned_correction(
    connection: Connection, request: CorrectBill | PreviewCorrection, tariffs: Tariffs, moment: datetime
) -> PlannedCorrection:
    """Return what a correction does; raise a refusal where it cannot be made."""
    named = await bills.by_number(connection, request.bill_number)
    if named is None:
        raise NotFound("Không có hóa đơn này.")
    kind = request.kind
    # An adjustment stands for its bill: what is put right is the bill with all its adjustments.
    head_id = named.corrects.bill_id if named.corrects is not None and named.kind == "adjustment" else named.bill_id
    chain = await bills.chain_of(connection, head_id)
    head = chain[0]
    if head.charge is not None:
        return await _taken_back(connection, request, head)
    _refuse_replaced(head)
    _refuse_archived(chain)
    check_method(kind, await corrections.first_method(connection, head_id))
    known = await corrections.facts_of(connection, head_id)
    stored = await metered_periods.of_bill(connection, head_id, known.period_id if known is not None else None)
    if stored is None:
        raise CannotBeBilled("Không còn chỉ số của hóa đơn này.")
    period_id, period = stored
    readings = known.readings if known is not None else period.readings
    customer = (await accounts.facts_of(connection, [head.customer_code]))[head.customer_code]
    facts = customer.model_copy(
        update={
            "price_group": request.price_group or Uses(known.price_group if known is not None else head.price_group),
            "households": request.households or Households(known.households if known is not None else head.households),
        }
    )
    period = replace(period, readings=_corrected(readings, request.readings, facts))
    invoiced_at = await metered_periods.invoiced_at(connection, period_id)
    anew = _computed(period, facts, tariffs, head.bill_id, moment, invoiced_at)
    if kind is CorrectionKind.ADJUSTMENT and anew.vat_rate != head.vat_rate:
        raise RateChanged
    standing = [StandingBill(bill.bill_id, _stands(bill)) for bill in chain]
    plan = plan_correction(kind, standing, Amounts(anew.vat, anew.pre_vat))
    parts = await payments.parts_of(connection, [reduction.bill_id for reduction in plan.reductions])
    before = BilledAmounts(
        kwh=known.kwh if known is not None else head.kwh,
        pre_vat=plan.before.principal,
        vat=plan.before.vat,
        total=plan.before.total,
    )
    return PlannedCorrection(
        head,
        chain,
        anew,
        period,
        CorrectedFacts(period_id, period.readings, str(facts.price_group), str(facts.households), anew.kwh, anew.lines),
        customer,
        before,
        BilledAmounts(kwh=anew.kwh, pre_vat=anew.pre_vat, vat=anew.vat, total=anew.total),
        plan,
        parts_to_release(standing, plan.reductions, parts),
        known.lines if known is not None else head.lines,
    )


async def _taken_back(
    connection: Connection, request: CorrectBill | PreviewCorrection, bill: Bill
) -> PlannedCorrection:
    """Return how a charge is taken back: its bill comes to nothing, and nothing takes its place."""
    if request.kind is not CorrectionKind.ADJUSTMENT or request.readings or request.price_group or request.households:
        raise CannotBeBilled(
            "Hóa đơn phí hoặc tiền lãi không có chỉ số: chỉ có thể rút lại cả hóa đơn (điều chỉnh giảm về 0).",
            facts={"bill_number": bill.bill_number},
        )
    standing = [StandingBill(bill.bill_id, _stands(bill))]
    plan = plan_correction(request.kind, standing, NOTHING)
    parts = await payments.parts_of(connection, [bill.bill_id])
    [customer] = (await accounts.facts_of(connection, [bill.customer_code])).values()
    sentence = f"Rút lại hóa đơn {bill.bill_number} ngày {bill.issued_at:%d/%m/%Y}: không phải trả"
    nothing = {"lines": [], "pre_vat": 0, "vat": 0, "total": 0, "explanation": [sentence]}
    return PlannedCorrection(
        bill=bill,
        chain=[bill],
        anew=bill.model_copy(update=nothing),
        period=None,
        facts=CorrectedFacts(None, (), str(bill.price_group), str(bill.households), 0, []),
        customer=customer,
        before=BilledAmounts(kwh=0, pre_vat=plan.before.principal, vat=plan.before.vat, total=plan.before.total),
        after=BilledAmounts(kwh=0, pre_vat=0, vat=0, total=0),
        plan=plan,
        release=parts_to_release(standing, plan.reductions, parts),
        lines_before=bill.lines,
    )


def _refuse_replaced(bill: Bill) -> None:
    replaced = next((each for each in bill.corrected_by if each.kind is CorrectionKind.REPLACEMENT), None)
    if replaced is not None and replaced.new_bill is not None:
        number = replaced.new_bill.bill_number
        raise BillReplaced(
            f"Hóa đơn này đã được thay thế bằng {number}: hãy điều chỉnh hóa đơn đó.", facts={"bill_number": number}
        )


def _refuse_archived(chain: Sequence[Bill]) -> None:
    for bill in chain:
        if bill.details_archived:
            month = f"{bill.month:02d}/{bill.year}"
            raise DetailsArchived(
                f"Chi tiết hóa đơn tháng {month} đã đưa vào kho lưu trữ: hãy yêu cầu khôi phục tháng này trước khi "
                "điều chỉnh.",
                facts={"bill_number": bill.bill_number, "month": f"{bill.year}-{bill.month:02d}"},
            )


def _stands(bill: Bill) -> Amounts:
    return Amounts(
        bill.vat - sum(each.reduced_vat for each in bill.corrected_by),
        bill.pre_vat - sum(each.reduced_principal for each in bill.corrected_by),
    )


def _computed(
    period: MeteredPeriod,
    facts: CustomerFacts,
    tariffs: Tariffs,
    bill_id: UUID,
    moment: datetime,
    invoiced_at: datetime | None,
) -> Bill:
    try:
        return make_bill(period, facts, tariffs, bill_id=bill_id, issued_at=moment, invoiced_at=invoiced_at)
    except BillingError as error:
        raise CannotBeBilled(f"Không tính được hóa đơn: {error.message}", facts={"cause": error.slug}) from None


def _corrected(
    readings: Sequence[RegisterReading], corrected: Sequence[CorrectedBillReading], facts: CustomerFacts
) -> tuple[RegisterReading, ...]:
    """Return the readings of the period as they should have been; what is left out of one is as it was billed."""
    if not corrected:
        return tuple(readings)
    billed = {(reading.meter_number, reading.meter_register): reading for reading in readings}
    keys = [(reading.meter_number, reading.meter_register) for reading in corrected]
    if len(set(keys)) < len(keys):
        raise CannotBeBilled("Một bộ số của công tơ có hai chỉ số.")
    if set(keys) < billed.keys():
        # What counted on the bill would be gone with the difference, and nobody had said so.
        left_out = ", ".join(f"{meter} ({register})" for meter, register in billed if (meter, register) not in keys)
        raise CannotBeBilled(f"Thiếu chỉ số của {left_out}: hãy ghi đủ các bộ chỉ số của kỳ.")
    return tuple(_reading(each, billed.get(key), facts) for each, key in zip(corrected, keys, strict=True))


def _reading(corrected: CorrectedBillReading, billed: RegisterReading | None, facts: CustomerFacts) -> RegisterReading:
    own = facts.meter if facts.meter is not None and facts.meter.meter_number == corrected.meter_number else None
    usual = (
        (billed.multiplier, billed.digits) if billed else (own.multiplier, own.digits) if own else (1, _USUAL_DIGITS)
    )
    within = billed is not None and all(
        corrected.old_reading <= reading <= corrected.new_reading for reading in billed.change_readings
    )
    return RegisterReading(
        corrected.meter_number,
        corrected.meter_register,
        corrected.old_reading,
        corrected.new_reading,
        corrected.multiplier or usual[0],
        corrected.digits or usual[1],
        # What was read on the day of a price change stays, as long as it lies between the corrected readings.
        billed.change_readings if billed is not None and within else (),
    )
