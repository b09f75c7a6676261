"""``./dev web``: the phone app, its tools, its build and its own tests."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from dev_tools.console import DevError, report, run_logged
from dev_tools.node import Node, find_node
from dev_tools.stamp import Stamp, digest
from stack.state import PROJECT, installation_folder

WEB = PROJECT / "web"


_NOT_READ = frozenset({"dist", "node_modules", "tests"})


def build_inputs(project: Path = PROJECT) -> list[Path]:
    """Return every file that a build of the app may read: what is new in ``web/`` belongs to them by itself."""
    found = [project / "shared" / "printing" / name for name in ("glyphs.json", "document.schema.json")]
    for entry in (project / "web").iterdir():
        if entry.name not in _NOT_READ:
            found += [entry] if entry.is_file() else filter(Path.is_file, entry.rglob("*"))
    return found


def build_app() -> None:
    """Build the app where its sources have changed since the last time."""
    local = installation_folder()
    stamp = Stamp(local.root / "web-built", digest(build_inputs()), works=(WEB / "dist" / "index.html").is_file)
    if not stamp.is_current():
        node = prepare_tools()
        stamp.renew(lambda: _npm(node, "run", "--silent", "build", doing="building the phone app"), lock="web")


def prepare_tools() -> Node:
    """Install what the app is built and tested with; returns the Node.js that runs it."""
    node = find_node()
    sources = digest(WEB / name for name in ("package.json", "package-lock.json", ".npmrc"))
    Stamp(WEB / "node_modules" / ".installed-lock", sources).renew(
        lambda: _npm(node, "ci", "--no-audit", "--no-fund", doing="installing what the phone app is built with"),
        lock="web",
    )
    return node


def _npm(node: Node, *arguments: str, doing: str) -> None:
    log = installation_folder().logs / "npm.log"
    log.unlink(missing_ok=True)
    report(f"{doing} (log: {log})")
    run_logged([*node.npm, *arguments], log, environment=node.environment, folder=WEB, failure=f"failed: {doing}")


ACTIONS = ("build", "test", "check", "serve", "node", "npm", "browser")


def main(argv: Sequence[str]) -> int:
    """Run one action of ``./dev web``."""
    action, arguments = (argv[0], list(argv[1:])) if argv else ("build", [])
    match action:
        case "build":
            build_app()
        case "browser":
            # Where it is, for the tests; ./dev has installed one where there was none.
            sys.stdout.write(os.environ["THUNGAN_BROWSER"] + "\n")
        case "test":
            node = prepare_tools()
            tests = arguments or ["tests/**/*.test.ts"]
            _become(node, [node.program, "--test", "--test-timeout=100000", *tests])
        case "check" | "serve":
            node = prepare_tools()
            _become(node, [*node.npm, "run", "--silent", action, "--", *arguments])
        case "node":
            node = prepare_tools()
            _become(node, [node.program, *arguments])
        case "npm":
            node = prepare_tools()
            _become(node, [*node.npm, *arguments])
        case _:
            raise DevError(f"unknown: ./dev web {action}; there are {', '.join(ACTIONS)}")
    return 0


def _become(node: Node, command: Sequence[str]) -> NoReturn:
    os.chdir(WEB)
    os.execvpe(command[0], list(command), dict(node.environment))  # noqa: S606 - it takes this process's place
