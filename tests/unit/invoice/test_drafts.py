"""An invoice comes to what its bill comes to: tiers as lines or as a list, adjusted and replaced."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.tariffs.files import load_tariffs
from services.invoice.domain.bills import draft_of_reduction, needs_invoice, relation_of
from services.invoice.domain.invoice import Draft, InvoiceError, InvoiceLine, Relation, VatSum
from shared.contracts.billing import BillKind, BillLine, BillLink, ChargeKind
from shared.ids import new_id
from shared.testing import builders
from tests.unit.invoice.samples import bill, buyer, draft, related, seller

TARIFFS = load_tariffs()


def test_each_tier_is_a_line_that_says_what_was_used_and_when() -> None:
    found = draft(bill(120))

    assert [(line.quantity, line.unit_price, line.amount) for line in found.lines] == [
        (50, 1984, 99_200),
        (50, 2050, 102_500),
        (20, 2380, 47_600),
    ]
    assert found.lines[0].text == "Điện tiêu thụ tháng 10 năm 2026 từ ngày 01/10/2026 đến ngày 31/10/2026 - Bậc 1"
    assert (found.before_vat, found.vat_total, found.total) == (249_300, 19_944, 269_244)


def test_many_lines_stand_in_a_list_that_the_invoice_names() -> None:
    found = draft(bill(450), most_lines=5)

    assert found.itemised is not None
    assert (found.itemised.number, len(found.itemised.lines)) == (f"BK-{found.bill_number}", 6)
    [line] = found.lines
    assert (line.quantity, line.unit_price, line.amount) == (450, None, found.before_vat)


def test_reactive_power_is_a_line_without_quantity() -> None:
    day, last = date(2026, 10, 1), date(2026, 10, 31)
    reactive = BillLine(
        label="Công suất phản kháng",
        decision="",
        period_from=day,
        period_to=last,
        kwh=0,
        unit_price=0,
        amount=1000,
    )
    found = draft(builders.bill(pre_vat=1000, vat=80, lines=[reactive]))

    assert [(line.quantity, line.unit_price, line.amount) for line in found.lines] == [(None, None, 1000)]


def test_a_part_of_the_period_with_other_prices_is_named() -> None:
    changed = bill(30)
    line = changed.lines[0].model_copy(update={"period_to": date(2026, 10, 9)})

    assert draft(changed.model_copy(update={"lines": [line]})).lines[0].text.endswith("(01/10/2026 - 09/10/2026)")


def test_a_bill_of_nothing_needs_no_invoice_unless_it_replaces_one() -> None:
    nothing = builders.bill(pre_vat=0, vat=0, lines=[], kwh=0)
    replacing = nothing.model_copy(
        update={"kind": BillKind.REPLACEMENT, "corrects": BillLink(bill_id=new_id(), bill_number="X")}
    )

    assert (needs_invoice(nothing), needs_invoice(replacing), needs_invoice(bill())) == (False, True, True)
    assert draft(replacing, related=related()).total == 0


def test_a_fee_is_invoiced_by_its_own_name_and_interest_is_not() -> None:
    day = date(2026, 10, 1)
    line = BillLine(
        label="Phí đóng điện trở lại", decision="", period_from=day, period_to=day, kwh=0, unit_price=0, amount=98_000
    )
    fee = builders.bill(pre_vat=98_000, vat=7_840, lines=[line], charge=ChargeKind.RECONNECTION_FEE)
    interest = fee.model_copy(update={"charge": ChargeKind.LATE_INTEREST})

    assert [each.text for each in draft(fee).lines] == ["Phí đóng điện trở lại"]
    assert (needs_invoice(fee), needs_invoice(interest)) == (True, False)


def test_what_a_fee_is_for_is_not_guessed_where_its_lines_are_in_the_archive() -> None:
    fee = builders.bill(pre_vat=98_000, vat=7_840, lines=[], charge=ChargeKind.RECONNECTION_FEE)

    with pytest.raises(InvoiceError, match="archive"):
        draft(fee)
    with pytest.raises(InvoiceError, match="archive"):
        draft_of_reduction(fee, seller(), buyer(), related=related(Relation.ADJUSTS), principal=98_000, vat=7_840)


def test_what_is_taken_off_a_bill_is_an_adjustment_with_negative_amounts() -> None:
    found = draft_of_reduction(bill(), seller(), buyer(), related=related(Relation.ADJUSTS), principal=10_000, vat=800)

    assert (found.before_vat, found.vat_total, found.total) == (-10_000, -800, -10_800)
    assert found.lines[0].text.startswith("Điều chỉnh giảm: Điện tiêu thụ tháng 10 năm 2026")


def test_the_kind_of_a_correcting_bill_is_what_its_invoice_does() -> None:
    assert [relation_of(kind) for kind in ("adjustment", "replacement")] == [Relation.ADJUSTS, Relation.REPLACES]


@pytest.mark.parametrize(
    ("lines", "vat", "total"),
    [
        ((), (), 0),
        ((InvoiceLine("x", 100, vat_rate="8"),), (VatSum("8", 99, 8),), 107),
        ((InvoiceLine("x", 100, vat_rate="8"),), (VatSum("8", 100, 8),), 107),
        ((InvoiceLine("x", 100, vat_rate="8"),), (VatSum("10", 100, 10),), 110),
        ((InvoiceLine("x", 50, vat_rate="8"),) * 2, (VatSum("8", 50, 4), VatSum("8", 50, 4)), 108),
        ((InvoiceLine("x", -100, vat_rate="8"),), (VatSum("8", -100, -8),), -108),
    ],
)
def test_an_invoice_whose_sums_do_not_fit_is_not_made(
    lines: tuple[InvoiceLine, ...], vat: tuple[VatSum, ...], total: int
) -> None:
    with pytest.raises(InvoiceError):
        Draft("B1", seller(), buyer(), lines, vat, total)


@given(st.integers(1, 5000), st.sampled_from(["household", "business_lt6kv"]), st.integers(0, 30))
def test_the_invoice_of_any_computed_bill_comes_to_it_with_and_without_a_list(kwh: int, group: str, most: int) -> None:
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    computed = compute_bill(BillRequest(first, last, (Use(group),), Consumption(kwh), Decimal(1), None), TARIFFS)
    lines = [
        BillLine(
            label="",
            decision=line.decision,
            period_from=line.first,
            period_to=line.last,
            kwh=line.kwh,
            unit_price=line.unit_price,
            amount=line.amount,
        )
        for line in computed.lines
    ]
    of = builders.bill(pre_vat=computed.pre_vat, vat=computed.vat, lines=lines)
    found = draft(of, most_lines=most)

    assert found.total == of.total
    assert sum(line.amount for line in found.lines) == of.pre_vat
    assert (found.itemised is not None) == (len(lines) > most)
