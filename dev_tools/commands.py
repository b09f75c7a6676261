"""The commands of ``./dev``."""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NoReturn

from dev_tools import checks, locks, sbom, web_app
from dev_tools.benchmark_peers import peers_environment
from dev_tools.console import DevError, report
from dev_tools.side_environments import side_environment
from stack import commands as stack
from stack.local import LocalStack
from stack.processes import StackError
from stack.rabbitmq4 import rabbitmq4
from stack.state import PROJECT


def demo(argv: Sequence[str]) -> int:
    """Watch a day of collecting bills on the real system."""
    date, others = _take_date(argv)
    return _on_stack("simulation.demo", others, date)


def test(argv: Sequence[str]) -> int:
    """Run the tests on a real broker and a real database."""
    date, others = _take_date(argv)
    web_app.build_app()
    os.chdir(PROJECT)
    if _concerns_bus(others):
        try:
            rabbitmq4(LocalStack().folder)
        except StackError as error:
            report(f"the bus is not tested on RabbitMQ 4: {error}")
    return _on_stack("pytest", [*processes(others), *others], date)


def processes(argv: Sequence[str]) -> list[str]:
    """Return the arguments that share all tests among processes; single files run in one.

    One more than there are cores: most tests wait for a broker or a database.
    """
    if _names_tests(argv) or any(argument.startswith(("-n", "--pdb")) for argument in argv):
        return []
    return ["-n", str((os.cpu_count() or 1) + 1)]


def _concerns_bus(argv: Sequence[str]) -> bool:
    """Whether these arguments of pytest may name tests of the bus, which run on RabbitMQ 4 as well."""
    return not _names_tests(argv) or any("tests/bus" in argument for argument in argv)


def _names_tests(argv: Sequence[str]) -> bool:
    """Whether these arguments of pytest name files or folders."""
    return any("tests/" in argument for argument in argv)


def up(argv: Sequence[str]) -> int:
    """Start everything and stay."""
    web_app.build_app()
    return stack.run_command("up", argv)


def chaos(argv: Sequence[str]) -> NoReturn:
    """Break a broker and a database server of its own, below .local/chaos."""
    _become("simulation.chaos", argv)


def bench(argv: Sequence[str]) -> NoReturn:
    """Measure what everything costs, beside a peer or the raw limit."""
    os.environ.update(peers_environment())
    _become("simulation.bench", argv)


def capacity(argv: Sequence[str]) -> NoReturn:
    """Say how many servers a number of customers needs."""
    _become("simulation.capacity", argv)


def fuzz(argv: Sequence[str]) -> int:
    """Try the API as each role by its description."""
    programs = side_environment("fuzz-venv", "requirements-fuzz.lock", "the fuzzer of the API")
    os.environ["THUNGAN_FUZZER"] = str(programs / "schemathesis")
    return _on_stack("simulation.api_fuzz", argv, None)


def screenshots(argv: Sequence[str]) -> int:
    """Make a picture of every screen of the app."""
    date, others = _take_date(argv)
    web_app.build_app()
    web_app.prepare_tools()
    return _on_stack("simulation.phone_app", others, date)


def check(_argv: Sequence[str]) -> int:
    """Check format, types and import rules."""
    checks.check()
    return 0


def lock(argv: Sequence[str]) -> int:
    """Bring the lock files in line with pyproject.toml."""
    locks.lock(argv)
    return 0


def thungan(argv: Sequence[str]) -> int:
    """Run one of the operators' commands on the local system."""
    from dev_tools import thungan as command_line  # noqa: PLC0415 - it is slow to import

    return command_line.main(argv)


_STACK = ("stack", "env", "broker4", "status", "psql", "rabbitmqctl", "down", "reset")

COMMANDS: Mapping[str, Callable[[Sequence[str]], int]] = {
    "demo": demo,
    "test": test,
    "up": up,
    "check": check,
    "chaos": chaos,
    "bench": bench,
    "capacity": capacity,
    "fuzz": fuzz,
    "thungan": thungan,
    "web": web_app.main,
    "screenshots": screenshots,
    "lock": lock,
    "sbom": sbom.main,
    **{name: partial(stack.run_command, name) for name in _STACK},
}


def main(argv: Sequence[str]) -> int:
    """Run a command and return its exit code; what a person can put right is one line."""
    try:
        return COMMANDS[argv[0]](argv[1:])
    except StackError as error:
        report(str(error))
        return error.exit_code
    except (DevError, PermissionError) as error:
        report(str(error))
    except subprocess.CalledProcessError as error:
        report(f"{error.cmd[0]} ended with {error.returncode}")
    except KeyboardInterrupt:
        return 130
    return 1


def _take_date(argv: Sequence[str]) -> tuple[str | None, list[str]]:
    """Return the date on which the command is to run (None: today) and the other arguments."""
    parser = argparse.ArgumentParser(prog="./dev", add_help=False, allow_abbrev=False)
    # Commands that a test starts are on that date already.
    parser.add_argument("--date", default=os.environ.pop("THUNGAN_DATE", None))
    taken, others = parser.parse_known_args(argv)
    return taken.date, others


def _on_stack(module: str, argv: Sequence[str], date: str | None) -> int:
    """Run a module with broker and database at hand; what this started is stopped behind it."""
    if date:
        return stack.run_on_date(date, _command(module, argv))
    return stack.run_with_stack(LocalStack(), _command(module, argv))


def _become(module: str, argv: Sequence[str]) -> NoReturn:
    """Let a module take this process's place."""
    command = _command(module, argv)
    os.execv(command[0], command)  # noqa: S606


def _command(module: str, argv: Sequence[str]) -> list[str]:
    # -P: the caller's folder, in which it runs, is no place to import from.
    return [sys.executable, "-P", "-m", module, *argv]
