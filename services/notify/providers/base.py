"""What a provider of SMS has to be able to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

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


@dataclass(frozen=True)
class HandoverResult:
    """A provider's answer, in our words."""

    outcome: Handover
    provider_reference: str | None = None
    """The provider's own id, once it has accepted."""
    detail: str = ""
    """The provider's code and words, for a person who looks into it; never the customer's data."""


class Provider(Protocol):
    """Hands SMS over to an operator.

    ``send`` is called after the attempt has been committed and is cut off after a time; what then becomes of the SMS is
    unknown. It returns :attr:`~services.notify.domain.outcome.Handover.NOT_SENT` only when it is certain that nothing
    left, and may raise anything: whatever it raises counts as unknown.
    """

    @property
    def name(self) -> str:
        """The name under which attempts are recorded."""

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""
