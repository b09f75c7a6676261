"""The collector's phone: what the app does, without a screen."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import aiohttp

from shared import clock
from shared.contracts.billing import (
    CollectionPointsReply,
    CustomerAccount,
    HandInPlace,
    HandInReply,
    HandIns,
    PaymentReply,
    ShiftReply,
)
from shared.contracts.customer import CustomerDetails, CustomersFound, PhoneCorrected, RouteOfDay, VisitReply
from shared.contracts.gateway import PrintJobState
from shared.contracts.notify import CutOrderReported, CutTasks, OrderOutcome, ReminderHistory
from shared.contracts.receipt import PaperKind, ReceiptReply, ReprintReply
from shared.ids import new_id
from simulation.phone.client import ApiClient
from simulation.phone.printer import Printout, VirtualPrinter
from simulation.phone.stream import PhoneStream

T = TypeVar("T")


class VirtualPhone(ApiClient):
    """A phone with a printer. After :meth:`enrol`, :meth:`open_stream` lets print jobs and account updates come in."""

    def __init__(
        self,
        base_url: str,
        *,
        name: str = "virtual phone",
        token: str | None = None,
        session: aiohttp.ClientSession | None = None,
        patience: float = 30.0,
        request_timeout: float = 10.0,
        printer: VirtualPrinter | None = None,
        folder: Path | None = None,
        content: str = "document",
        printer_id: str | None = None,
    ) -> None:
        """``folder`` keeps printouts as files; ``content="escpos"`` asks the gateway for bytes instead of documents."""
        super().__init__(
            base_url,
            name=name,
            token=token,
            session=session,
            patience=patience,
            request_timeout=request_timeout,
        )
        self.printer = printer or VirtualPrinter(folder=folder)
        self._changed = asyncio.Event()
        self.stream = PhoneStream(self, self.printer, self._change, content=content, printer_id=printer_id)

    async def close(self) -> None:
        """Close the stream and the session."""
        await self.stream.stop()
        await super().close()

    # --- stream ----------------------------------------------------------------------------------------------

    def _change(self) -> None:
        self._changed.set()

    async def wait_for(self, condition: Callable[[], T | None], within: float = 30.0, what: str = "") -> T:
        """Wait until ``condition`` gives something true, looking whenever something has happened on the phone.

        Raises ``TimeoutError`` that names what was waited for.
        """
        try:
            async with asyncio.timeout(within):
                while True:
                    self._changed.clear()
                    found = condition()
                    if found:
                        return found
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"{self.name}: {what or 'what was waited for'} did not come in {within} s") from None

    async def open_stream(self, within: float = 30.0) -> dict[str, Any]:
        """Open the stream, wait for the welcome and return it."""
        self.stream.start()
        welcome = await self.wait_for(
            lambda: self.stream.welcome or ({"closed": self.stream.close_code} if self.stream.close_code else None),
            within,
            "a welcome",
        )
        if self.stream.close_code is not None:
            raise ConnectionError(f"the gateway closed the stream with {self.stream.close_code}")
        return welcome

    @property
    def printouts(self) -> list[Printout]:
        """Everything that has come out of the printer, in order."""
        return self.printer.printouts

    async def wait_for_printout(
        self,
        kind: PaperKind | str,
        *,
        customer_code: str | None = None,
        after: int = 0,
        within: float = 30.0,
    ) -> Printout:
        """Wait for a printout of a kind among those from number ``after`` (``len(phone.printouts)`` before the act)."""

        def find() -> Printout | None:
            for printout in self.printouts[after:]:
                if printout.kind == PaperKind(kind) and customer_code in (None, printout.customer_code):
                    return printout
            return None

        return await self.wait_for(find, within, f"a {PaperKind(kind)} on paper")

    async def wait_for_update(
        self, customer_code: str, what: str, *, after: int = 0, within: float = 30.0
    ) -> dict[str, Any]:
        """Wait for an account update, for example ``payment.recorded``, among those from number ``after``."""

        def find() -> dict[str, Any] | None:
            for update in self.stream.updates[after:]:
                if update.get("customer_code") == customer_code and update.get("what") == what:
                    return update
            return None

        return await self.wait_for(find, within, f"{what} of {customer_code}")

    async def wait_until_thrown_out(self, within: float = 30.0) -> int:
        """Wait until the gateway has closed the stream for good and return its close code."""
        return await self.wait_for(lambda: self.stream.close_code, within, "being thrown out")

    async def load_paper(self) -> None:
        """Make the printer ready; held jobs go on, and what it had printed is answered for."""
        self.printer.make_ready()
        await self.stream.answer_late()

    # --- find and agree --------------------------------------------------------------------------------------

    async def search(self, query: str, limit: int = 20) -> CustomersFound:
        """Find customers as a person types it."""
        return await self.read(CustomersFound, "/v1/customers", {"query": query, "limit": limit})

    async def customer(self, customer_code: str) -> CustomerDetails:
        """Read a customer."""
        return await self.read(CustomerDetails, f"/v1/customers/{customer_code}")

    async def count_money(self, customer_code: str) -> dict[str, Any] | None:
        """Say that this phone is about to count a customer's money; return who does so already."""
        answer = await self.call("GET", f"/v1/customers/{customer_code}/account", query={"counting": "true"})
        found: dict[str, Any] | None = answer["counted_by"]
        return found

    async def account(self, customer_code: str, history: int = 0) -> CustomerAccount:
        """Read a customer's bills."""
        return await self.read(CustomerAccount, f"/v1/customers/{customer_code}/account", {"history": history})

    async def route(self, day: date | None = None) -> RouteOfDay:
        """Read the route of a day, today by default."""
        wanted = day or clock.business_day(clock.now())
        return await self.read(RouteOfDay, "/v1/route", {"day": wanted.isoformat()})

    async def correct_phone(
        self, customer_code: str, phone: str, reason: str, *, correction_id: UUID | None = None
    ) -> PhoneCorrected:
        """Correct a customer's phone number."""
        return await self.write(
            PhoneCorrected,
            "POST",
            f"/v1/customers/{customer_code}/phone-corrections",
            {"phone": phone, "reason": reason},
            correction_id or new_id(),
        )

    async def reminders(self, customer_code: str) -> ReminderHistory:
        """Read the SMS reminders of a customer."""
        return await self.read(ReminderHistory, f"/v1/customers/{customer_code}/reminders")

    async def collection_points(self, unit_code: str, limit: int = 5) -> CollectionPointsReply:
        """Read where a notice can be paid."""
        return await self.read(CollectionPointsReply, "/v1/collection-points", {"unit_code": unit_code, "limit": limit})

    # --- visit and money -------------------------------------------------------------------------------------

    async def visit(
        self,
        customer_code: str,
        outcome: str,
        *,
        visit_id: UUID | None = None,
        appointment: datetime | None = None,
        note: str = "",
        visited_at: datetime | None = None,
    ) -> VisitReply:
        """Record a visit: ``met``, ``away`` or ``cannot_pay``; a notice follows on paper."""
        body: dict[str, Any] = {
            "customer_code": customer_code,
            "outcome": str(outcome),
            "visited_at": (visited_at or clock.now()).isoformat(),
            "note": note,
        }
        if appointment is not None:
            body["appointment"] = appointment.isoformat()
        return await self.write(VisitReply, "PUT", f"/v1/visits/{visit_id or new_id()}", body)

    async def pay(
        self,
        customer_code: str,
        amount: int,
        *,
        payment_id: UUID | None = None,
        bill_ids: Sequence[UUID] = (),
        visit_id: UUID | None = None,
        received_at: datetime | None = None,
    ) -> PaymentReply:
        """Take cash; a receipt follows on paper. A lost answer is made good by the same id."""
        body: dict[str, Any] = {
            "method": "cash",
            "customer_code": customer_code,
            "amount": amount,
            "received_at": (received_at or clock.now()).isoformat(),
            "bill_ids": [str(bill_id) for bill_id in bill_ids],
        }
        if visit_id is not None:
            body["visit_id"] = str(visit_id)
        return await self.write(PaymentReply, "POST", "/v1/payments", body, payment_id or new_id())

    async def payment(self, payment_id: UUID) -> PaymentReply:
        """Read a payment."""
        return await self.read(PaymentReply, f"/v1/payments/{payment_id}")

    async def receipt_of(self, payment_id: UUID) -> ReceiptReply:
        """Read the receipt of a payment."""
        return await self.read(ReceiptReply, f"/v1/payments/{payment_id}/receipt")

    async def receipt(self, receipt_id: UUID) -> ReceiptReply:
        """Read a receipt."""
        return await self.read(ReceiptReply, f"/v1/receipts/{receipt_id}")

    async def reprint(self, receipt_id: UUID, reason: str, *, reprint_id: UUID | None = None) -> ReprintReply:
        """Print a counted copy of a receipt."""
        path = f"/v1/receipts/{receipt_id}/copies"
        return await self.write(ReprintReply, "POST", path, {"reason": reason}, reprint_id or new_id())

    # --- shift -----------------------------------------------------------------------------------------------

    async def open_shift(
        self, opening_float: int = 0, *, shift_id: UUID | None = None, opened_at: datetime | None = None
    ) -> ShiftReply:
        """Open the collector's shift."""
        body = {"opening_float": opening_float, "opened_at": (opened_at or clock.now()).isoformat()}
        return await self.write(ShiftReply, "POST", "/v1/shifts", body, shift_id or new_id())

    async def shift(self) -> ShiftReply:
        """Read the open shift."""
        return await self.read(ShiftReply, "/v1/shifts/current")

    async def close_shift(
        self,
        shift_id: UUID,
        counted_cash: int,
        *,
        denominations: dict[str, int] | None = None,
        explanation: str = "",
        closed_at: datetime | None = None,
    ) -> ShiftReply:
        """Close the shift with the counted cash; a shift slip follows on paper."""
        body = {
            "counted_cash": counted_cash,
            "denominations": denominations or {},
            "explanation": explanation,
            "closed_at": (closed_at or clock.now()).isoformat(),
        }
        return await self.write(ShiftReply, "POST", f"/v1/shifts/{shift_id}/closing", body)

    async def hand_in(
        self,
        shift_id: UUID,
        amount: int,
        *,
        place: HandInPlace | str = HandInPlace.CASHIER,
        slip_number: str = "",
        photo: str = "",
        hand_in_id: UUID | None = None,
    ) -> HandInReply:
        """Say that cash of the open shift is handed in."""
        body = {"place": str(place), "amount": amount, "slip_number": slip_number, "photo": photo}
        return await self.write(HandInReply, "POST", f"/v1/shifts/{shift_id}/hand-ins", body, hand_in_id or new_id())

    async def hand_ins(self, shift_id: UUID) -> HandIns:
        """Read what was handed in of a shift."""
        return await self.read(HandIns, f"/v1/shifts/{shift_id}/hand-ins")

    # --- orders to cut and to reconnect -----------------------------------------------------------------------

    async def cut_tasks(self) -> CutTasks:
        """Read which warnings are to be delivered, and which orders to be carried out."""
        return await self.read(CutTasks, "/v1/cut-tasks")

    async def report_order(
        self,
        order_id: UUID,
        outcome: OrderOutcome | str,
        *,
        meter_reading: int | None = None,
        note: str = "",
        report_id: UUID | None = None,
        stated_at: datetime | None = None,
    ) -> CutOrderReported:
        """Say what came of an order at the meter."""
        body: dict[str, Any] = {
            "outcome": str(outcome),
            "note": note,
            "stated_at": (stated_at or clock.now()).isoformat(),
        }
        if meter_reading is not None:
            body["meter_reading"] = meter_reading
        return await self.write(
            CutOrderReported, "POST", f"/v1/cut-orders/{order_id}/reports", body, report_id or new_id()
        )

    # --- print jobs -------------------------------------------------------------------------------------------

    async def print_jobs(self, state: PrintJobState | str | None = None) -> list[dict[str, Any]]:
        """List this phone's print jobs, the latest first."""
        query = {"state": str(state)} if state is not None else None
        answer = await self.call("GET", "/v1/print-jobs", query=query)
        jobs: list[dict[str, Any]] = answer["print_jobs"]
        return jobs

    async def print_job(self, job_id: UUID) -> dict[str, Any]:
        """Read one print job."""
        return await self.call("GET", f"/v1/print-jobs/{job_id}")

    async def print_again(self, job_id: UUID, after_attempt: int) -> dict[str, Any]:
        """A person has looked at the printer: nothing has come out, print it again."""
        return await self.call("POST", f"/v1/print-jobs/{job_id}/attempts", body={"after_attempt": after_attempt})

    async def confirm_printed(self, job_id: UUID, attempt: int) -> dict[str, Any]:
        """A person has looked at the printer: the printout has come out."""
        return await self.report(job_id, attempt, "printed")

    async def report(self, job_id: UUID, attempt: int, state: str, cause: str | None = None) -> dict[str, Any]:
        """Report a result over HTTP, for when the stream is down."""
        body: dict[str, Any] = {"attempt": attempt, "state": state}
        return await self.call(
            "POST", f"/v1/print-jobs/{job_id}/results", body={**body, "cause": cause} if cause else body
        )
