"""What interest on late payment comes to: computed to be shown, and again under the lock of the account."""

from collections.abc import Sequence
from datetime import date, timedelta

from services.billing.arrears.interest import InterestRule, check_expected, interest_of, rule_on, spans_of
from services.billing.store import interest
from services.billing.store.interest import StoredLateBill
from shared.clock import Clock, business_day
from shared.contracts.billing import BillInterest, ChargeInterest, InterestState, WaiveInterest
from shared.db import Connection
from shared.problems import InvalidRequest, NotFound


def until_of(asked: date | None, clock: Clock) -> date:
    """Return the last day that is counted: yesterday, or an earlier one. Raises ``day-to-come``: it is not over yet."""
    yesterday = business_day(clock()) - timedelta(days=1)
    if asked is not None and asked > yesterday:
        raise InvalidRequest(f"Ngày {asked:%d/%m/%Y} chưa hết.", slug="day-to-come")
    return asked or yesterday


async def interest_states(
    connection: Connection, units_of: dict[str, str], rules: Sequence[InterestRule], until: date
) -> list[InterestState]:
    """Return the interest of customers (with their units) that is not settled, in the order of their codes."""
    by_customer: dict[str, list[BillInterest]] = {code: [] for code in sorted(units_of)}
    for stored in await interest.late_bills(connection, list(units_of), until):
        found = _of_bill(stored, rules, units_of[stored.customer_code], until)
        if found is not None:
            by_customer[stored.customer_code].append(found)
    return [
        InterestState(
            customer_code=code,
            unit_code=units_of[code],
            until=until,
            bills=bills,
            total=sum(bill.interest for bill in bills),
            basis=rule_on(rules, units_of[code], until).legal_basis,
        )
        for code, bills in by_customer.items()
    ]


async def expected_interest(
    connection: Connection,
    request: ChargeInterest | WaiveInterest,
    unit_code: str,
    rules: Sequence[InterestRule],
    clock: Clock,
) -> InterestState:
    """Return a customer's interest, if it is what was shown; raise a refusal otherwise. The account is locked."""
    until = until_of(request.until, clock)
    [state] = await interest_states(connection, {request.customer_code: unit_code}, rules, until)
    check_expected(state.total, request.expected)
    return state


def refuse_other_unit(unit_code: str, unit_codes: Sequence[str]) -> None:
    """Raise :class:`~shared.problems.NotFound` for a customer of a unit that whoever asks does not work for."""
    if unit_codes and unit_code not in unit_codes:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")


def _of_bill(stored: StoredLateBill, rules: Sequence[InterestRule], unit_code: str, until: date) -> BillInterest | None:
    spans = spans_of(stored.facts, rules, unit_code, until)
    whole = interest_of(stored.facts, spans, rule_on(rules, unit_code, until))
    if not whole:
        return None
    settled_until = stored.facts.settled_until
    return BillInterest(
        bill_id=stored.bill_id,
        bill_number=stored.bill_number,
        due_date=stored.facts.due_date,
        first_day=max(settled_until or stored.facts.due_date, stored.facts.due_date) + timedelta(days=1),
        last_day=until,
        spans=spans,
        interest=whole,
    )
