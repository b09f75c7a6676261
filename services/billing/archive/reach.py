"""What cannot be judged because the readings that it is compared with are in the archive."""

from collections.abc import Sequence

from services.billing.bills.metered_period import MeteredPeriod
from services.billing.judgement.reach import archived_month_of, archived_reading_of
from services.billing.judgement.refusals import MonthArchived
from services.billing.store import months
from shared.db import Connection


async def out_of_reach(connection: Connection, periods: Sequence[MeteredPeriod]) -> dict[int, str]:
    """Return the places of periods that cannot be compared with all that is known, each with a month to bring back.

    Hold the lock of imports: no month is put into the archive meanwhile.
    """
    archived = await months.away(connection)
    if not archived:
        return {}
    meters = {reading.meter_number for period in periods for reading in period.readings}
    readings, known = await months.readings_away(connection, meters)
    found = {}
    for place, period in enumerate(periods):
        month = archived_month_of(period, archived)
        if month is not None:
            found[place] = str(month)
        elif (reading := archived_reading_of(period, readings, known)) is not None:
            found[place] = f"{reading.year}-{reading.month:02d}"
    return found


async def require_reach(connection: Connection, periods: Sequence[MeteredPeriod]) -> None:
    """Raise :class:`MonthArchived` where one of the periods cannot be compared with all that is known."""
    for month in (await out_of_reach(connection, periods)).values():
        raise MonthArchived(
            f"Chỉ số tháng {month[5:]}/{month[:4]} cần để đối chiếu đang ở trong kho lưu trữ: hãy yêu cầu khôi phục "
            "tháng này trước.",
            facts={"month": month},
        )
