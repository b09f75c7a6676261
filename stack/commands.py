"""The stack's commands, as `./dev` offers them."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from stack.local import LocalStack
from stack.postgres import program_folder
from stack.rabbitmq4 import rabbitmq4, start_rabbitmq4


def run_command(command: str, argv: Sequence[str]) -> int:
    """Run one command and return its exit code. Raises StackError."""
    # These two programs parse their arguments themselves.
    passed_on = {"psql": _psql, "rabbitmqctl": _rabbitmqctl}
    if command in passed_on:
        return passed_on[command](LocalStack(), list(argv))
    return _run(LocalStack(), _parser().parse_args([command, *argv]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev", description="The local stack.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("stack", help="start broker and database and leave them running")
    commands.add_parser("env", help="the same, and print their addresses as shell commands")
    commands.add_parser("down", help="stop everything that was started here")
    broker4 = commands.add_parser("broker4", help="start a RabbitMQ 4 beside it, leave it running, print its address")
    broker4.add_argument("--fetch", action="store_true", help="only get its programs where they are missing")
    commands.add_parser("status", help="what runs here")
    commands.add_parser("reset", help="stop everything and throw the private data away")
    up = commands.add_parser("up", help="start everything and stay")
    up.add_argument(
        "--copies", action="append", default=[], type=_copies, metavar="SERVICE=N", help="processes of a service"
    )
    up.add_argument("--host", default="127.0.0.1", help="address that the gateway listens on")
    up.add_argument("--port", type=int, help="port that the gateway listens on (a free one, remembered)")
    return parser


def _copies(text: str) -> tuple[str, int]:
    service, _, number = text.partition("=")
    if not number.isdecimal() or not 1 <= int(number) <= 50:
        raise argparse.ArgumentTypeError(f"{text!r} is not like billing=2")
    return service, int(number)


def _run(stack: LocalStack, arguments: argparse.Namespace) -> int:  # noqa: PLR0911 - one line a command
    match arguments.command:
        case "stack":
            stack.start()
            return 0
        case "env":
            stack.start()
            return _print(f"export {name}={shlex.quote(value)}" for name, value in stack.environment().items())
        case "broker4":
            if arguments.fetch:
                rabbitmq4(stack.folder)
                return 0
            return _print([start_rabbitmq4(stack.folder).url])
        case "status":
            found = stack.running()
            _print(f"{name}  pid {record.pid}" for name, record in found)
            if not found:
                print("nothing runs here", file=sys.stderr)  # noqa: T201
            return 0 if found else 3
        case "down":
            return _print(f"stopped {name}" for name in stack.stop())
        case "reset":
            stack.reset()
            return 0
        case _:
            # Imported here: the tables of `up` cost a quarter of a second that the other commands need not spend.
            from stack.supervisor import stay_up  # noqa: PLC0415

            stay_up(dict(arguments.copies), host=arguments.host, port=arguments.port)
            return 0


def _print(lines: Iterable[str]) -> int:
    for line in lines:
        print(line)  # noqa: T201
    return 0


def _psql(stack: LocalStack, argv: list[str]) -> int:
    # Imported here: it pulls in the database driver.
    from ops.system import SERVICES  # noqa: PLC0415
    from stack.addresses import SystemAddresses  # noqa: PLC0415

    with stack.in_use():
        url = stack.postgres_url
        if argv and argv[0] in SERVICES:
            namespace = os.environ.get("THUNGAN_NAMESPACE", "thungan")
            url = SystemAddresses.load(stack, namespace).database_url(argv[0])
            argv = argv[1:]
        password = urlsplit(url).password or ""
        # The password goes by the environment: everybody can read a command line.
        command = [str(program_folder() / "psql"), *argv, url.replace(f":{password}@", "@", 1)]
        return _attended(command, os.environ | {"PGPASSWORD": password})


def _rabbitmqctl(stack: LocalStack, argv: list[str]) -> int:
    return _print([stack.rabbitmq.control(*argv).rstrip("\n")])


def run_with_stack(stack: LocalStack, argv: Sequence[str]) -> int:
    """Run a command with the stack's addresses in its environment; returns its exit code as a shell would."""
    with stack.in_use():
        return _attended(argv, os.environ | stack.environment())


def run_on_date(date: str, argv: Sequence[str]) -> int:
    """Do the same as if today were another date, with a broker and a database server of its own. Raises StackError."""
    # Imported here: a C compiler and time zones, which the other commands do without.
    from stack.other_date import on_other_date  # noqa: PLC0415

    with on_other_date(date) as environment:
        return _attended([sys.executable, "-P", "-m", "stack.with_stack", *argv], os.environ | environment)


def _attended(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    child = subprocess.Popen(argv, env=environment)
    # Ctrl-C reaches the child by itself, as a member of the terminal's foreground group.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    code = child.wait()
    return code if code >= 0 else 128 - code
