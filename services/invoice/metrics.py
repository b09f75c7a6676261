"""What invoice shows beyond what every service does."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool
from cryptography import x509
from prometheus_client import Counter, Gauge

from services.invoice.authority.rules import AuthorityRule, NoRule, period_of, rule_of
from services.invoice.store import authority_messages, summaries
from services.invoice.store.waiting_bills import backlog
from shared.clock import Clock, business_day
from shared.db import Connection, acquired
from shared.db.transaction import is_connection_lost
from shared.metrics import REGISTRY
from shared.problems import Unavailable

SIGNED = Counter("thungan_invoice_signed", "Invoices that this copy has signed", registry=REGISTRY)
WAITING = Gauge(
    "thungan_invoice_waiting", "Bills that wait for their invoice; the same from every copy", registry=REGISTRY
)
REFUSED = Gauge(
    "thungan_invoice_refused",
    "Bills that cannot be invoiced until a person acts; the same from every copy",
    registry=REGISTRY,
)
UNSIGNED = Gauge(
    "thungan_invoice_unsigned",
    "Invoices with a number that wait for their signature; the same from every copy",
    registry=REGISTRY,
)
OLDEST = Gauge(
    "thungan_invoice_oldest_waiting_seconds",
    "For how long the oldest bill has waited for its signed invoice; 0 when there is none; the same from every copy",
    registry=REGISTRY,
)
SIGNER_AWAY = Gauge("thungan_invoice_signer_away", "1 while nothing can be signed", registry=REGISTRY)

SIGNER_STARTS = Counter(
    "thungan_invoice_signer_starts", "How often the process that signs with an HSM was started", registry=REGISTRY
)
CERTIFICATE_DAYS = Gauge(
    "thungan_invoice_certificate_days",
    "Days until the certificate ends that this copy signs with; negative: it has ended, and nothing is signed",
    registry=REGISTRY,
)
DUE_DAYS = Gauge(
    "thungan_invoice_due_days",
    "Days until the first bill that cannot be invoiced has to be; negative: it is late; the same from every copy",
    registry=REGISTRY,
)
AUTHORITY_OPEN = Gauge(
    "thungan_invoice_authority_open",
    "Messages to the tax authority that are on their way; the same from every copy",
    registry=REGISTRY,
)
AUTHORITY_REFUSED = Gauge(
    "thungan_invoice_authority_refused",
    "Messages that the tax authority has refused, and that wait for a person; the same from every copy",
    registry=REGISTRY,
)
AUTHORITY_DUE_DAYS = Gauge(
    "thungan_invoice_authority_due_days",
    "Days until the tax authority has to be told of what it does not know; negative: late; the same from every copy",
    registry=REGISTRY,
)
NOTHING_DUE_DAYS = 365
"""What the gauges of days show when nothing is due."""

_MEASURE_EVERY = 30.0
_UNTOLD_EVERY = timedelta(hours=1)
"""All invoices of some months are counted for it."""
_LOOK_BACK = timedelta(days=200)

log = structlog.get_logger(__name__)


async def watch_backlog(
    pool: Pool, clock: Clock, rules: Sequence[AuthorityRule], certificate: x509.Certificate
) -> NoReturn:
    """Measure what waits, and how long it can be signed with the certificate, again and again; never returns."""
    untold: date | None = None
    counted_at: datetime | None = None
    while True:
        moment = clock()
        CERTIFICATE_DAYS.set((certificate.not_valid_after_utc - moment) / timedelta(days=1))
        try:
            async with acquired(pool) as connection:
                found = await backlog(connection)
                messages = await authority_messages.backlog(connection)
                if counted_at is None or moment - counted_at >= _UNTOLD_EVERY:
                    untold = await _untold_due_on(connection, business_day(moment), rules)
                    counted_at = moment
        except Exception as error:
            if not (isinstance(error, Unavailable) or is_connection_lost(error)):
                log.exception("backlog_not_measured")
        else:
            today = business_day(moment)
            WAITING.set(found.waiting)
            REFUSED.set(found.refused)
            UNSIGNED.set(found.unsigned)
            OLDEST.set(0 if found.oldest is None else max((moment - found.oldest).total_seconds(), 0))
            DUE_DAYS.set(_days_left([found.due_on], today))
            AUTHORITY_OPEN.set(messages.open)
            AUTHORITY_REFUSED.set(messages.refused)
            AUTHORITY_DUE_DAYS.set(_days_left([messages.due_on, untold], today))
        await asyncio.sleep(_MEASURE_EVERY)


async def _untold_due_on(connection: Connection, today: date, rules: Sequence[AuthorityRule]) -> date | None:
    """Return until when the summary of invoices that stand in none is due, of periods that are over."""
    days = []
    for each in await summaries.untold(connection, today - _LOOK_BACK, today):
        try:
            rule = rule_of(rules, each.seller_tax_code, each.month)
        except NoRule:
            continue
        period = period_of(rule.period, each.month)
        if period.last < today:
            days.append(period.due_on(rule.due_day))
    return min(days, default=None)


def _days_left(days: Sequence[date | None], today: date) -> int:
    return min([(day - today).days for day in days if day is not None] + [NOTHING_DUE_DAYS])
