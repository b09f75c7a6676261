"""The stack's commands, as `./dev` calls them: `python -m ops.stack COMMAND`."""

from __future__ import annotations

import argparse
import shlex
import sys

from ops.stack.local import LocalStack
from ops.stack.processes import StackError


def main() -> int:
    """Run one command and return its exit code."""
    parser = argparse.ArgumentParser(prog="ops.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("start", help="start broker and database where they do not run")
    commands.add_parser("stop", help="stop everything that was started here")
    commands.add_parser("env", help="print the addresses as shell commands, starting what does not run")
    arguments = parser.parse_args()
    stack = LocalStack()
    try:
        if arguments.command == "stop":
            stack.stop()
        else:
            stack.start()
            if arguments.command == "env":
                for name, value in stack.environment().items():
                    print(f"export {name}={shlex.quote(value)}")
    except StackError as error:
        print(f"dev: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
