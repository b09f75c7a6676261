"""The whole collection with 1, 2 and 4 copies of each service: where the time goes, and what the next limit is."""

from ops.system import SERVICES
from simulation.bench.bench import Bench
from simulation.bench.collection import PHONES
from simulation.bench.collection_load import Load, collection_load
from simulation.bench.figures import Row

NAME = "copies of each service"


async def run(bench: Bench) -> list[Row]:
    """Measure each number of copies on a system of its own; the gateway's phones are spread over its copies."""
    phones = bench.size(PHONES, 50, 4)
    count = bench.size(1000, 300, 8)
    rows = []
    for copies in bench.size((1, 2, 4), (1, 2, 4), (2,)):
        async with collection_load(
            bench, phones=phones, customers_each=count // phones * 2 + 10, copies=dict.fromkeys(SERVICES, copies)
        ) as at_work:
            load = await at_work.saturate(count)
        rows += _rows(copies, load)
    return rows


def _rows(copies: int, load: Load) -> list[Row]:
    used: dict[str, float] = {}
    for name, seconds in load.cpu.items():
        part = name.rpartition("-")[0] or name
        used[part] = used.get(part, 0.0) + seconds / len(load.collections) * 1000
    word = f"{copies} {'copy' if copies == 1 else 'copies'}"
    busy = sum(load.cpu.values()) / load.seconds
    return [
        Row(
            benchmark=NAME,
            what=f"{word}: collections",
            unit="/s",
            figure=load.per_second,
            note=f"{busy:.2f} cores were busy with it",
        ),
        *(
            Row(benchmark=NAME, what=f"{word}: CPU of a collection, {part}", unit="ms", figure=milliseconds)
            for part, milliseconds in sorted(used.items(), key=lambda item: -item[1])
        ),
    ]
