"""The whole collection: search, bill, visit and notice, payment, receipt, print job on the phone."""

from ops.bench.bench import Bench
from ops.bench.collecting import Load, collecting
from ops.bench.figures import Goal, Row, percentile

NAME = "the whole collection"

PHONES = 100


async def run(bench: Bench) -> list[Row]:
    """Measure collections a second at saturation, and how long the receipt takes at half of it."""
    phones = bench.size(PHONES, PHONES, 3)
    count = bench.size(2000, 600, 12)
    half_count = bench.size(1000, 300, 6)
    # Each collector may get somewhat more than the others, and the first of each is warming up.
    each = (count + half_count) // phones * 3 // 2 + 10
    async with collecting(bench, phones=phones, customers_each=each) as at_work:
        full = await at_work.saturate(count)
        half = await at_work.pace(full.per_second / 2, half_count)
        await at_work.audit()
    for name, used in sorted(full.cpu.items(), key=lambda item: -item[1]):
        bench.say(f"  {name}: {used / len(full.collections) * 1000:.2f} ms of CPU for each collection")
    return [
        Row(benchmark=NAME, what="collections at saturation", unit="/s", figure=full.per_second, goal=Goal(100, ">=")),
        Row(
            benchmark=NAME,
            what="CPU for each collection, all processes, without the load generator",
            unit="ms",
            figure=_cpu(full),
            note=f"and {full.cpu['load generator'] / len(full.collections) * 1000:.2f} ms for the load generator",
        ),
        *_latency(full, "at saturation", None),
        *_latency(half, f"at half of it ({half.per_second:.0f}/s)", Goal(250, "<=")),
    ]


def _cpu(load: Load) -> float:
    own = sum(used for name, used in load.cpu.items() if name != "load generator")
    return own / len(load.collections) * 1000


def _latency(load: Load, when: str, goal: Goal | None) -> list[Row]:
    times = [one.payment * 1000 for one in load.collections]
    return [
        Row(
            benchmark=NAME,
            what=f"payment to receipt on the phone, p50 {when}",
            unit="ms",
            figure=percentile(times, 0.5),
        ),
        Row(
            benchmark=NAME,
            what=f"payment to receipt on the phone, p99 {when}",
            unit="ms",
            figure=percentile(times, 0.99),
            goal=goal,
        ),
    ]
