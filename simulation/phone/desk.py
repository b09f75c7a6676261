"""A desk in the office, or a collection point's computer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from shared import clock
from shared.contracts.billing import HandInReply, HandIns, PaymentReply, ReversalReply, Reversals, ShiftReply, Shifts
from shared.contracts.common import AccountState
from shared.ids import new_id
from simulation.phone.client import ApiClient


class VirtualDesk(ApiClient):
    """A cashier, a supervisor or a collection point, by what it was enrolled as."""

    async def make_code(
        self, role: str, *, collector_code: str | None = None, collection_point_code: str | None = None
    ) -> str:
        """Make a one-time enrolment code (supervisor)."""
        body = {"role": role}
        if collector_code is not None:
            body["collector_code"] = collector_code
        if collection_point_code is not None:
            body["collection_point_code"] = collection_point_code
        answer = await self.call("POST", "/v1/enrolment-codes", body=body)
        return str(answer["code"])

    async def revoke(self, device_id: UUID, reason: str = "Mất điện thoại") -> dict[str, Any]:
        """Shut a device out for good (supervisor)."""
        return await self.call("POST", f"/v1/devices/{device_id}/revocation", body={"reason": reason})

    async def debt(self, customer_code: str) -> AccountState:
        """Read what a customer owes."""
        answer = await self.call("GET", f"/v1/customers/{customer_code}/debt")
        return AccountState.model_validate(answer["account"])

    async def post(
        self,
        customer_code: str,
        amount: int,
        reference: str,
        *,
        payment_id: UUID | None = None,
        received_at: datetime | None = None,
    ) -> PaymentReply:
        """Record money that a collection point has taken."""
        body = {
            "customer_code": customer_code,
            "amount": amount,
            "reference": reference,
            "received_at": (received_at or clock.now()).isoformat(),
        }
        return await self.write(PaymentReply, "POST", "/v1/postings", body, payment_id or new_id())

    async def record_transfer(
        self,
        customer_code: str,
        amount: int,
        reference: str,
        *,
        payment_id: UUID | None = None,
        device_id: UUID | None = None,
        received_at: datetime | None = None,
    ) -> PaymentReply:
        """Record a transfer that has arrived (cashier); the receipt is printed by the phone ``device_id``."""
        body: dict[str, Any] = {
            "method": "transfer",
            "customer_code": customer_code,
            "amount": amount,
            "reference": reference,
            "received_at": (received_at or clock.now()).isoformat(),
        }
        if device_id is not None:
            body["device_id"] = str(device_id)
        return await self.write(PaymentReply, "POST", "/v1/payments", body, payment_id or new_id())

    async def reverse(
        self,
        payment_id: UUID,
        reason: str,
        *,
        reversal_id: UUID | None = None,
        device_id: UUID | None = None,
        paper_returned: bool | None = None,
        at_office: bool = False,
    ) -> PaymentReply:
        """Take a payment back (cashier or supervisor); ``at_office``: its cash is given back at this desk."""
        body: dict[str, Any] = {"reason": reason, "cash_given_back": "office" if at_office else "collector"}
        if paper_returned is not None:
            body["paper_returned"] = paper_returned
        if device_id is not None:
            body["device_id"] = str(device_id)
        path = f"/v1/payments/{payment_id}/reversals"
        return await self.write(PaymentReply, "POST", path, body, reversal_id or new_id())

    async def reversals(self, **query: str) -> Reversals:
        """List reversals (cashier or supervisor)."""
        return await self.read(Reversals, "/v1/reversals", query)

    async def return_paper(self, reversal_id: UUID) -> ReversalReply:
        """Keep that a receipt on paper has come back (cashier or supervisor)."""
        return ReversalReply.model_validate(await self.call("POST", f"/v1/reversals/{reversal_id}/paper"))

    async def give_back(self, reversal_id: UUID) -> ReversalReply:
        """Keep that cash was given back at this desk (cashier or supervisor)."""
        return ReversalReply.model_validate(await self.call("POST", f"/v1/reversals/{reversal_id}/cash"))

    async def shifts(self, **query: str) -> Shifts:
        """List shifts (cashier or supervisor)."""
        return await self.read(Shifts, "/v1/shifts", query)

    async def hand_ins(self, **query: str) -> HandIns:
        """List hand-ins (cashier or supervisor)."""
        return await self.read(HandIns, "/v1/hand-ins", query)

    async def count_hand_in(
        self, hand_in_id: UUID, counted_cash: int, reason: str = "", *, credit_id: UUID | None = None
    ) -> HandInReply:
        """Count what a collector hands in, or confirm a deposit (cashier or supervisor)."""
        body: dict[str, Any] = {"counted_cash": counted_cash, "reason": reason}
        if credit_id is not None:
            body["credit_id"] = str(credit_id)
        return await self.write(HandInReply, "POST", f"/v1/hand-ins/{hand_in_id}/count", body)

    async def confirm_shift(self, shift_id: UUID, counted_cash: int, note: str = "") -> ShiftReply:
        """Count the cash of a closed shift (cashier or supervisor)."""
        body = {"counted_cash": counted_cash, "note": note}
        return await self.write(ShiftReply, "POST", f"/v1/shifts/{shift_id}/confirmation", body)
