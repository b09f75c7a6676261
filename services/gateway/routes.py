"""The whole public API as one table, and the description that is made from it."""

from typing import Any

from aiohttp import web

from services.gateway import api_docs, app_files
from services.gateway.access import admission
from services.gateway.api import (
    app_settings,
    approvals,
    arrears,
    bank_credits,
    bank_webhooks,
    bill_corrections,
    bill_runs,
    customer_lists,
    customers,
    cut_orders,
    days,
    delivery_reports,
    devices,
    dunning,
    hand_ins,
    held_readings,
    invoices,
    opt_outs,
    papers_of_debts,
    partners,
    payments,
    print_jobs,
    printers,
    public,
    reading_complaints,
    readings_files,
    receipts,
    reports,
    reversals,
    route_plans,
    shifts,
    sms_language,
    staff,
    staff_acts,
    staff_sessions,
    transfer_codes,
    visits,
)
from services.gateway.api.pages_for_people import page_for_people
from services.gateway.dependencies import Dependencies
from services.gateway.edge import openapi, server
from services.gateway.edge.operation import AnyOperation, RequestHandler
from services.gateway.live_day.update import DayUpdate
from services.gateway.staff.act_log import recorder
from services.gateway.stream import frames

VERSION = "1.0.0"
TITLE = "Thu Ngân gateway"

DESCRIPTION = """\
Collecting electricity bills at the customer's door: find, agree, print, collect.

Amounts are whole đồng. Moments are RFC 3339 with an offset, answers are in UTC; days are days in Vietnam. Errors are \
`application/problem+json` (RFC 9457): `type` is stable, `detail` is a Vietnamese sentence for whoever holds the phone.

A `POST` that makes something needs an `Idempotency-Key`: a UUID that the caller makes (UUIDv7 is best), which becomes \
the id of the thing. Repeating a request with it gives the same answer and never does the thing twice; using it for \
other content is refused (409 `same-id-other-content`). Whenever no answer comes, or it is 503 or 504, repeat.

Documents to print and changes of accounts come over the WebSocket at `/v1/stream`."""

TAGS = {
    "devices": "Enrolment by one-time codes, and revocation.",
    "customers": "Customers, accounts, routes, collectors, collection points.",
    "days": "How a day goes, for the office.",
    "reports": "What was collected and what is still open, for the office.",
    "arrears": "Agreements to pay in parts, and interest on late payment.",
    "visits": "What came of a collector's stay at the door.",
    "dunning": "Where customers stand up to cutting off, and who must not be cut off.",
    "complaints": "Readings that customers call wrong.",
    "readings": "Readings that may be wrong, held back from the bill.",
    "bills": "Bill runs, released by another person than who began them; wrong bills, put right by two people.",
    "payments": "Cash, transfers, postings of collection points, reversals.",
    "partners": "Computers of banks, post offices and wallets, with signed requests.",
    "bank credits": "Money on the utility's bank accounts: told by webhooks, and matched by people in doubt.",
    "shifts": "A collector's working day with the cash box.",
    "receipts": "Signed receipts and their copies.",
    "print jobs": "Documents on their way to a device's printer.",
    "printers": "How each printer wants its bytes.",
    "people": "Accounts and sessions of people of the office, and the log of what they do.",
    "delivery reports": "Called by providers of SMS.",
    "public": "For everybody, without a token.",
}

OPERATIONS: list[AnyOperation] = [
    *devices.OPERATIONS,
    *app_settings.OPERATIONS,
    *customers.OPERATIONS,
    *customer_lists.OPERATIONS,
    *days.OPERATIONS,
    *route_plans.OPERATIONS,
    *reports.OPERATIONS,
    *arrears.OPERATIONS,
    *reversals.OPERATIONS,
    *opt_outs.OPERATIONS,
    *sms_language.OPERATIONS,
    *dunning.OPERATIONS,
    *cut_orders.OPERATIONS,
    *papers_of_debts.OPERATIONS,
    *visits.OPERATIONS,
    *reading_complaints.OPERATIONS,
    *held_readings.OPERATIONS,
    *readings_files.OPERATIONS,
    *bill_corrections.OPERATIONS,
    *bill_runs.OPERATIONS,
    *payments.OPERATIONS,
    *partners.OPERATIONS,
    *transfer_codes.OPERATIONS,
    *bank_credits.OPERATIONS,
    *bank_webhooks.OPERATIONS,
    *shifts.OPERATIONS,
    *hand_ins.OPERATIONS,
    *receipts.OPERATIONS,
    *print_jobs.OPERATIONS,
    *printers.OPERATIONS,
    *staff_sessions.OPERATIONS,
    *staff.OPERATIONS,
    *staff_acts.OPERATIONS,
    *approvals.OPERATIONS,
    *delivery_reports.OPERATIONS,
    *invoices.OPERATIONS,
    *public.OPERATIONS,
]


def describe() -> dict[str, Any]:
    """Return the OpenAPI description of the API."""
    return openapi.build(
        OPERATIONS,
        title=TITLE,
        version=VERSION,
        description=f"{DESCRIPTION}\n\n{frames.described()}",
        tags=TAGS,
        stream=frames.describe(),
        stream_models=[*frames.FROM_PHONE, *frames.FROM_GATEWAY, DayUpdate],
    )


PARTNERS_DESCRIPTION = """\
For the computers of banks, post offices and wallets: read a customer's open bills, pay them, learn where a payment \
stands, take it back on its day, and compare both sides' books on the next day.

Amounts are whole đồng. Moments are RFC 3339 with an offset, answers are in UTC; days are days in Vietnam. Errors are \
`application/problem+json` (RFC 9457): `type` is stable, `detail` is a Vietnamese sentence, `facts` are for programs.

Every request is signed, with a nonce of its own; to repeat one, sign it anew. docs/partners.md has the exact bytes."""


def describe_partners() -> dict[str, Any]:
    """Return the OpenAPI description of the interface of partners alone, made from the same operations."""
    return openapi.build(
        [operation for operation in OPERATIONS if operation.partners],
        title="Thu Ngân for partners",
        version=VERSION,
        description=PARTNERS_DESCRIPTION,
        tags={partners.TAG: TAGS[partners.TAG]},
    )


def make_application(dependencies: Dependencies, stream: RequestHandler, day_events: RequestHandler) -> web.Application:
    """Return the HTTP application: the operations, the stream, the description with its viewer, and both apps."""
    settings = dependencies.settings
    application = web.Application(
        client_max_size=settings.max_body_bytes,
        middlewares=[server.edge_middleware(settings.http_timeout), page_for_people],
    )
    server.bind(
        application,
        OPERATIONS,
        dependencies,
        admit=admission(dependencies),
        record=recorder(dependencies),
        proxy_hops=settings.hops,
        body_timeout=settings.body_timeout,
        clock=dependencies.clock,
    )
    application.router.add_get("/v1/stream", stream, allow_head=False)
    application.router.add_get(server.EVENTS, day_events, allow_head=False)
    api_docs.add_routes(application, describe(), settings.web_folder)
    api_docs.add_routes(application, describe_partners(), settings.web_folder, below="/partner/v1")
    app_files.add_routes(application, settings.web_folder)
    return application
