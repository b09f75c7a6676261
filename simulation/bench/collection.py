"""The whole collection: search, bill, visit and notice, payment, receipt, print job on the phone."""

from simulation.bench.bench import Bench
from simulation.bench.collection_load import Load, collection_load
from simulation.bench.commits import commits_per_second
from simulation.bench.figures import Goal, Row, percentile

NAME = "the whole collection"

PHONES = 100


async def run(bench: Bench) -> list[Row]:
    """Measure collections a second at saturation, and how long the receipt takes at half of it."""
    phones = bench.size(PHONES, PHONES, 3)
    count = bench.size(2000, 600, 12)
    half_count = bench.size(1000, 300, 6)
    # Each collector may get somewhat more than the others, and the first of each is warming up.
    each = (count + half_count) // phones * 3 // 2 + 10
    commits = await commits_per_second(bench)
    async with collection_load(bench, phones=phones, customers_each=each) as at_work:
        full = await at_work.saturate(count)
        repeated = at_work.repetitions()
        half = await at_work.pace(full.per_second / 2, half_count)
        await at_work.audit()
    transactions = full.transactions / len(full.collections)
    return [
        Row(
            benchmark=NAME,
            what=f"collections at saturation, {phones} phones",
            unit="/s",
            figure=full.per_second,
            compared_with=f"the disk: {transactions:.0f} commits each",
            other=commits / transactions,
            goal=Goal(100, ">="),
            note=f"the disk keeps {commits:,.0f} one-row transactions a second; {repeated} requests repeated because"
            " the gateway was busy; the databases were audited afterwards",
        ),
        _latency(full, "at saturation", None),
        _latency(half, f"at half of it ({half.per_second:.0f}/s)", Goal(250, "<=")),
        *cpu_rows(NAME, full, ""),
    ]


def cpu_rows(benchmark: str, load: Load, when: str) -> list[Row]:
    """Return a row for the CPU of each process, the greatest first, and one for their sum."""
    used = {name: seconds / len(load.collections) * 1000 for name, seconds in load.cpu.items()}
    own = sum(milliseconds for name, milliseconds in used.items() if name != "load generator")
    rows = [Row(benchmark=benchmark, what=f"CPU of a collection{when}, all but the load", unit="ms", figure=own)]
    for name, milliseconds in sorted(used.items(), key=lambda item: -item[1]):
        rows.append(Row(benchmark=benchmark, what=f"CPU of a collection{when}: {name}", unit="ms", figure=milliseconds))
    return rows


def _latency(load: Load, when: str, goal: Goal | None) -> Row:
    times = [one.payment * 1000 for one in load.collections]
    return Row(
        benchmark=NAME,
        what=f"payment to receipt on the phone, p99 {when}",
        unit="ms",
        figure=percentile(times, 0.99),
        median=percentile(times, 0.5),
        goal=goal,
    )
