"""Events from a transaction to a transaction, against the same queue without any database."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from shared.testing.databases import TestDatabases
from simulation.bench.bench import Bench, new_namespace
from simulation.bench.figures import Goal, Row, Sample, compare
from simulation.bench.subjects import Subject, subject
from stack.broker_cleanup import remove_namespace

NAME = "events"

CONCURRENCY = 64
"""Transactions (ours), or publishes (bare), under way at the producer."""


@dataclass
class _Pair:
    producer: Subject
    consumer: Subject
    per_second: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Milliseconds of CPU for each event, of producer and consumer."""
    sent: int = 0

    async def measure(self, count: int) -> None:
        before = self.producer.cpu_seconds + self.consumer.cpu_seconds
        self.sent += count
        begun = await self.producer.ask(count=count, concurrency=CONCURRENCY)
        ended = await self.consumer.ask(handled=self.sent)
        self.per_second.append(count / (ended["at"] - begun["from"]))
        self.cpu.append((self.producer.cpu_seconds + self.consumer.cpu_seconds - before) / count * 1000)

    async def warm_up(self, count: int) -> None:
        await self.measure(count)
        self.per_second.clear()
        self.cpu.clear()


async def run(bench: Bench) -> list[Row]:
    """Measure events a second, from the first transaction's begin to the last one's end."""
    namespace = new_namespace()
    databases = TestDatabases(bench.stack.postgres_url)
    count = bench.size(4000, 1500, 50)
    try:
        settings = bench.settings(namespace) | {
            "BENCH_PRODUCER_URL": await databases.create(),
            "BENCH_CONSUMER_URL": await databases.create(),
        }
        async with AsyncExitStack() as stack:
            pairs = []
            for module in ("our_events", "bare_events"):
                # The consumer first: it makes the queue.
                consumer = await stack.enter_async_context(
                    subject(f"simulation.bench.peers.{module}", "consumer", settings=settings)
                )
                producer = await stack.enter_async_context(
                    subject(f"simulation.bench.peers.{module}", "producer", settings=settings)
                )
                pairs.append(_Pair(producer, consumer))
            for pair in pairs:
                await pair.warm_up(count // 2)
            for _ in range(bench.repetitions):
                for pair in pairs:
                    await pair.measure(count)
    finally:
        await databases.close()
        await remove_namespace(bench.stack.amqp_url, namespace)
    ours, bare = pairs
    return [
        compare(
            NAME,
            "outbox → broker → inbox, both transactions",
            "/s",
            Sample.of(ours.per_second),
            Sample.of(bare.per_second),
            compared_with="bare publish, confirm, consume",
            goal=Goal(0.35, ">=", "ratio"),
        ),
        compare(
            NAME,
            "CPU of an event, both processes",
            "ms",
            Sample.of(ours.cpu),
            Sample.of(bare.cpu),
            compared_with="bare publish, confirm, consume",
        ),
    ]
