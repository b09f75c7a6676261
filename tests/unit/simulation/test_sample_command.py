"""``./dev thungan sample``: the operators' command line of a checkout also makes synthetic customers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stack.state import PROJECT


def sample(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "dev_tools", "thungan", "sample", *arguments]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_it_reports_what_it_wrote(tmp_path: Path) -> None:
    done = sample("--customers", "50", "--seed", "3", "--out", str(tmp_path / "data"), "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["customers"] == 50
    assert len((tmp_path / "data" / "customers.csv").read_text().splitlines()) == 51


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--last-month", "October"], "October is not a month"),
        (["--customers", "0"], "customers must be from 1"),
    ],
)
def test_a_wrong_argument_is_one_line(tmp_path: Path, arguments: list[str], words: str) -> None:
    done = sample("--out", str(tmp_path / "data"), *arguments)
    assert done.returncode != 0
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
