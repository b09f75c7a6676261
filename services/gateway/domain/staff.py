"""People of the office: what they may do, and for which units. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from shared.contracts.actor import Actor, ActorKind, Proof

ALL_UNITS = "*"
"""Stands for every unit, of today and later: nobody gets all of them by leaving something out."""


class StaffRole(StrEnum):
    """What a person of the office does. One person may have several."""

    SUPERVISOR = "supervisor"
    """Leads collectors: their phones, their shifts, their mistakes."""
    CASHIER = "cashier"
    """Takes the cash in, records transfers."""
    BILLING_CLERK = "billing_clerk"
    """Bills, readings, complaints about them."""
    ACCOUNTANT = "accountant"
    """Reads the money, and approves what others ask for."""
    OPERATOR = "operator"
    """Keeps devices and printers going; sees no customers."""
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""
    ADMINISTRATOR = "administrator"
    """Accounts of people and devices; sees no customers."""


NOBODY: frozenset[StaffRole] = frozenset()
EVERYBODY = frozenset(StaffRole)

READERS = frozenset(
    {
        StaffRole.SUPERVISOR,
        StaffRole.CASHIER,
        StaffRole.BILLING_CLERK,
        StaffRole.ACCOUNTANT,
        StaffRole.AUDITOR,
    }
)
"""Those who see customers and their accounts."""

MONEY_READERS = READERS - {StaffRole.BILLING_CLERK}
"""Those who see cash boxes and what went wrong with payments."""

COUNTER = frozenset({StaffRole.SUPERVISOR, StaffRole.CASHIER})
"""Those who do what a customer or a collector comes to the office for."""

SERVICE = COUNTER | {StaffRole.BILLING_CLERK}
"""Those who keep what a customer calls the office for."""

INTEREST_CLERKS = frozenset({StaffRole.BILLING_CLERK, StaffRole.ACCOUNTANT})
COMPLAINT_CLERKS = frozenset({StaffRole.SUPERVISOR, StaffRole.BILLING_CLERK})
READING_CLERKS = frozenset({StaffRole.BILLING_CLERK})
DEVICE_KEEPERS = frozenset({StaffRole.SUPERVISOR, StaffRole.OPERATOR, StaffRole.ADMINISTRATOR})
DEVICE_READERS = DEVICE_KEEPERS | {StaffRole.AUDITOR}
LIST_CLERKS = frozenset({StaffRole.BILLING_CLERK})
"""Those who bring lists of customers and meters: what is billed follows from these."""
APPROVERS = frozenset({StaffRole.SUPERVISOR, StaffRole.ACCOUNTANT})
CASHIERS = frozenset({StaffRole.CASHIER})
SUPERVISORS = frozenset({StaffRole.SUPERVISOR})
ADMINISTRATORS = frozenset({StaffRole.ADMINISTRATOR})
LOG_READERS = frozenset({StaffRole.AUDITOR, StaffRole.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person who is signed in."""

    staff_id: UUID
    login_name: str
    full_name: str
    units: frozenset[str]
    roles: frozenset[StaffRole]
    second_factor: bool
    session_id: UUID
    begun_at: datetime

    @property
    def acting_id(self) -> UUID:
        """What tells this person from others where two have to agree."""
        return self.staff_id

    @property
    def collector_code(self) -> None:
        """Of the office: sees more than the routes of one collector."""
        return

    @property
    def collection_point_code(self) -> None:
        """Of the office."""
        return

    @property
    def actor(self) -> str:
        """Name of this person in records of who did what."""
        return reference_of(self.login_name)

    @property
    def as_actor(self) -> Actor:
        """This person as the actor of what is asked for; call it only for one that was found by the session."""
        return Actor(
            kind=ActorKind.PERSON,
            id=str(self.staff_id),
            reference=reference_of(self.login_name),
            proven_by=Proof.TOKEN,
        )

    @property
    def label(self) -> str:
        """How documents name this person."""
        return self.full_name[:60]

    @property
    def sees_all_units(self) -> bool:
        """Whether no unit is closed to this person."""
        return ALL_UNITS in self.units

    def sees_unit(self, unit_code: str | None) -> bool:
        """Whether this person works for a unit; what belongs to no known unit is for those who see all."""
        return self.sees_all_units or unit_code in self.units

    @property
    def unit_codes(self) -> list[str]:
        """The units to ask other services for; none where no unit is closed."""
        return [] if self.sees_all_units else sorted(self.units)

    def may_grant(self, units: Iterable[str]) -> bool:
        """Whether this person may give somebody these units: nobody gives more than the own ones."""
        return self.sees_all_units or set(units) <= self.units

    def has_role(self, *roles: StaffRole) -> bool:
        """Whether this person has one of some roles."""
        return not self.roles.isdisjoint(roles)


def reference_of(login_name: str) -> str:
    """Return how an actor is referred to who is signed in under a name."""
    return f"staff:{login_name}"
