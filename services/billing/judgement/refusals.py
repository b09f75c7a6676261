"""What is refused of readings that wait for a person. Pure."""

from uuid import UUID

from shared.problems import Conflict


class ReadingsNotHeld(Conflict):
    """Nobody has to release readings that are not held."""

    slug = "readings-not-held"
    title = "The readings are not held"


class ReadingsBilled(Conflict):
    """A bill was made of the readings: it has its own correction."""

    slug = "readings-billed"
    title = "The readings are billed"


class ReadingsReplaced(Conflict):
    """Other readings have taken the place of these; ``facts`` name their period."""

    slug = "readings-replaced"
    title = "Other readings have taken the place of these"


class ReadingsUnbillable(Conflict):
    """No bill could be made of the readings; the detail says why."""

    slug = "readings-unbillable"
    title = "No bill can be made of these readings"


class MonthArchived(Conflict):
    """Readings cannot be compared with those of ``facts.month``, which is in the archive: bring it back first."""

    slug = "month-archived"
    title = "Readings cannot be judged without a month that is in the archive"


def require_unbilled(bill_id: UUID | None, superseded_by: UUID | None) -> None:
    """Refuse what was done already; raises :class:`ReadingsBilled` or :class:`ReadingsReplaced`."""
    if bill_id is not None:
        raise ReadingsBilled(
            "Kỳ này đã có hóa đơn. Hãy điều chỉnh hoặc thay thế hóa đơn (thungan bills correct).",
            facts={"bill_id": str(bill_id), "command": "thungan bills correct"},
        )
    if superseded_by is not None:
        raise ReadingsReplaced("Chỉ số này đã được thay bằng chỉ số khác.", facts={"superseded_by": str(superseded_by)})
