"""Request and reply: ours against bare aio-pika and against FastStream's ``request``."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from simulation.bench.bench import Bench, new_namespace
from simulation.bench.figures import Goal, Row, Sample, compare
from simulation.bench.subjects import Subject, subject
from stack.broker_cleanup import remove_namespace

NAME = "request/reply"

OURS, BARE, BAREST, FASTSTREAM = "ours", "bare aio-pika", "bare, unconfirmed", "FastStream"


@dataclass
class _Pair:
    """A process that asks and one that answers."""

    requester: Subject
    responder: Subject
    milliseconds: list[float] = field(default_factory=list)
    """Per request, in each repetition: the time that it took, divided by how many were under way."""
    cpu: list[float] = field(default_factory=list)

    async def measure(self, count: int, concurrency: int) -> None:
        before = self.requester.cpu_seconds + self.responder.cpu_seconds
        result = await self.requester.ask(count=count, concurrency=concurrency)
        used = self.requester.cpu_seconds + self.responder.cpu_seconds - before
        self.milliseconds.append(result["seconds"] / count * 1000)
        self.cpu.append(used / count * 1000)


async def run(bench: Bench) -> list[Row]:
    """Measure one request at a time, and 64 at a time."""
    rows = []
    sizes = {1: bench.size(1500, 400, 0), 64: bench.size(6000, 1500, 64)}
    for concurrency, count in sizes.items():
        if not count:
            continue
        async with _contestants(bench) as pairs:
            for pair in pairs.values():
                await pair.requester.ask(count=count // 2, concurrency=concurrency)
            for _ in range(bench.repetitions):
                for name, pair in pairs.items():
                    # FastStream has one request under way, however many are made.
                    await pair.measure(count // 4 if name == FASTSTREAM else count, concurrency)
            rows += _rows(pairs, concurrency)
    return rows


def _rows(pairs: dict[str, _Pair], concurrency: int) -> list[Row]:
    at = f"{concurrency} at a time"
    ours = pairs[OURS]
    rows = [
        compare(
            NAME,
            f"cost of a request, {at}",
            "ms",
            Sample.of(ours.milliseconds),
            Sample.of(pairs[BARE].milliseconds),
            compared_with=BARE,
            goal=Goal(1.25, "<=", "ratio"),
        ),
        compare(
            NAME,
            f"CPU of a request, both sides, {at}",
            "ms",
            Sample.of(ours.cpu),
            Sample.of(pairs[BARE].cpu),
            compared_with=BARE,
        ),
        compare(
            NAME,
            f"cost of a request, {at}",
            "ms",
            Sample.of(ours.milliseconds),
            Sample.of(pairs[BAREST].milliseconds),
            compared_with=BAREST,
            note="the least that can be done: no confirm, no acknowledgement, no notice that nobody is there",
        ),
    ]
    if FASTSTREAM in pairs:
        rows.append(
            compare(
                NAME,
                f"requests, {at}",
                "/s",
                Sample.of([1000 / each for each in ours.milliseconds]),
                Sample.of([1000 / each for each in pairs[FASTSTREAM].milliseconds]),
                compared_with=FASTSTREAM,
                goal=Goal(3, ">=", "ratio") if concurrency > 1 else None,
            )
        )
    return rows


@asynccontextmanager
async def _contestants(bench: Bench) -> AsyncIterator[dict[str, _Pair]]:
    namespace = new_namespace()
    modules = {
        OURS: ("our_requests", ()),
        BARE: ("bare_requests", ()),
        BAREST: ("bare_requests", ("unconfirmed",)),
        FASTSTREAM: ("faststream_requests", ()),
    }
    if bench.peers_python is None:
        del modules[FASTSTREAM]
    pairs = {}
    async with AsyncExitStack() as stack:
        for name, (module, arguments) in modules.items():
            settings = bench.settings(namespace)
            found = {"python": bench.peers_python} if name == FASTSTREAM and bench.peers_python else {}
            sides = [
                await stack.enter_async_context(
                    subject(f"simulation.bench.peers.{module}", side, *arguments, settings=settings, **found)
                )
                for side in ("responder", "requester")
            ]
            pairs[name] = _Pair(responder=sides[0], requester=sides[1])
        yield pairs
    await remove_namespace(bench.stack.amqp_url, namespace)
