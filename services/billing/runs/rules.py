"""Rules of bill runs: which may exist side by side, who may release one, and what has to fit. Pure."""

from dataclasses import dataclass
from hashlib import sha1
from uuid import UUID

from services.billing.second_person import is_same_person
from shared.contracts.actor import Actor
from shared.contracts.billing import BillRunState
from shared.money import format_dong, format_number
from shared.problems import Conflict, NotAllowed

RunState = BillRunState


class RunOverlaps(Conflict):
    """Another run that has not ended is over some of the same readings."""

    slug = "run-overlaps"
    title = "Another bill run is over some of the same readings"


class RunNotReady(Conflict):
    """The run is in another state than the step needs; ``facts`` has it."""

    slug = "run-not-ready"
    title = "The bill run is not ready for this"


class TotalsDiffer(Conflict):
    """What was confirmed is not what the run comes to; ``facts`` has both."""

    slug = "run-totals-differ"
    title = "The bill run comes to something else"


class RunOutOfDate(Conflict):
    """Readings, contracts or prices of the run have changed since it was computed."""

    slug = "run-out-of-date"
    title = "What the bill run was computed from has changed"


class SecondPersonNeeded(NotAllowed):
    """Who asked for a run cannot release it."""

    slug = "second-person-needed"
    title = "Another person has to release the bill run"
    usual_detail = "Đợt lập hóa đơn phải do người khác với người đã yêu cầu duyệt phát hành."


@dataclass(frozen=True, slots=True)
class RunScope:
    """Over which readings a run is."""

    unit_prefix: str = ""
    """Units whose codes begin so: a whole code is a unit, its beginning a company, '' everything."""
    year: int | None = None
    month: int | None = None
    """None: all months that wait."""

    def overlaps(self, other: "RunScope") -> bool:
        """Whether a reading can be in both."""
        units = self.unit_prefix.startswith(other.unit_prefix) or other.unit_prefix.startswith(self.unit_prefix)
        months = None in (self.year, other.year) or (self.year, self.month) == (other.year, other.month)
        return units and months

    def __str__(self) -> str:
        what = self.unit_prefix or "all units"
        return what if self.month is None else f"{what} {self.month:02d}/{self.year}"


@dataclass(frozen=True, slots=True)
class RunTotals:
    """What the bills of a run come to; money in đồng."""

    bills: int = 0
    kwh: int = 0
    pre_vat: int = 0
    vat: int = 0
    total: int = 0


_BILLS = UUID("5f0c4a52-6a0e-4d6e-9a43-1f2c5d2f7a10").bytes
_MOMENT_BYTES = 6
"""Of a UUIDv7: the milliseconds of its making."""
_VERSION_AND_VARIANT = 0xF000_C000_0000_0000_0000
_CUSTOM = 0x8000_8000_0000_0000_0000
"""Version 8 of RFC 9562: unique, made in a way of one's own."""


def bill_id_of(period_id: UUID) -> UUID:
    """Return the id of the bill of a metered period: the same in whichever run it is computed.

    It begins as the period's does, with the moment of the import, which takes customers in their order: so the bills of
    neighbours are neighbours in each index of ids, which would else have a page written for nearly every bill.
    """
    period = period_id.bytes
    rest = sha1(_BILLS + period, usedforsecurity=False).digest()
    unique = int.from_bytes(period[:_MOMENT_BYTES] + rest[: 16 - _MOMENT_BYTES])
    return UUID(int=unique & ~_VERSION_AND_VARIANT | _CUSTOM)


def person(actor: Actor) -> str:
    """Return the name under which a person asks and confirms, to be shown: the one given, else the login."""
    return " ".join((actor.reference or actor.id).split()).casefold()


def check_second_person(asked_by: Actor, confirmed_by: Actor) -> None:
    """Raise :class:`SecondPersonNeeded` where both are the same."""
    if is_same_person(asked_by, confirmed_by):
        raise SecondPersonNeeded


def check_totals(totals: RunTotals, bills: int, total: int) -> None:
    """Raise :class:`TotalsDiffer` where a run comes to something else than what is confirmed."""
    if (totals.bills, totals.total) != (bills, total):
        raise TotalsDiffer(
            f"Đợt này có {format_number(totals.bills)} hóa đơn, {format_dong(totals.total)}; "
            f"số xác nhận là {format_number(bills)} hóa đơn, {format_dong(total)}.",
            facts={
                "bills": totals.bills,
                "total": totals.total,
                "confirmed_bills": bills,
                "confirmed_total": total,
            },
        )
