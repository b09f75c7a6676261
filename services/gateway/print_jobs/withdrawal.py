"""Documents that are no longer true are withdrawn before they are printed, each with its cause."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from services.gateway.print_jobs import store
from services.gateway.print_jobs.rules import Trigger
from services.gateway.print_jobs.service import PrintJobEvent, apply_within
from services.gateway.print_jobs.store import PrintJobRecord
from services.gateway.store.accounts import (
    add_withdrawn_visit,
    keep_account,
    keep_accounts,
    known_account,
    lock_visit,
)
from shared.contracts.common import AccountState
from shared.contracts.gateway import PrintJobCause
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork


async def after_account_change(work: UnitOfWork, account: AccountState, moment: datetime) -> set[UUID]:
    """Withdraw notices that name another debt than ``account``; return the devices that had one waiting."""
    if not await keep_account(work.connection, account):
        return set()
    waiting = await store.notices_of_customer(work.connection, account.customer_code, account.version)
    return await _withdraw(work, waiting, _changed(account.debt), moment)


async def after_account_changes(work: UnitOfWork, accounts: Sequence[AccountState], moment: datetime) -> set[UUID]:
    """Do as :func:`after_account_change` for many accounts, with a few statements for all of them."""
    new = await keep_accounts(work.connection, accounts)
    of_code = {account.customer_code: account for account in accounts if account.customer_code in new}
    versions = {code: account.version for code, account in of_code.items()}
    devices: set[UUID] = set()
    for job_id, code in await store.notices_of_customers(work.connection, versions):
        devices |= await _withdraw(work, [job_id], _changed(of_code[code].debt), moment)
    return devices


async def after_reversal(work: UnitOfWork, payment_id: UUID, moment: datetime) -> set[UUID]:
    """Withdraw the receipt of a reversed payment, and copies of it; return the devices that had one waiting."""
    waiting = await store.receipts_of_payment(work.connection, payment_id)
    return await _withdraw(work, waiting, PrintJobCause.REVERSED, moment)


async def after_withdrawn_visit(work: UnitOfWork, visit_id: UUID, customer_code: str, moment: datetime) -> set[UUID]:
    """Withdraw the notices of a visit that was taken back; return the devices that had one waiting."""
    await lock_visit(work.connection, visit_id)
    await add_withdrawn_visit(work.connection, visit_id, moment)
    waiting = await store.notices_of_visit(work.connection, customer_code, visit_id)
    return await _withdraw(work, waiting, PrintJobCause.VISIT_WITHDRAWN, moment)


async def after_newer_notice(work: UnitOfWork, notice: PrintJobRecord, moment: datetime) -> set[UUID]:
    """Withdraw what a notice that was just queued on its phone puts out of date; return the devices concerned.

    That is an earlier notice of the same customer, and one of a door that the collector has left since.
    """
    if notice.visit_id is None or notice.customer_code is None:
        return set()
    job = notice.job
    earlier = await store.notices_before(work.connection, job.device_id, job.sequence)
    same = [job_id for job_id, code in earlier if code == notice.customer_code]
    others = [job_id for job_id, code in earlier if code != notice.customer_code]
    devices = await _withdraw(work, same, PrintJobCause.REPLACED, moment)
    return devices | await _withdraw(work, others, PrintJobCause.DOOR_LEFT, moment)


async def cause_to_withdraw(work: UnitOfWork, ready: DocumentReady) -> PrintJobCause | None:
    """Return why a notice that is ready now is out of date already, or None.

    Its visit is not taken back until the transaction ends.
    """
    if ready.kind is not PaperKind.NOTICE:
        return None
    if ready.visit_id is not None:
        await lock_visit(work.connection, ready.visit_id, shared=True)
    known = await known_account(work.connection, ready.customer_code, ready.visit_id)
    if known.is_withdrawn:
        return PrintJobCause.VISIT_WITHDRAWN
    if ready.account_version is None or known.version is None or known.debt is None:
        return None
    return _changed(known.debt) if known.version > ready.account_version else None


def _changed(debt: int) -> PrintJobCause:
    return PrintJobCause.PAID if debt <= 0 else PrintJobCause.DEBT_CHANGED


async def _withdraw(work: UnitOfWork, job_ids: Iterable[UUID], cause: PrintJobCause, moment: datetime) -> set[UUID]:
    devices = set()
    for job_id in job_ids:
        record = await apply_within(work, PrintJobEvent(job_id, Trigger.WITHDRAW, cause=cause), moment)
        devices.add(record.job.device_id)
    return devices
