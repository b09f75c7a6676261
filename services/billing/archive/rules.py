"""Which months of bills' details may be put into the archive, and what is refused without them. Pure."""

from datetime import date

from shared.problems import Conflict, NotFound


class MonthInUse(Conflict):
    """Something of the month is not at its end: ``facts`` say how much, or from when on it may go."""

    slug = "month-in-use"
    title = "The month is still in use"


class MonthChanged(Conflict):
    """The details are not those that were issued, or not those that were put into the archive: ``facts.cause``."""

    slug = "month-changed"
    title = "The details of the month are not what they were"


class NoSuchMonth(NotFound):
    """There is no such month, or it is not where it would have to be."""


class DetailsArchived(Conflict):
    """A bill cannot be corrected without its readings and lines: ``facts.month`` has to be brought back first."""

    slug = "details-archived"
    title = "The details of the bill are in the archive"


def first_to_keep(today: date, months_kept: int) -> tuple[int, int]:
    """Return the first month (year, month) that is too young for the archive."""
    place = today.year * 12 + today.month - 1 - months_kept
    return place // 12, place % 12 + 1


def require_out_of_use(
    month: tuple[int, int],
    today: date,
    *,
    months_kept: int,
    open_bills: int,
    without_a_bill: int,
    not_moved: int = 0,
) -> None:
    """Raise :class:`MonthInUse` for a month (year, month) that people may still ask for."""
    first = first_to_keep(today, months_kept)
    if month >= first:
        raise MonthInUse(
            f"Chi tiết của {months_kept} tháng gần nhất được giữ lại: chưa thể đưa tháng {month[1]:02d}/{month[0]} vào "
            "kho lưu trữ.",
            facts={"months_kept": months_kept},
        )
    if open_bills or without_a_bill:
        raise MonthInUse(
            f"Tháng {month[1]:02d}/{month[0]} còn {open_bills} hóa đơn chưa thu đủ và {without_a_bill} kỳ chỉ số chưa "
            "có hóa đơn.",
            facts={"open_bills": open_bills, "without_a_bill": without_a_bill},
        )
    if not_moved:
        raise MonthInUse(
            f"Chỉ số của {not_moved} kỳ tháng {month[1]:02d}/{month[0]} chưa được chuyển vào phân vùng của tháng: hãy "
            f"chạy `thungan months move {month[0]}-{month[1]:02d}` trước.",
            facts={"not_moved": not_moved},
        )
