"""``./dev bench``: measure, compare, print."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Iterator
from pathlib import Path

import uvloop

from simulation.bench import (
    app,
    audit,
    bank_credits,
    bills,
    collection,
    comparison,
    copies,
    cores,
    events,
    history,
    imports,
    invoices,
    invoices_beside,
    open_loop,
    phones,
    pure,
    reminders,
    request_reply,
    search,
    services,
    sms,
    sockets,
)
from simulation.bench.bench import Bench, Benchmark
from simulation.bench.figures import Row
from simulation.bench.machine import describe, load
from simulation.bench.report import print_rows, write_json
from simulation.termination import interrupt_on_sigterm
from stack.local import LocalStack
from stack.processes import StackError
from stack.state import PROJECT, LocalFolder

_LONGEST_SECONDS = 900.0
_LONGEST_WITH_PAYMENTS_SECONDS = 4 * 3600.0

BENCHMARKS: dict[str, Benchmark] = {
    "requests": request_reply.run,
    "events": events.run,
    "collection": collection.run,
    "copies": copies.run,
    "cores": cores.run,
    "open": open_loop.run,
    "search": search.run,
    "sockets": sockets.run,
    "services": services.run,
    "sms": sms.run,
    "reminders": reminders.run,
    "computing": pure.run,
    "app": app.run,
    "audit": audit.run,
    "bills": bills.run,
    "imports": imports.run,
    "credits": bank_credits.run,
    "invoices": invoices.run,
    "phones": phones.run,
    "beside": invoices_beside.run,
    "history": history.run,
}


def main() -> int:
    """Run the benchmarks that were asked for, all of them by default; 1 when one of them could not be run."""
    if sys.argv[1:2] == ["compare"]:
        interrupt_on_sigterm()
        return comparison.main(sys.argv[2:])
    arguments = _parser().parse_args()
    interrupt_on_sigterm()
    stack = LocalStack(LocalFolder(PROJECT / ".local" / "bench"))
    bench = Bench(
        stack=stack,
        quick=arguments.quick,
        tiny=arguments.tiny,
        peers_python=os.environ.get("THUNGAN_BENCH_PYTHON"),
        payments=arguments.payments,
        customers=arguments.customers,
        report=_report,
    )
    rows: list[Row] = []
    failures: dict[str, str] = {}
    machine = describe()
    _report(", ".join(f"{name} {value}" for name, value in machine.items()))
    try:
        with stack.in_use():
            for name in arguments.name or BENCHMARKS:
                _measure(name, bench, rows, failures)
    except (StackError, PermissionError) as error:
        _report(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        if arguments.json is not None:
            write_json(arguments.json, machine, rows, failures)
    return 1 if failures else 0


def _measure(name: str, bench: Bench, rows: list[Row], failures: dict[str, str]) -> None:
    _report(f"{name} …")
    try:
        longest = _LONGEST_WITH_PAYMENTS_SECONDS if bench.payments or bench.customers else _LONGEST_SECONDS
        found = uvloop.run(_within(BENCHMARKS[name](bench), longest))
    except Exception as error:  # noqa: BLE001 - it is printed, and the others go on
        failures[name] = "; ".join(f"{type(cause).__name__}: {cause}" for cause in _causes(error))
        _report(f"{name}: {failures[name]}")
        return
    rows += found
    print_rows(found)
    _report(f"load average after it: {load()}")


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk through groups: which of the things done side by side failed is what one wants to read."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    else:
        yield error


async def _within(benchmark: Awaitable[list[Row]], seconds: float) -> list[Row]:
    async with asyncio.timeout(seconds):
        return await benchmark


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev bench",
        description="What everything costs, beside a peer or the raw limit; or ./dev bench compare COMMIT: beside"
        " another state of the project. See docs/benchmarks.md.",
    )
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"which ones: {', '.join(BENCHMARKS)} (all of them)")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and smaller sizes")
    parser.add_argument("--payments", type=int, metavar="N", help="how many payments the audit is measured with")
    parser.add_argument("--customers", type=int, metavar="N", help="how many customers are imported or billed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE, too")
    parser.add_argument("--tiny", action="store_true", help=argparse.SUPPRESS)
    return parser


def _report(text: str) -> None:
    sys.stderr.write(f"bench: {text}\n")


if __name__ == "__main__":
    sys.exit(main())
