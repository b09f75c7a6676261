"""``./dev bench compare COMMIT``: this state of the project and another, measured in turns on one machine."""

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulation.bench.figures import Row, Sample, compare
from simulation.bench.machine import describe
from simulation.bench.report import as_page, print_rows, write_json
from stack.state import PROJECT, LocalFolder

ROUNDS = 3

_FOLDER = PROJECT / ".local" / "compared"


class ComparisonFailed(Exception):
    """One of the two could not be measured; the text says which and where its output is."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two states of the project."""

    name: str
    project: Path

    def measure(self, arguments: Sequence[str], result: Path) -> dict[str, Any]:
        """Run its own benchmarks by its own ``./dev``. Raises :class:`ComparisonFailed`."""
        log = result.with_suffix(".log")
        with log.open("wb") as output:
            command = [str(self.project / "dev"), "bench", *arguments, "--json", str(result)]
            ended = subprocess.run(
                command, cwd=self.project, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        if ended.returncode or not result.exists():
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise ComparisonFailed(f"{self.name}: ./dev bench ended with {ended.returncode}: {' '.join(last)}")
        return dict(json.loads(result.read_text(encoding="utf-8")))

    def python(self) -> str:
        """Return the Python that it runs with."""
        program = (self.project / ".venv" / "bin" / "python").resolve()
        found = subprocess.run([program, "-c", _VERSION], capture_output=True, text=True, check=True)
        return f"{found.stdout.strip()} at {program}"


_VERSION = "import platform; print(platform.python_version())"


def main(argv: Sequence[str]) -> int:
    """Compare; 1 where one of the two could not be measured."""
    arguments = _parser().parse_args(argv)
    try:
        commit = _git("rev-parse", "--short=10", f"{arguments.commit}^{{commit}}").decode().strip()
        sides = (Side("this state", PROJECT), Side(commit, _unpacked(commit)))
        rows = _measured(sides, arguments)
    except (ComparisonFailed, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 1
    machine = describe() | {f"python of {side.name}": side.python() for side in sides}
    for benchmark in dict.fromkeys(row.benchmark for row in rows):
        print_rows([row for row in rows if row.benchmark == benchmark])
    if arguments.json is not None:
        write_json(arguments.json, machine, rows, {})
    if arguments.page is not None:
        arguments.page.write_text(as_page(machine, rows), encoding="utf-8")
    return 0


def _measured(sides: tuple[Side, Side], arguments: argparse.Namespace) -> list[Row]:
    passed_on = [*arguments.name, *(["--quick"] if arguments.quick else [])]
    results: dict[str, list[Mapping[str, Any]]] = {side.name: [] for side in sides}
    with TemporaryDirectory() as folder:
        for number in range(1, arguments.rounds + 1):
            for side in sides:
                sys.stderr.write(f"bench: round {number} of {arguments.rounds}: {side.name}\n")
                results[side.name].append(side.measure(passed_on, Path(folder) / f"{side.project.name}-{number}.json"))
    ours, theirs = (results[side.name] for side in sides)
    return compared(ours, theirs, sides[1].name)


def compared(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], name: str) -> list[Row]:
    """Return a row of medians for each figure that both have, in the order of ours. Pure.

    ``ours`` and ``theirs`` are what ``./dev bench --json`` has written, round by round.
    """
    mine, other = (_by_row(rounds) for rounds in (ours, theirs))
    return [
        compare(benchmark, what, unit, Sample.of(values), Sample.of(other[key]), compared_with=name)
        for key, values in mine.items()
        if key in other
        for benchmark, what, unit in [key]
    ]


def _by_row(rounds: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str, str], list[float]]:
    found: dict[tuple[str, str, str], list[float]] = {}
    for result in rounds:
        for row in result["rows"]:
            # A rate in the name is a figure of that round: the row is the same one.
            what = row["what"].partition(" (")[0]
            found.setdefault((row["benchmark"], what, row["unit"]), []).append(row["figure"])
    return found


def _unpacked(commit: str) -> Path:
    """Return a folder with the files of a commit; its environment and data stay there for the next comparison."""
    folder = _FOLDER / commit
    if not (folder / "dev").exists():
        shutil.rmtree(folder, ignore_errors=True)
        LocalFolder(PROJECT / ".local").root.mkdir(parents=True, exist_ok=True)
        folder.mkdir(parents=True)
        files = _git("archive", "--format=tar", commit)
        subprocess.run([_program("tar"), "-x", "-C", str(folder)], input=files, check=True)
    return folder


def _git(*arguments: str) -> bytes:
    return subprocess.run([_program("git"), "-C", str(PROJECT), *arguments], capture_output=True, check=True).stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise ComparisonFailed(f"{name} is not installed: apt-get install {name}")
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./dev bench compare",
        description="Measure this state of the project and a commit in turns, each by its own benchmarks and its own"
        " ./dev; medians, spreads and their ratio. Takes several minutes a round.",
    )
    parser.add_argument("commit", help="what to compare with")
    parser.add_argument("name", nargs="*", metavar="NAME", default=["collection"], help="which benchmarks (collection)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"how often, each ({ROUNDS})")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and smaller sizes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE, too")
    parser.add_argument("--page", type=Path, metavar="FILE", help="write them as Markdown to FILE, too")
    return parser
