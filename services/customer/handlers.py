"""What customer does with each message: one short function a message, bound to its collaborators in ``app.py``."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.customer import store
from services.customer.domain import (
    PastVisit,
    VisitRules,
    after_visit,
    appointment_for,
    may_follow,
    moment_of_visit,
    standing,
    take_in,
)
from services.customer.fingerprint import fingerprint
from services.customer.search import search
from shared.clock import VIETNAM, Clock
from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.common import AccountState, Outcome
from shared.contracts.customer import (
    CollectorDetails,
    CorrectPhone,
    CustomerChanged,
    CustomerDetails,
    CustomerMatch,
    CustomersFound,
    GetCollector,
    GetCustomer,
    GetRoute,
    PhoneCorrected,
    RecordVisit,
    RouteOfDay,
    RouteStop,
    SearchCustomers,
    Visit,
    VisitRecorded,
    VisitReply,
)
from shared.messaging import UnitOfWork
from shared.phones import InvalidPhoneError, normalise
from shared.problems import Conflict, InvalidRequest, NotFound, SameIdOtherContent
from shared.text import has_control_characters

VISITS_SHOWN = 20
MOST_STOPS = 500
ROUTE_BYTES = 200 * 1024
"""Stops of one answer: below the bus's limit for one message, with room for the envelope."""


async def search_customers(request: SearchCustomers, work: UnitOfWork) -> CustomersFound:
    """Find customers, the best match first."""
    connection = work.connection
    async with connection.transaction(readonly=True):
        routes = None
        if request.collector_code is not None:
            routes = await store.routes_of(connection, request.collector_code)
        matches = await search(connection, request.query, routes, request.limit)
        summaries = await store.summaries(connection, [match.customer_code for match in matches])
    return CustomersFound(
        matches=[
            CustomerMatch(customer=summaries[match.customer_code], matched_on=match.matched_on, score=match.score)
            for match in matches
        ]
    )


async def get_customer(request: GetCustomer, work: UnitOfWork) -> CustomerDetails:
    """Return everything that is known of a customer."""
    connection, customer_code = work.connection, request.customer_code
    if request.collector_code is not None:
        await _require_on_route(work, customer_code, request.collector_code)
    facts = await store.facts(connection, customer_code)
    if facts is None:
        raise _unknown_customer(customer_code)
    account, stands = await store.account(connection, customer_code)
    return CustomerDetails(
        facts=facts,
        step=stands.step,
        debt=account.debt,
        appointment=stands.appointment,
        misses=stands.misses,
        visits=await store.visits_of(connection, customer_code, VISITS_SHOWN),
    )


async def get_route(request: GetRoute, work: UnitOfWork) -> RouteOfDay:
    """Return the stops of a collector's day, as many as fit into one answer."""
    await _collector(work, request.collector_code)
    stops, total = await store.stops(
        work.connection, request.collector_code, _bounds(request.day), request.skip, MOST_STOPS
    )
    return RouteOfDay(collector_code=request.collector_code, day=request.day, stops=_fitting(stops), total_stops=total)


async def get_collector(request: GetCollector, work: UnitOfWork) -> CollectorDetails:
    """Return a collector."""
    return await _collector(work, request.collector_code)


async def record_visit(request: RecordVisit, work: UnitOfWork, *, rules: VisitRules, clock: Clock) -> VisitReply:
    """Record what came of a visit and where it leads; a repetition gets the first answer."""
    _require_readable("note", request.note)
    connection, digest = work.connection, fingerprint(request)
    # Locked before looking: of two repetitions at the same time, the second must see what the first has recorded.
    await store.lock_customers(connection, [request.customer_code])
    records = await store.recorded_visit(connection, request.visit_id)
    if known := records.get(request.outcome):
        _require_same(known.fingerprint, digest, request.visit_id)
        return VisitReply(visit=Visit.model_validate(known.answer))
    if any(not may_follow(outcome, request.outcome) for outcome in records):
        raise Conflict(
            "Lần đến này đã được ghi với kết quả khác.",
            slug="visit-already-recorded",
            title="The visit was recorded with another outcome",
            facts={"visit_id": str(request.visit_id), "recorded": sorted(records)},
        )
    await _require_on_route(work, request.customer_code, request.collector_code)
    now = clock()
    visited_at = moment_of_visit(request.visited_at, now, rules)
    appointment = appointment_for(request.outcome, visited_at, request.appointment, rules)
    account, _ = await store.account(connection, request.customer_code, lock=True)
    others = await store.past_visits(
        connection, request.customer_code, account.cleared_version, besides=request.visit_id
    )
    stands = after_visit(account, others, PastVisit(request.outcome, visited_at, appointment, account.version), rules)
    visit = Visit(
        visit_id=request.visit_id,
        customer_code=request.customer_code,
        collector_code=request.collector_code,
        outcome=request.outcome,
        visited_at=visited_at,
        # Nobody comes again to whoever was sent to a collection point; a customer who was met has none yet.
        appointment=stands.appointment if request.outcome is not Outcome.MET else None,
        note=request.note,
        next_step=stands.step,
        misses=stands.misses,
    )
    kept = await store.save_visit(
        connection,
        visit,
        device_id=request.device_id,
        account_version=account.version,
        fingerprint=digest,
        now=now,
    )
    if not kept:
        raise _same_id(request.visit_id)
    await store.save_standing(connection, request.customer_code, account, stands)
    await work.emit(
        VisitRecorded(visit=visit, first_record=not records, device_id=request.device_id),
        aggregate=request.customer_code,
    )
    return VisitReply(visit=visit)


