"""Who did something: a value of messages, rows and signed receipts. Kept as long as what was done; no personal data."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.contracts.message import Record


class ActorKind(StrEnum):
    """What an actor is."""

    DEVICE = "device"
    """An enrolled phone or desk of the utility."""
    PERSON = "person"
    """Somebody without a device of ours: a person of the office who is signed in (proven by the session's token), or
    whoever is at a public page (proven by nothing)."""
    PARTNER = "partner"
    """A collection point's computer."""
    SERVICE = "service"
    """One of the services, for what it does by itself."""
    COMMAND_LINE = "command_line"
    """An operator at the command line."""


class Proof(StrEnum):
    """How it is known who an actor is. What a caller writes into a request is no proof."""

    TOKEN = "token"  # noqa: S105 - no secret
    """The gateway found the device by its token, or the person by the token of a session."""
    CODE = "code"
    """A one-time code of enrolment was presented."""
    ACCOUNT = "account"
    """The account on the broker or the database belongs to it."""
    LOGIN = "login"
    """The operating system knows the user by a login."""
    NONE = "none"
    """Nothing proves it."""


ActorId = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class AskedBy(Record):
    """The person who asked for what another one has approved."""

    id: ActorId
    reference: str = Field(default="", max_length=200)


class Actor(Record):
    """Who did something, and how that is known."""

    kind: ActorKind
    id: ActorId
    """The id of a device or of a person's account, a service's name, an operator's login and machine."""
    reference: str = Field(default="", max_length=200)
    """What people know it by: role and code (``collector:TN001``), a login name (``staff:lan.tran``), or the name that
    an operator gave."""
    proven_by: Proof = Proof.NONE
    asked_by: AskedBy | None = None
    """Who asked for it, where the actor is the one who approved it; None where nobody had to."""

    @property
    def device_id(self) -> UUID | None:
        """The id of the device that it is; None where it is none."""
        if self.kind not in {ActorKind.DEVICE, ActorKind.PARTNER}:
            return None
        try:
            return UUID(self.id)
        except ValueError:  # whoever changed the row wrote something else
            return None

    def __str__(self) -> str:
        return f"{self.reference} ({self.kind} {self.id})" if self.reference else f"{self.kind} {self.id}"


def service_actor(service: str) -> Actor:
    """Return a service that does something by itself."""
    return Actor(kind=ActorKind.SERVICE, id=service, proven_by=Proof.ACCOUNT)
