from services.notify.domain.causes import Cause
from services.notify.domain.opt_outs import require_kind
from services.notify.domain.reminders import BlockedPhone, OptOut
from services.notify.store.blocked_phones import (
    add_opt_out,
    block_phone,
    opt_outs_of,
    remove_opt_out,
    unblock_phone,
)
from shared.clock import Clock
from shared.contracts.notify import ChangeOptOut, OptOutsReply
from shared.messaging import UnitOfWork


async def change_opt_out(request: ChangeOptOut, work: UnitOfWork, *, clock: Clock) -> OptOutsReply:
    """Opt a number out of messages, or in again; what waits is checked against it before it leaves."""
    connection, kind = work.connection, require_kind(request.kind, wrong_number=request.wrong_number)
    moment, by = clock(), request.requested_by
    if kind is not None and request.opted_out:
        await add_opt_out(connection, OptOut(request.phone, kind, request.note, by, moment))
    elif kind is not None:
        await remove_opt_out(connection, request.phone, kind)
    elif request.opted_out:
        cause = Cause.WRONG_NUMBER if request.wrong_number else Cause.OPTED_OUT
        await block_phone(connection, BlockedPhone(request.phone, cause, request.note, by, moment))
    else:
        await unblock_phone(connection, request.phone)
    facts = {"opted_out": request.opted_out, "kind": kind, "wrong_number": request.wrong_number, "note": request.note}
    await work.act("opt_out.changed", request.phone, **facts)
    return await opt_outs_of(connection, request.phone)
