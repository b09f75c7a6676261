"""What API operations, stream and periodic tasks depend on, and how handlers notify the streams of phones."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg

from services.gateway.approvals.rules import ApprovalLimitRule
from services.gateway.day_figures import DayReader
from services.gateway.day_hours import HourReader
from services.gateway.day_signs import SignReader
from services.gateway.edge.limits import TokenBuckets
from services.gateway.passwords import Passwords
from services.gateway.print_jobs.service import PrintJobs
from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.secret_box import SecretBox
from services.gateway.settings import GatewaySettings
from services.gateway.store.feeds import Appended
from services.gateway.webhooks.base import WebhookSettings
from shared.clock import Clock, now
from shared.contracts.message import Reply, Request
from shared.db import Connection, acquired
from shared.db.pool import ACQUIRE_SECONDS
from shared.messaging import Bus
from shared.problems import Conflict, InvalidRequest, Problem

ReplyT = TypeVar("ReplyT", bound=Reply)


class StreamNotifier(Protocol):
    """Notifies the streams of phones, on whichever copy of the gateway they are, of what waits for them."""

    async def print_jobs(self, device_ids: Iterable[UUID]) -> None:
        """Print jobs wait for these devices, or were withdrawn."""

    def reserve(self, device_id: UUID, job_id: UUID) -> bool:
        """Return whether a new print job may be queued as offered, because its phone is here and has room."""

    async def offer(self, record: PrintJobRecord) -> None:
        """A print job was queued as offered: send it."""

    async def account_update(self, collector_code: str, appended: Appended) -> None:
        """An account update was appended to the feed of a collector."""

    def day_changed(self, collector_code: str | None) -> None:
        """Something of a collector's day has changed that the office may be watching."""

    async def collector_left(self, device_ids: Iterable[UUID]) -> None:
        """The collector of these devices does not work any more: close their sockets."""

    async def device_revoked(self, device_id: UUID) -> None:
        """The device was revoked: close its socket."""


STREAM_PATIENCE = 20.0
"""Seconds that a stream waits for a connection to the database: a phone that is disconnected for want of one
reconnects, and makes more work than it would have made by waiting."""


CODES_OF_VISITOR = 5
"""Wrong customer codes of one invoice that are tried from one address at once; then one an hour."""


@dataclass(slots=True)
class Dependencies:
    """The parts that are wired once in ``app.py``."""

    settings: GatewaySettings
    bus: Bus
    pool: "asyncpg.Pool[Any]"
    notifier: StreamNotifier
    instance: str
    """Name of this process among the copies of the gateway; another one after each start."""
    clock: Clock = now
    approval_limits: Sequence[ApprovalLimitRule] = ()
    bank_webhooks: Mapping[str, WebhookSettings] = field(default_factory=dict)
    """Who may tell of money on bank accounts, by name."""
    second_factors: SecretBox = field(default_factory=SecretBox)
    device_limits: TokenBuckets = field(init=False)
    public_limits: TokenBuckets = field(init=False)
    report_limits: TokenBuckets = field(init=False)
    enrolment_failures: TokenBuckets = field(init=False)
    unknown_tokens: TokenBuckets = field(init=False)
    sign_in_failures: TokenBuckets = field(init=False)
    untried_kept: TokenBuckets = field(init=False)
    """Of which refused sign-ins a line is kept; they are not even tried."""
    looks_kept: TokenBuckets = field(init=False)
    """Of which looks at something a line is kept: one in five minutes of the same person at the same thing."""
    customer_codes_tried: TokenBuckets = field(init=False)
    """Customer codes tried on an invoice from an address, at this copy; over all copies the database counts them
    (:mod:`services.gateway.customer_codes`)."""
    passwords: Passwords = field(init=False)
    print_jobs: PrintJobs = field(init=False)
    days: DayReader = field(default_factory=DayReader)
    signs: SignReader = field(default_factory=SignReader)
    hours: HourReader = field(default_factory=HourReader)

    def __post_init__(self) -> None:
        settings = self.settings
        self.device_limits = TokenBuckets(settings.requests_per_second, settings.request_burst)
        self.public_limits = TokenBuckets(settings.public_requests_per_second, settings.public_request_burst)
        self.report_limits = TokenBuckets(settings.report_requests_per_second, settings.report_request_burst)
        failures = settings.enrolment_failures_per_minute
        self.enrolment_failures = TokenBuckets(failures / 60, failures)
        unknown = settings.wrong_tokens_per_minute
        self.unknown_tokens = TokenBuckets(unknown / 60, unknown)
        of_address = settings.sign_in_failures_of_address
        self.sign_in_failures = TokenBuckets(of_address / 60, of_address)
        self.untried_kept = TokenBuckets(1 / 60, 1)
        self.looks_kept = TokenBuckets(1 / 300, 1)
        self.customer_codes_tried = TokenBuckets(1 / 3600, CODES_OF_VISITOR)
        self.passwords = Passwords()
        self.print_jobs = PrintJobs(self.bus, self.pool, self.clock)

    def database(self, *, within: float = ACQUIRE_SECONDS) -> AbstractAsyncContextManager[Connection]:
        """Borrow a connection. Raises :class:`~shared.problems.Unavailable` when none is free ``within`` seconds."""
        return acquired(self.pool, within=within)

    async def request(self, request: Request[ReplyT], *, within: float | None = None) -> ReplyT:
        """Send a request to another service; raises its problems, and :class:`~shared.problems.Unavailable`.

        It has the usual time for its answer, or ``within`` seconds where it is known to take longer.

        Here 422 means that a request does not fit its description. What fits and is refused by a rule of the trade
        (cash that differs without an explanation, a number that is no phone's) is 409; its slug stays.
        """
        try:
            return await self.bus.request(request, timeout=within or self.settings.request_timeout)
        except Problem as problem:
            if problem.status != InvalidRequest.status:
                raise
            refused = Problem(problem.detail, slug=problem.slug, status=Conflict.status, title=problem.title)
            refused.facts = problem.facts
            raise refused from problem
