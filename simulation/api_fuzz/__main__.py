"""``./dev fuzz``: a fuzzer reads the description of the API and tries it as each role against the six services."""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path

from services.gateway.domain.staff import StaffRole
from simulation.api_fuzz.fuzzer import Fuzzer
from simulation.api_fuzz.people import PREFIX
from simulation.api_fuzz.subject import open_subject
from simulation.termination import interrupt_on_sigterm
from stack.processes import StackError
from stack.state import PROJECT

ROLES = (
    *("nobody", "collector", "collection_point", "cashier", "supervisor"),
    *(f"{PREFIX}{role}" for role in StaffRole),
)
"""Nobody, devices, and people of the office."""


async def _run(roles: list[str], folder: Path, namespace: str, *, examples: int, seed: int) -> bool:
    good = True
    async with open_subject(namespace, folder) as subject:
        fuzzer = Fuzzer(subject.url, subject.real, examples, seed)
        for role, shutting_out in [*((role, False) for role in roles), *((role, True) for role in roles)]:
            started = time.monotonic()
            headers = subject.headers[role]
            outcome = await fuzzer.run(
                headers, folder / (f"{role}-shutting-out" if shutting_out else role), shutting_out=shutting_out
            )
            good = good and not outcome.findings
            what = f"{role} (shutting others out)" if shutting_out else role
            verdict = "FINDINGS" if outcome.findings else "nothing found"
            _print(f"{what}: {outcome.requests} requests in {time.monotonic() - started:.0f} s: {verdict}")
            _print(outcome.findings, end="")
            if headers and not shutting_out and not await subject.lets_in(role):
                good = False
                _print(f"{role}: was shut out, so that most of these requests tried nothing")
        # A fuzzer compares statuses; the gateway itself compares the kinds of problems, too.
        for line in subject.undescribed():
            good = False
            _print(f"not described: {line}")
    return good


def _print(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


def main() -> int:
    """Fuzz; 0 only when nothing was found."""
    parser = argparse.ArgumentParser(
        prog="./dev fuzz", description="Try the API as each role by its description, on a system of its own."
    )
    parser.add_argument("--examples", type=int, default=5, metavar="N", help="random ones of each operation (5)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="other examples (1)")
    parser.add_argument("--role", action="append", choices=ROLES, help="as this one only; may be repeated")
    parser.add_argument("--out", type=Path, default=PROJECT / ".local" / "fuzz", metavar="FOLDER")
    parser.add_argument("--namespace", default="fuzz")
    arguments = parser.parse_args()
    folder: Path = arguments.out.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    roles: list[str] = arguments.role or list(ROLES)
    interrupt_on_sigterm()
    try:
        run = _run(roles, folder, arguments.namespace, examples=arguments.examples, seed=arguments.seed)
        return 0 if asyncio.run(run) else 1
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"fuzz: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
