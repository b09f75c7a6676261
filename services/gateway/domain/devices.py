"""Devices and their roles. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.contracts.actor import Actor, ActorKind, Proof


class Role(StrEnum):
    """What a device is enrolled as."""

    COLLECTOR = "collector"
    CASHIER = "cashier"
    SUPERVISOR = "supervisor"
    COLLECTION_POINT = "collection_point"


STAFF = frozenset({Role.COLLECTOR, Role.CASHIER, Role.SUPERVISOR})
"""Everybody who works for the utility."""

OFFICE = frozenset({Role.CASHIER, Role.SUPERVISOR})
"""Those who see the customers of every route."""

COLLECTOR_ONLY = frozenset({Role.COLLECTOR})
SUPERVISOR_ONLY = frozenset({Role.SUPERVISOR})
EVERYONE = frozenset(Role)
NO_DEVICE: frozenset[Role] = frozenset()
"""Of operations for people at the office alone."""


@dataclass(frozen=True, slots=True)
class NamedCustomer:
    """The customer whom a request names in its address, as the gateway knew when it looked the token up."""

    customer_code: str
    collector_code: str | None
    """Whose route the customer is on, as far as the gateway knows from ``customer.changed``."""


@dataclass(frozen=True, slots=True)
class Device:
    """An enrolled phone or desk."""

    device_id: UUID
    device_name: str
    role: Role
    collector_code: str | None
    """Set for collectors."""
    collection_point_code: str | None
    """Set for collection points."""
    enrolled_at: datetime
    public_key: dict[str, Any] | None = None
    """The device's own ES256 key as a JWK, where it has one."""
    revoked_at: datetime | None = None
    left_at: datetime | None = None
    """Since when its collector does not work for the utility any more."""
    asks_about: NamedCustomer | None = None
    """Read with the token, to ask once whose customer that is."""

    @property
    def acting_id(self) -> UUID:
        """What tells this device from others where two have to agree."""
        return self.device_id

    @property
    def actor(self) -> str:
        """Name of this device in records of who did what; no personal data."""
        who = self.collector_code or self.collection_point_code
        return f"{self.role}:{who or self.device_id}"

    @property
    def as_actor(self) -> Actor:
        """This device as the actor of what it asks for; call it only for one that was found by its token."""
        who = self.collector_code or self.collection_point_code
        return Actor(
            kind=ActorKind.PARTNER if self.role is Role.COLLECTION_POINT else ActorKind.DEVICE,
            id=str(self.device_id),
            reference=f"{self.role}:{who}" if who else self.role,
            proven_by=Proof.TOKEN,
        )

    @property
    def label(self) -> str:
        """How documents name this device: as its owner calls it, and enough of the id to be unique among namesakes."""
        return f"{self.device_name[:60]} ({self.device_id.hex[-6:]})"
