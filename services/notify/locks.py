"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.notify.store.blocked_phones import lock_opt_outs
from services.notify.store.complaints import lock_account
from services.notify.store.cut_lists import lock_list
from services.notify.store.cut_orders import order
from services.notify.store.cut_warnings import lock_warning
from services.notify.store.receipt_links import lock_receipt_links
from shared.contracts.notify import (
    ApproveCutList,
    ChangeOptOut,
    DiscardCutList,
    EraseNotifyPerson,
    MakeCutList,
    PrintWarning,
    RecordWarningDelivery,
    ReportCutOrder,
    SendReceiptLink,
)
from shared.db import Connection


async def lock_links(request: SendReceiptLink, connection: Connection) -> None:
    """Lock the links of the receipt."""
    await lock_receipt_links(connection, request.receipt_id)


async def lock_number(request: ChangeOptOut, connection: Connection) -> None:
    """Lock what the number has opted out of."""
    await lock_opt_outs(connection, request.phone)


async def lock_cut_list(request: MakeCutList | ApproveCutList | DiscardCutList, connection: Connection) -> None:
    """Lock the cut-off list."""
    await lock_list(connection, request.list_id)


async def lock_warning_of_delivery(request: RecordWarningDelivery | PrintWarning, connection: Connection) -> None:
    """Lock the warning that was delivered, or is to be printed."""
    await lock_warning(connection, request.warning_id)


async def lock_order_of_report(request: ReportCutOrder, connection: Connection) -> None:
    """Lock the account of the customer whose order it is."""
    found = await order(connection, request.order_id)
    if found is not None:
        await lock_account(connection, found.customer_code)


async def lock_erased_account(request: EraseNotifyPerson, connection: Connection) -> None:
    """Lock what is known of the customer: reminders are scheduled and cancelled under this lock."""
    await lock_account(connection, request.customer_code)
