"""Numbers and texts of a person who wants to be forgotten, and of messages that are old."""

from datetime import timedelta

import asyncpg

from services.notify.domain.kinds import Kind
from services.notify.handlers.change_opt_out import change_opt_out
from services.notify.periodic_tasks import Retention
from services.notify.store.complaints import lock_account
from services.notify.store.personal_data import remove_person
from shared.contracts.notify import ChangeOptOut, ReminderState
from shared.db import Connection
from shared.ids import new_id
from tests.integration.notify.notices import CODE, NIGHT, NOON, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify


async def erase(notify: Notify) -> dict[str, int]:
    async with notify.new_work() as work:
        await lock_account(work.connection, CODE)
        removed = (await remove_person(work.connection, CODE, notify.clock())).removed
    return {one.kind: one.rows for one in removed}


async def tables_with(connection: Connection | asyncpg.Pool, text: str) -> list[str]:
    tables = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    return [
        table["relname"]
        for table in tables
        if await connection.fetchval(
            f"SELECT EXISTS (SELECT FROM {table['relname']} AS one WHERE one::text LIKE '%' || $1 || '%')",
            text,
        )
    ]


async def test_the_number_is_found_in_no_table_after_the_person_was_erased(notify: Notify, operator: Operator) -> None:
    await notify.consume(notice())
    await notify.sender.send_due()
    async with notify.new_work() as work:
        change = ChangeOptOut(
            change_id=new_id(), phone=PHONE, kind=Kind.OVERDUE, opted_out=True, note="", requested_by="Lan"
        )
        await change_opt_out(change, work, clock=notify.clock)
    assert set(await tables_with(notify.pool, PHONE)) >= {"accounts", "acts", "attempts", "opt_outs", "reminders"}
    assert set(await erase(notify)) == {"notify.contact", "notify.messages", "notify.attempts", "notify.opt_outs"}
    assert await tables_with(notify.pool, PHONE) == []
    assert await erase(notify) == {}
    reminder = await notify.reminder()
    assert (reminder.state, len(operator.sent)) == (ReminderState.SENT, 1)
    assert await notify.violations() == []


async def test_what_waits_is_not_sent_to_a_person_who_was_erased(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    clock.moment = NIGHT
    await notify.consume(notice())
    await erase(notify)
    clock.advance(hours=12)
    await notify.sender.send_due()
    assert operator.sent == []
    assert (await notify.reminder()).state is ReminderState.FAILED


async def test_what_a_late_event_brings_back_is_not_sent_and_is_removed_again(
    notify: Notify, operator: Operator, clock: Clock
) -> None:
    late = notice()
    clock.moment = NOON + timedelta(hours=1)
    await erase(notify)
    await notify.consume(late)
    await notify.sender.send_due()
    assert operator.sent == []
    assert (await notify.reminder()).text
    retention = Retention(notify.pool, clock=clock)
    await retention.delete()
    assert not (await notify.reminder()).text
    assert {"reminders", "attempts"}.isdisjoint(await tables_with(notify.pool, PHONE))
    clock.advance(days=41)
    await retention.delete()
    assert await notify.pool.fetchval("SELECT count(*) FROM erased_people") == 0


async def test_numbers_and_texts_of_old_messages_are_removed_and_that_they_left_stays(
    notify: Notify, clock: Clock
) -> None:
    await notify.consume(notice())
    await notify.sender.send_due()
    retention = Retention(notify.pool, clock=clock)
    for days, removed in ((399, 0), (2, 1), (1, 0)):
        clock.advance(days=days)
        assert await retention.delete() == removed
    assert await tables_with(notify.pool, PHONE) == ["accounts"]
    assert (await notify.reminder()).state is ReminderState.SENT
    assert await notify.violations() == []