async def correct_phone(request: CorrectPhone, work: UnitOfWork, *, clock: Clock) -> PhoneCorrected:
    """Correct a customer's number, and keep who did it, when and why; a repetition gets the first answer."""
    _require_readable("reason", request.reason)
    connection, digest = work.connection, fingerprint(request)
    await store.lock_customers(connection, [request.customer_code])
    if known := await store.recorded_correction(connection, request.correction_id):
        _require_same(known.fingerprint, digest, request.correction_id)
        return PhoneCorrected.model_validate(known.answer)
    await _require_on_route(work, request.customer_code, request.collector_code)
    try:
        phone = normalise(request.phone)
    except InvalidPhoneError as error:
        raise InvalidRequest(
            "Số điện thoại không đúng. Hãy nhập số di động hoặc số cố định ở Việt Nam.",
            slug="invalid-phone",
            title="Not a Vietnamese phone number",
            facts={"reason": str(error)},
        ) from None
    now = clock()
    corrected = PhoneCorrected(
        correction_id=request.correction_id,
        customer_code=request.customer_code,
        old_phone=await store.phone_of(connection, request.customer_code),
        new_phone=phone,
    )
    kept = await store.save_correction(
        connection,
        corrected,
        collector_code=request.collector_code,
        reason=request.reason,
        fingerprint=digest,
        now=now,
    )
    if not kept:
        raise _same_id(request.correction_id)
    for facts in await store.announce(connection, [request.customer_code], now):
        await work.emit(CustomerChanged(customer=facts, changed_at=now), aggregate=facts.customer_code)
    return corrected


async def take_in_bill(event: BillIssued, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A bill makes a customer due who owed nothing."""
    await _take_in(work, event.account, event.bill.issued_at, rules)


async def take_in_payment(event: PaymentRecorded, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A payment that clears the debt settles the customer and ends the visits for it."""
    await _take_in(work, event.account, event.payment.received_at, rules)


async def take_in_reversal(event: PaymentReversed, work: UnitOfWork, *, rules: VisitRules) -> None:
    """A reversal makes the customer due again."""
    await _take_in(work, event.account, event.reversed_at, rules)


async def _take_in(work: UnitOfWork, state: AccountState, happened_at: datetime, rules: VisitRules) -> None:
    known, _ = await store.account(work.connection, state.customer_code, lock=True)
    account = take_in(known, state, happened_at)
    if account == known:
        return
    visits = await store.past_visits(work.connection, state.customer_code, account.cleared_version)
    await store.save_standing(work.connection, state.customer_code, account, standing(account, visits, rules))


async def _collector(work: UnitOfWork, collector_code: str) -> CollectorDetails:
    collector = await store.collector(work.connection, collector_code)
    if collector is None:
        raise NotFound("Không có thu ngân viên này.", facts={"collector_code": collector_code})
    return collector


async def _require_on_route(work: UnitOfWork, customer_code: str, collector_code: str) -> None:
    """Refuse a customer on somebody else's route just like one who does not exist: neither is this collector's."""
    if not await store.is_on_route(work.connection, customer_code, collector_code):
        raise _unknown_customer(customer_code)


def _unknown_customer(customer_code: str) -> NotFound:
    return NotFound("Không tìm thấy khách hàng này trong lộ trình được giao.", facts={"customer_code": customer_code})


def _require_same(known: str, digest: str, identifier: UUID) -> None:
    if known != digest:
        raise _same_id(identifier)


def _same_id(identifier: UUID) -> SameIdOtherContent:
    return SameIdOtherContent("Mã này đã được dùng cho một nội dung khác.", facts={"id": str(identifier)})


def _require_readable(field: str, text: str) -> None:
    if has_control_characters(text):
        raise InvalidRequest(
            "Nội dung có ký tự không in được.",
            slug="invalid-text",
            title="The text holds control characters",
            facts={"field": field},
        )


def _bounds(day: date) -> tuple[datetime, datetime]:
    """Return the first moment of a business day and the first one after it. Raises InvalidRequest out of range."""
    try:
        first = datetime(day.year, day.month, day.day, tzinfo=VIETNAM).astimezone(UTC)
        return first, first + timedelta(days=1)
    except OverflowError:
        raise InvalidRequest("Ngày không hợp lệ.", facts={"day": day.isoformat()}) from None


def _fitting(stops: list[RouteStop]) -> list[RouteStop]:
    size = 0
    for place, stop in enumerate(stops):
        size += len(stop.model_dump_json().encode())
        if size > ROUTE_BYTES and place:
            return stops[:place]
    return stops
