"""A month of bills' details is put into the archive, or brought back."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.billing.archive.rules import MonthChanged, MonthInUse, NoSuchMonth, require_out_of_use
from services.billing.store import months
from services.billing.store.months import MonthAct
from shared.clock import Clock, business_day
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MovedMonth:
    """What was moved into the partitions of a month."""

    bills: int
    """Whose details were moved."""
    periods: int
    """With their readings."""


WorkFactory = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
MOVED_AT_ONCE = 2_000
_AGAIN = 0.5
_IMPORTED_OR_READ = "Đang nhập chỉ số hoặc đang đọc liên tục: hãy thử lại sau."


async def detach_month(
    work: UnitOfWork, act_id: UUID, month: tuple[int, int], reason: str, *, months_kept: int, clock: Clock
) -> MonthAct:
    """Put the details of a month (year, month) into the archive, all or nothing; repeating it changes nothing.

    Raises :class:`MonthInUse`, :class:`MonthChanged` where they are not what bills were issued with, and
    :class:`NoSuchMonth`.
    """
    connection = work.connection
    await months.be_patient(connection)
    open_bills, without_a_bill, not_moved = await months.in_use(connection, *month)
    require_out_of_use(
        month,
        business_day(clock()),
        months_kept=months_kept,
        open_bills=open_bills,
        without_a_bill=without_a_bill,
        not_moved=not_moved,
    )
    try:
        done = await months.detach(connection, act_id, *month, reason, work.actor)
    except asyncpg.UndefinedTableError:
        raise NoSuchMonth(f"Không có chi tiết hóa đơn riêng của tháng {month[1]:02d}/{month[0]}.") from None
    except asyncpg.RestrictViolationError:
        raise MonthInUse(f"Tháng {month[1]:02d}/{month[0]} vừa được sử dụng.") from None
    except asyncpg.LockNotAvailableError:
        raise MonthInUse(_IMPORTED_OR_READ) from None
    except asyncpg.DataCorruptedError as error:
        raise _changed(month, error) from None
    await work.act("month.detached", _named(month), bills=done.bills, contents=done.contents, reason=reason)
    return done


async def move_month(
    new_work: WorkFactory, month: tuple[int, int], *, at_most: int = MOVED_AT_ONCE, progress: Callable[[int], None]
) -> MovedMonth:
    """Move details that copies of a version before have left in the register into the partition of their month.

    Each batch is a transaction of its own, which others that write to bills wait for: less than a second. Stopped at
    any point it goes on when it is called again. Returns how many were moved. Raises :class:`NoSuchMonth` where the
    month has no partition.
    """
    moved = await _move_all(new_work, month, months.move, at_most, 0, progress)
    periods = await _move_all(new_work, month, months.move_readings, at_most, moved, progress)
    if moved or periods:
        async with new_work() as work:
            await work.act("month.moved", _named(month), bills=moved, periods=periods)
    return MovedMonth(moved, periods)


Move = Callable[[Connection, int, int, str, int], Awaitable[tuple[int, str | None]]]


async def _move_all(
    new_work: WorkFactory,
    month: tuple[int, int],
    move: Move,
    at_most: int,
    before: int,
    progress: Callable[[int], None],
) -> int:
    moved, code = 0, ""
    while True:
        try:
            async with new_work() as work:
                batch, last = await move(work.connection, *month, code, at_most)
        except asyncpg.LockNotAvailableError:
            await asyncio.sleep(_AGAIN)
            continue
        except asyncpg.UndefinedTableError:
            raise NoSuchMonth(f"Không có chi tiết hóa đơn riêng của tháng {month[1]:02d}/{month[0]}.") from None
        except asyncpg.NotNullViolationError:
            raise MonthInUse("Các bản cũ của dịch vụ còn có thể đang chạy: hãy chạy migrate `post` trước.") from None
        if last is None or (batch == 0 and last == code):
            return moved
        moved, code = moved + batch, last
        if batch:
            progress(before + moved)


async def attach_month(work: UnitOfWork, act_id: UUID, month: tuple[int, int], reason: str) -> MonthAct:
    """Bring the details of a month back, as long as they are what was detached; repeating it changes nothing.

    Raises :class:`MonthInUse` while readings are imported or a partition is read without a stop, :class:`MonthChanged`
    and :class:`NoSuchMonth`.
    """
    await months.be_patient(work.connection)
    try:
        done = await months.attach(work.connection, act_id, *month, reason, work.actor)
    except asyncpg.UndefinedTableError:
        raise NoSuchMonth(f"Tháng {month[1]:02d}/{month[0]} không có trong kho lưu trữ của cơ sở dữ liệu.") from None
    except asyncpg.LockNotAvailableError:
        raise MonthInUse(_IMPORTED_OR_READ) from None
    except asyncpg.DataCorruptedError as error:
        raise _changed(month, error) from None
    await work.act("month.attached", _named(month), bills=done.bills, contents=done.contents, reason=reason)
    return done


def _changed(month: tuple[int, int], error: asyncpg.PostgresError) -> MonthChanged:
    return MonthChanged(
        f"Chi tiết hóa đơn tháng {month[1]:02d}/{month[0]} không còn nguyên vẹn: hãy chạy `thungan audit`.",
        facts={"cause": str(error)},
    )


def _named(month: tuple[int, int]) -> str:
    return f"{month[0]}-{month[1]:02d}"
