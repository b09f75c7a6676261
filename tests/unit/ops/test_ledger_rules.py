"""The order of clearing, shifts, copies and visits: what no sum shows is named."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ops.audit.clearing_rules import check_clearing
from ops.audit.copy_rules import copies_are_counted, copies_are_queued
from ops.audit.shift_rules import one_shift_at_a_time, within_ceiling
from ops.audit.visit_rules import visits_by_own_phone
from services.billing.audit import CashMovement, ClearedPart, IssuedBill, RecordedShift
from services.customer.audit import VisitAtTheDoor
from services.gateway.audit import EnrolledDevice, PrintJobFact
from services.receipt.audit import CountedCopy
from shared.audit import AuditViolation

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CODE = "PB14010012345"
PAYMENT, PHONE, RECEIPT, DOCUMENT = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def bill(month: int, issued_at: datetime = NOON - DAY) -> IssuedBill:
    return IssuedBill(UUID(int=100 + month), f"HD-{month}", CODE, 2026, month, 1, 1000, 80, "8", 1080, issued_at)


def part(
    number: int, month: int, vat: int = 80, principal: int = 1000, at: datetime = NOON, released: datetime | None = None
) -> ClearedPart:
    return ClearedPart(number, PAYMENT, UUID(int=100 + month), vat, principal, at, released)


def rules(found: Iterable[AuditViolation]) -> list[str]:
    return [violation.rule for violation in found]


OCTOBER, NOVEMBER = bill(10), bill(11)
OLDEST = "the oldest bill is cleared first"


def test_bills_cleared_in_their_order_break_no_rule() -> None:
    assert rules(check_clearing([OCTOBER, NOVEMBER], [part(1, 10), part(2, 11)])) == []


def test_the_newest_bill_cleared_first_is_named_though_all_sums_are_right() -> None:
    assert rules(check_clearing([OCTOBER, NOVEMBER], [part(1, 11), part(2, 10)])) == [OLDEST]
    (found,) = check_clearing([OCTOBER, NOVEMBER], [part(1, 11)])
    assert found.detail == "HD-11 was cleared while 1080 of the older HD-10 was open"


def test_a_bill_that_a_reversal_opened_again_is_cleared_before_a_newer_one() -> None:
    opened = part(1, 10, released=NOON + HOUR)
    assert rules(check_clearing([OCTOBER, NOVEMBER], [opened, part(2, 11, at=NOON + 2 * HOUR)])) == [OLDEST]
    assert rules(check_clearing([OCTOBER, NOVEMBER], [opened, part(2, 11, at=NOON)])) == []


def test_a_bill_that_a_partner_has_named_may_be_cleared_before_an_older_one() -> None:
    assert rules(check_clearing([OCTOBER, NOVEMBER], [part(1, 11)._replace(is_named=True), part(2, 10)])) == []


def test_an_older_bill_that_was_issued_later_did_not_stand_in_the_way() -> None:
    assert rules(check_clearing([bill(10, NOON + HOUR), NOVEMBER], [part(1, 11)])) == []


def test_principal_cleared_before_vat_is_named() -> None:
    first = part(1, 10, vat=79, principal=1)
    assert rules(check_clearing([OCTOBER], [first])) == ["VAT of a bill is cleared before its principal"]
    assert rules(check_clearing([OCTOBER], [part(1, 10, 80, 0), part(2, 10, 0, 5)])) == []


def test_a_bill_of_another_customer_and_one_from_the_future_are_named() -> None:
    assert rules(check_clearing([], [part(1, 10)])) == ["a payment clears bills of its own customer"]
    assert rules(check_clearing([bill(10, NOON + HOUR)], [part(1, 10)])) == ["a bill is cleared after it was issued"]


def shift(number: int, opened: datetime = NOON, closed: datetime | None = None, ceiling: int = 1000) -> RecordedShift:
    return RecordedShift(UUID(int=number), "TN01", opened, closed, 100, ceiling)


def test_two_open_shifts_of_a_collector_are_named() -> None:
    assert rules(one_shift_at_a_time([shift(1), shift(2, NOON + HOUR)])) == ["a collector has one shift at a time"]
    overlapping = [shift(1, closed=NOON + 2 * HOUR), shift(2, NOON + HOUR)]
    assert rules(one_shift_at_a_time(overlapping)) == ["a collector has one shift at a time"]
    assert rules(one_shift_at_a_time([shift(1, closed=NOON + HOUR), shift(2, NOON + HOUR)])) == []


def test_a_box_above_its_ceiling_is_named_with_the_payment() -> None:
    cash = [CashMovement(UUID(int=1), UUID(int=number), NOON, 450, number) for number in (7, 8, 9)]
    (found,) = within_ceiling([shift(1)], cash[:3])
    assert (found.rule, found.detail) == (
        "a cash box holds no more than its ceiling",
        f"1450 of 1000 with payment {UUID(int=9)}",
    )
    paid_back = cash[1]._replace(amount=-450)
    assert rules(within_ceiling([shift(1)], [*cash[:2], paid_back, cash[2]])) == []


COPY = CountedCopy(RECEIPT, DOCUMENT, 1, PHONE, NOON)
JOB = PrintJobFact(DOCUMENT, PHONE, "copy", RECEIPT, CODE, 1, NOON)


def test_copies_and_their_print_jobs_agree() -> None:
    assert rules(copies_are_counted([COPY], {DOCUMENT: JOB})) == []
    assert rules(copies_are_queued([COPY], {DOCUMENT: JOB})) == []
    assert rules(copies_are_counted([], {DOCUMENT: JOB})) == ["each printed copy is counted"]
    assert rules(copies_are_counted([COPY], {DOCUMENT: JOB._replace(copy_number=2)})) == [
        "each printed copy is counted"
    ]
    assert rules(copies_are_queued([COPY], {})) == ["a counted copy is queued on its phone"]
    assert rules(copies_are_queued([COPY._replace(device_id=None)], {})) == []


def test_a_visit_recorded_with_the_phone_of_another_collector_is_named() -> None:
    visit = VisitAtTheDoor(UUID(int=5), CODE, "TN01", PHONE, NOON, None)
    own = EnrolledDevice(PHONE, "collector", "TN01", NOON - DAY, None)
    assert rules(visits_by_own_phone([visit], {PHONE: own})) == []
    other = [{}, {PHONE: own._replace(collector_code="TN02")}]
    for devices in other:
        assert rules(visits_by_own_phone([visit], devices)) == ["a visit is of the collector whose phone recorded it"]
    gone = {PHONE: own._replace(revoked_at=NOON - HOUR)}
    assert rules(visits_by_own_phone([visit], gone)) == ["a device acts between its enrolment and its revocation"]
