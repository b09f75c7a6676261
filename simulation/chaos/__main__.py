"""``./dev chaos``: prove that money stays exact whatever breaks."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from ops.system import SERVICES
from simulation.chaos.history import History
from simulation.chaos.plan import KINDS
from simulation.chaos.reminders import RemindersReport, run_reminders
from simulation.chaos.report import ChaosReport
from simulation.chaos.run import Options, run_chaos
from simulation.chaos.sabotage import GROUPS
from simulation.chaos.sabotage_run import run_catalogue
from simulation.chaos.testbed import COPIES, HOME, ChaosTestbed
from simulation.termination import interrupt_on_sigterm
from stack.local import LocalStack
from stack.processes import StackError
from stack.state import LocalFolder


def main() -> int:
    """Run and return the exit code: 0 only when nothing is wrong."""
    arguments = _parser().parse_args()
    options = Options(
        seconds=arguments.minutes * 60,
        seed=arguments.seed,
        phones=arguments.phones,
        kinds=arguments.faults,
        pace=arguments.pace,
        patience=arguments.patience,
    )
    interrupt_on_sigterm()
    if arguments.reminders:
        return _reminders(arguments)
    if arguments.sabotage:
        return _sabotage(arguments)
    try:
        report, history = asyncio.run(_run(arguments, options))
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"chaos: {error}\n")
        return 1
    report.print(history)
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if report.ok else 1


def _reminders(arguments: argparse.Namespace) -> int:
    """Let reminders leave while notify is killed."""
    count, kills = arguments.reminders, arguments.kills
    try:
        report = asyncio.run(_run_reminders(arguments, count, max(5, count // 1000) if kills is None else kills))
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"chaos: {error}\n")
        return 1
    report.print()
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0 if report.ok else 1


def _report(text: str) -> None:
    sys.stderr.write(f"chaos: {text}\n")


async def _run_reminders(arguments: argparse.Namespace, count: int, kills: int) -> RemindersReport:
    stack = LocalStack(LocalFolder(arguments.home), environment={})
    in_use = stack.in_use()
    await asyncio.to_thread(in_use.__enter__)
    try:
        return await run_reminders(
            stack,
            arguments.home / "reminders",
            count,
            kills=kills,
            seed=arguments.seed,
            patience=max(arguments.patience, count / 10),
            report=_report,
        )
    finally:
        await asyncio.to_thread(in_use.__exit__, None, None, None)


def _sabotage(arguments: argparse.Namespace) -> int:
    try:
        report = asyncio.run(run_catalogue(arguments.home, arguments.only, say=_report))
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"chaos: {error}\n")
        return 1
    report.print()
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if report.missed else 0


async def _run(arguments: argparse.Namespace, options: Options) -> tuple[ChaosReport, History]:
    copies = {**COPIES, **arguments.copies}
    async with ChaosTestbed(
        arguments.home, copies=copies, broker4=arguments.broker4, seed=arguments.seed, invoicing=True
    ) as testbed:
        return await run_chaos(testbed, options)


def _parser() -> argparse.ArgumentParser:
    kinds = "\n".join(f"  {kind.name:<26}{kind.what}" for kind in KINDS.values())
    parser = argparse.ArgumentParser(
        prog="./dev chaos",
        description="Phones work while a seeded schedule breaks things; at the end an audit must find nothing.",
        epilog=f"faults:\n{kinds}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=2.0, help="how long things break (2)")
    parser.add_argument("--seed", type=int, default=1, help="of the storms and of what people do (1)")
    parser.add_argument("--phones", type=int, default=6, help="two belong to one collector (6)")
    parser.add_argument("--copies", type=_copies, default={}, metavar="NAME=N,…", help="copies of services")
    parser.add_argument("--faults", type=_faults, default=tuple(KINDS), metavar="LIST", help="only these, or none")
    parser.add_argument("--broker4", action="store_true", help="on RabbitMQ 4 in place of the machine's")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report to FILE, too")
    parser.add_argument("--pace", type=float, default=0.4, help="mean seconds between two acts of a person (0.4)")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to settle at the end (180)")
    parser.add_argument(
        "--reminders",
        type=int,
        metavar="N",
        help="only this: N reminders leave while notify is killed, and nothing else",
    )
    parser.add_argument("--kills", type=int, metavar="N", help="with --reminders: how often (one for each thousand)")
    parser.add_argument(
        "--sabotage", action="store_true", help="in place of faults: run with each bug of the catalogue, find them all"
    )
    parser.add_argument("--only", type=_sabotages, default=(), metavar="LIST", help="with --sabotage: these bugs")
    parser.add_argument("--home", type=Path, default=HOME, help=argparse.SUPPRESS)
    return parser


def _copies(text: str) -> dict[str, int]:
    found = {}
    for part in filter(None, text.split(",")):
        service, _, number = part.partition("=")
        if service not in SERVICES or not number.isdecimal() or not 1 <= int(number) <= 20:
            raise argparse.ArgumentTypeError(f"{part!r} is not like billing=2")
        found[service] = int(number)
    return found


def _sabotages(text: str) -> tuple[str, ...]:
    names = tuple(filter(None, text.split(",")))
    if unknown := set(names) - {sabotage.name for group in GROUPS for sabotage in group}:
        raise argparse.ArgumentTypeError(f"no such bug: {', '.join(sorted(unknown))}")
    return names


def _faults(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name and name != "none")
    if unknown := set(names) - set(KINDS):
        raise argparse.ArgumentTypeError(f"no such fault: {', '.join(sorted(unknown))}")
    return names


if __name__ == "__main__":
    sys.exit(main())
