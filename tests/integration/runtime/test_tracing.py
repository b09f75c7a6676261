"""Traces on the way out of a process: to a file, to a collector, or nowhere at all."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.trace import Span, SpanKind
from pydantic import SecretStr

from shared.health import serve_app
from shared.messaging import correlated, current, tracing
from shared.messaging.trace_recorder import start_recording
from shared.settings import ServiceSettings
from shared.testing import wait_until
from stack.state import PROJECT

OUTSIDE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def settings(**others: Any) -> ServiceSettings:
    return ServiceSettings(
        amqp_url=SecretStr("amqp://localhost"), database_url=SecretStr("postgresql://"), instance="one", **others
    )


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Tracing to a file for the time of the test; gives what reads it."""
    path = tmp_path / "deep" / "traces.jsonl"
    stop = start_recording("billing", settings(trace_file=path))
    yield lambda: [json.loads(line) for line in path.read_text().splitlines()]
    stop()


@pytest_asyncio.fixture
async def collector() -> AsyncIterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An OpenTelemetry collector: its address, and what it was sent."""
    received: list[ExportTraceServiceRequest] = []

    async def take(request: web.Request) -> web.Response:
        received.append(ExportTraceServiceRequest.FromString(await request.read()))
        return web.Response(content_type="application/x-protobuf")

    app = web.Application()
    app.router.add_post("/v1/traces", take)
    async with serve_app(app, host="127.0.0.1", port=0, shutdown_seconds=1) as port:
        yield f"http://127.0.0.1:{port}/", received


def test_while_tracing_is_off_the_context_is_passed_on_as_it_came() -> None:
    with correlated(traceparent=OUTSIDE), tracing.span("something", SpanKind.SERVER) as span:
        span.set_attribute("fact", 1)
        tracing.fail(span, "reason")
        inside = current()
    assert inside is not None
    assert inside.traceparent == OUTSIDE
    assert not span.is_recording()


def test_while_tracing_is_off_what_keeps_spans_is_not_even_imported() -> None:
    code = "import shared.runtime, sys; sys.exit('opentelemetry.sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


def test_what_is_done_inside_is_part_of_what_came_from_outside(written: Callable[[], list[dict[str, Any]]]) -> None:
    with (
        correlated(traceparent=OUTSIDE),
        tracing.span("outer", SpanKind.SERVER, {"order": 1, "absent": None}),
        tracing.span("inner", SpanKind.CLIENT),
    ):
        pass

    inner, outer = written()
    assert (outer["trace_id"], outer["parent_id"]) == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")
    assert (inner["trace_id"], inner["parent_id"]) == (outer["trace_id"], outer["span_id"])
    assert (outer["service"], outer["instance"], outer["kind"], outer["facts"]) == (
        "billing",
        "one",
        "server",
        {"order": 1},
    )
    assert outer["start_ns"] <= inner["start_ns"] <= inner["end_ns"] <= outer["end_ns"]


def test_what_fails_is_marked_with_the_errors_type_and_never_its_text(
    written: Callable[[], list[dict[str, Any]]],
) -> None:
    with pytest.raises(ValueError, match="Lan"), tracing.span("failing", SpanKind.INTERNAL):
        raise ValueError("Nguyễn Thị Lan 0912345678")

    [span] = written()
    assert span["error"] == "ValueError"
    assert "Lan" not in json.dumps(span, ensure_ascii=False)


def test_something_that_took_place_before_has_its_own_times(written: Callable[[], list[dict[str, Any]]]) -> None:
    start = datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)

    passed_on = tracing.record("waiting", OUTSIDE, start=start, end=start + timedelta(seconds=90))

    [span] = written()
    assert span["end_ns"] - span["start_ns"] == 90 * 10**9
    assert span["start_ns"] == 1767323045678901000
    assert passed_on == f"00-{span['trace_id']}-{span['span_id']}-01"
    assert tracing.record("of nothing", None, start=start, end=start) is None
    assert len(written()) == 1


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        f"{OUTSIDE}\n",
        f"{OUTSIDE}-more",
    ],
)
def test_a_context_from_outside_that_is_none_is_not_taken(header: str | None) -> None:
    assert tracing.valid(header) is None


def sampled(span: Span) -> bool:
    traceparent = tracing.traceparent_of(span)
    return traceparent is not None and int(traceparent[-2:], 16) & 1 == 1


def test_nothing_is_written_of_what_is_not_sampled(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    stop = start_recording("billing", settings(trace_file=path, trace_ratio=0.0))
    with correlated(), tracing.span("outer", SpanKind.SERVER) as outer, tracing.span("inner", SpanKind.CLIENT) as inner:
        # The decision travels along: nobody further on records it either.
        assert not sampled(outer)
        assert not sampled(inner)
    stop()

    assert path.read_text() == ""


async def test_a_collector_is_sent_what_was_traced(collector: tuple[str, list[ExportTraceServiceRequest]]) -> None:
    endpoint, received = collector
    stop = start_recording("billing", settings(otlp_endpoint=endpoint))
    with correlated(), tracing.span("outer", SpanKind.SERVER), tracing.span("inner", SpanKind.CLIENT):
        pass
    await asyncio.to_thread(stop)

    await wait_until(lambda: received)
    [resource] = received[0].resource_spans
    named = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert (named["service.name"], named["service.instance.id"]) == ("billing", "one")
    assert [span.name for span in resource.scope_spans[0].spans] == ["inner", "outer"]


async def test_a_collector_that_is_away_holds_nothing_up() -> None:
    stop = start_recording("billing", settings(otlp_endpoint="http://127.0.0.1:9"))
    with correlated(), tracing.span("outer", SpanKind.SERVER) as span:
        assert tracing.traceparent_of(span) is not None
    async with asyncio.timeout(15):
        await asyncio.to_thread(stop)
