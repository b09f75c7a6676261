"""What was done, as each service has it: who, when, and how that is known. Asked for by operators' tools."""

from pydantic import Field

from shared.contracts.actor import Actor
from shared.contracts.common import Moment
from shared.contracts.message import Record, Reply


class Act(Record):
    """Something that was done to money, a visit, a document, a device or a setting."""

    what: str
    """A name with dots, as those of events are: ``payment.recorded``."""
    at: Moment
    """By the clock of the service."""
    subject: str
    """Id or number of what came of it."""
    actor: Actor | None = None
    """As its row has it; None where a version before recorded it."""
    answered_to: Actor | None = None
    """As it stands beside the recorded answer, which is only ever added: differs only when a row was changed since."""
    correlation_id: str | None = None
    external_correlation_id: str | None = None
    facts: dict[str, str] = Field(default_factory=dict)


class Acts(Reply):
    """What was done, in the order of time."""

    acts: list[Act]
