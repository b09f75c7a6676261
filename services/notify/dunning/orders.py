"""Keeps orders to cut and to reconnect right, in the transaction that changed what they follow from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.notify.dunning.order_rules import LAPSED, reconnection_cause, withdrawal_cause
from services.notify.dunning.rules import Dunning
from services.notify.dunning.store import cases_of
from services.notify.store import cut_orders
from services.notify.store.cut_warnings import lock_accounts
from shared.clock import Clock
from shared.contracts.notify import CutOrder, CutOrderChanged
from shared.ids import new_id
from shared.messaging import UnitOfWork


class Orders:
    """Withdraws orders of whoever has paid or is blocked, and orders that supply comes back."""

    def __init__(self, dunning: Dunning, clock: Clock) -> None:
        self._dunning = dunning
        self._clock = clock

    async def follow(self, work: UnitOfWork, customer_codes: Sequence[str]) -> None:
        """Do what follows from the present state of some customers, whose accounts this transaction has locked.

        Most have no order: that costs one look.
        """
        connection = work.connection
        found = await cut_orders.concerned(connection, customer_codes)
        if not found:
            return
        moment = self._clock()
        stored = await cases_of(connection, [one.order.customer_code for one in found], moment)
        cases = {one.case.customer_code: one.case for one in stored}
        for one in found:
            case = cases.get(one.order.customer_code)
            rule = self._dunning.rule(one.order.unit_code, moment)
            cause = withdrawal_cause(one.order, one.debt_due_on, case, one.nothing_left, rule)
            if cause is not None:
                await tell(work, await cut_orders.withdraw(connection, one.order.order_id, cause, moment), moment)
                continue
            cause = reconnection_cause(one.order, case, one.nothing_left, rule)
            if cause is not None:
                await self.reconnect(work, one.order, cause, moment)

    async def reconnect(self, work: UnitOfWork, cut: CutOrder, cause: str, since: datetime) -> CutOrder:
        """Order that supply comes back; its clock runs from ``since``."""
        rule, moment = self._dunning.rule(cut.unit_code, since), self._clock()
        due_by = since + timedelta(hours=rule.reconnection.hours)
        order = await cut_orders.add_reconnection(work.connection, new_id(), cut.order_id, moment, due_by, cause)
        await tell(work, order, moment)
        return order

    async def withdraw_lapsed(self, work: UnitOfWork, limit: int) -> int:
        """Withdraw orders to cut whose day is over; returns how many there were."""
        connection, moment = work.connection, self._clock()
        found = await cut_orders.lapsed(connection, moment, limit)
        await lock_accounts(connection, [customer_code for _, customer_code in found])
        count = 0
        for order_id, _ in found:
            # Somebody may have reported it meanwhile: it is read again under the lock of the account.
            order = await cut_orders.open_order(connection, order_id)
            if order is not None:
                await tell(work, await cut_orders.withdraw(connection, order_id, LAPSED, moment), moment)
                count += 1
        return count


async def tell(work: UnitOfWork, order: CutOrder, moment: datetime) -> None:
    """Emit that an order has changed."""
    await work.emit(CutOrderChanged(order=order, changed_at=moment, actor=work.actor), aggregate=order.customer_code)
