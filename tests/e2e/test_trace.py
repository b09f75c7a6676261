"""One payment from phone to printed receipt, as the traces of five processes show it."""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from ops.traces import TracedSpan, read_spans, traces_of
from shared.clock import business_day, now
from shared.contracts.receipt import PaperKind
from shared.ids import new_id
from shared.testing import wait_until
from simulation.command_line import thungan_json
from simulation.phone import VirtualDesk, VirtualPhone
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.services import LocalSystem


@dataclass(frozen=True)
class TracedSystem:
    """A running system that writes traces, and a way to its command line."""

    system: LocalSystem
    traces: Path
    folder: Path

    async def thungan(self, *arguments: str) -> Any:
        return await thungan_json(self.system, *arguments, THUNGAN_TRACE_FILE=str(self.traces))


@pytest_asyncio.fixture(scope="module")
async def paid(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[TracedSystem, UUID]]:
    """A system in which one payment was made, and the payment's id."""
    folder = tmp_path_factory.mktemp("traced")
    traces = folder / "traces.jsonl"
    settings = {"*": {"THUNGAN_TRACE_FILE": str(traces)}}
    async with LocalSystem(f"trace_{uuid4().hex[:8]}", keep=False, settings=settings) as system:
        traced = TracedSystem(system, traces, folder)
        write_sample(folder / "sample", customers=40, seed=3, last_month=Month.before(business_day(now())))
        await traced.thungan("import", "all", str(folder / "sample"))
        yield traced, await pay_one(traced)


async def pay_one(traced: TracedSystem) -> UUID:
    """Have a collector take the first debt of the route and print the receipt; return the payment's id."""
    with (traced.folder / "sample" / "collectors.csv").open(encoding="utf-8") as file:
        collector = next(csv.DictReader(file))["collector_code"]
    first = await traced.thungan("enrol", "--role", "supervisor")
    async with VirtualDesk(traced.system.gateway_url) as supervisor, VirtualPhone(traced.system.gateway_url) as phone:
        await supervisor.enrol(first["code"])
        await phone.enrol(await supervisor.make_code("collector", collector_code=collector))
        await phone.open_stream()
        await phone.open_shift()
        customer = next(stop.customer for stop in (await phone.route()).stops if stop.customer.debt > 0)
        payment_id = new_id()
        await phone.pay(customer.customer_code, customer.debt, payment_id=payment_id)
        await phone.wait_for_printout(PaperKind.RECEIPT, customer_code=customer.customer_code)
        await wait_until(
            lambda: names(traced, payment_id) >= {"print job printed", "publish print_job.finished.v1"}, 20
        )
    return payment_id


def spans_of(traced: TracedSystem, payment_id: UUID) -> list[TracedSpan]:
    traces = traces_of(read_spans(traced.traces), str(payment_id))
    # Repeats of the request (a phone that got no answer) are traces of their own; the first has it all.
    return traces[0] if traces else []


def names(traced: TracedSystem, payment_id: UUID) -> set[str]:
    return {span.name for span in spans_of(traced, payment_id)}


@pytest.mark.timeout(240)
async def test_one_payment_is_one_trace_from_phone_to_printed_receipt(paid: tuple[TracedSystem, UUID]) -> None:
    traced, payment_id = paid
    spans = spans_of(traced, payment_id)
    by_id = {span.span_id: span for span in spans}

    def way_to(service: str, name: str) -> list[tuple[str, str, str]]:
        """Return what led to a span, from the outside in."""
        span: TracedSpan | None = next(one for one in spans if (one.service, one.name) == (service, name))
        way: list[tuple[str, str, str]] = []
        while span is not None:
            way.insert(0, (span.service, span.kind, span.name))
            span = by_id[span.parent_id] if span.parent_id is not None else None
        return way

    to_the_phone = [
        ("gateway", "server", "POST /v1/payments"),
        ("gateway", "client", "request billing.record_payment.v1"),
        ("billing", "server", "handle billing.record_payment.v1"),
        ("billing", "producer", "publish payment.recorded.v1"),
        ("receipt", "consumer", "handle payment.recorded.v1"),
        ("receipt", "producer", "publish document.ready.v1"),
        ("gateway", "consumer", "handle document.ready.v1"),
    ]
    for state in ("offered", "printing", "printed"):
        assert way_to("gateway", f"print job {state}") == [*to_the_phone, ("gateway", "internal", f"print job {state}")]
    assert way_to("gateway", "publish print_job.finished.v1")[-2:] == [
        ("gateway", "internal", "print job printed"),
        ("gateway", "producer", "publish print_job.finished.v1"),
    ]
    # Every other consumer of the payment is in the same trace.
    assert way_to("gateway", "handle payment.recorded.v1")[:-1] == to_the_phone[:4]
    assert [span.name for span in spans if span.parent_id is None] == ["POST /v1/payments"]
    assert {span.error for span in spans} == {None}

    [[*shown]] = await traced.thungan("trace", str(payment_id))
    assert [one["span_id"] for one in shown] == [span.span_id for span in spans_of(traced, payment_id)]


@pytest.mark.timeout(240)
async def test_a_trace_holds_no_names_no_phone_numbers_and_no_addresses(paid: tuple[TracedSystem, UUID]) -> None:
    traced, _ = paid
    with (traced.folder / "sample" / "customers.csv").open(encoding="utf-8") as file:
        customers = list(csv.DictReader(file))
    written = traced.traces.read_text()

    for customer in customers:
        for fact in (customer["name"], customer["phone"], customer["address"]):
            assert not fact or fact not in written
