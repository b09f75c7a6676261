"""What a provider of SMS has to be able to do, and what it may be able to do beyond that."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from services.notify.domain.delivery_reports import DeliveryReport
from services.notify.domain.outcome import Handover


@dataclass(frozen=True)
class OutgoingSms:
    """One SMS to hand over."""

    client_reference: str
    """Ours, the same in every attempt of a reminder, so that a provider that looks at it never sends twice."""
    phone: str
    """E.164."""
    text: str
    segments: int
    template: str
    template_version: int
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    """For providers that take a registered template and its parameters instead of a text."""
    language: str = "vi"
    form: int = 0
    """Index of the template's form: providers register each form by itself."""


@dataclass(frozen=True)
class HandoverResult:
    """A provider's answer, in our words."""

    outcome: Handover
    provider_reference: str | None = None
    """The provider's own id, once it has accepted; of the first part where each part has its own."""
    detail: str = ""
    """The provider's code and words, for a person who looks into it; never the customer's data."""
    part_references: Sequence[str] = ()
    """The provider's ids of all parts, where each part has its own: delivery reports come for each.

    Where the outcome of the whole is unknown, empty texts stand for the parts that are not known to be accepted."""
    retry_at: datetime | None = None
    """When to try again after ``throttled`` or ``closed``, where the provider says so."""


class Provider(Protocol):
    """Hands SMS over to an operator.

    ``send`` is called after the attempt has been committed and is cut off after a time; what then becomes of the SMS is
    unknown. It returns :attr:`~services.notify.domain.outcome.Handover.NOT_SENT` only when it is certain that nothing
    left, and may raise anything: whatever it raises counts as unknown.
    """

    @property
    def name(self) -> str:
        """The name under which attempts are recorded."""

    @property
    def remembers(self) -> timedelta:
        """How long the provider recognises a client reference; within it a repetition of an unknown attempt is safe.

        Zero for a provider that would send a second SMS.
        """

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""

    async def close(self) -> None:
        """Close connections; nothing is sent afterwards."""


@dataclass(frozen=True)
class HandedOver:
    """An SMS that was, or may have been, handed over, as a status query names it."""

    client_reference: str
    provider_reference: str | None
    phone: str
    handed_over_at: datetime


@runtime_checkable
class StatusQuery(Protocol):
    """A provider that can be asked what became of an SMS."""

    async def status(self, sms: HandedOver) -> DeliveryReport | None:
        """Ask; None when the provider has never had it. Raises when no answer came."""


@dataclass(frozen=True)
class ReportRequest:
    """An HTTP request to the address for delivery reports, as it came."""

    method: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in small letters."""
    content_type: str
    body: bytes


@runtime_checkable
class ReportReader(Protocol):
    """A provider that calls an address of ours to report deliveries."""

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Return what a request reports.

        Raises :class:`~services.notify.domain.delivery_reports.InvalidReport`, also when the signature is wrong.
        """


ReportSink = Callable[[DeliveryReport], Awaitable[None]]
"""Records a delivery report durably; when it returns, the report may be acknowledged."""


@runtime_checkable
class Connected(Protocol):
    """A provider that holds a connection open and gets delivery reports on it."""

    async def run(self, record_report: ReportSink) -> None:
        """Hold the connection and pass reports on, for ever."""

    def fault(self) -> str | None:
        """Return why nothing can be sent now; None when the connection stands."""
