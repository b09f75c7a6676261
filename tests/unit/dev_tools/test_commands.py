"""The commands of ``./dev``: its help, its shell part and its Python part name the same ones."""

import re
import subprocess

import pytest

from dev_tools.commands import COMMANDS, processes
from dev_tools.web_app import ACTIONS
from stack.state import PROJECT

DEV = PROJECT / "dev"


def test_help_names_every_command() -> None:
    text = subprocess.run([DEV, "help"], stdout=subprocess.PIPE, check=True, text=True).stdout
    assert set(re.findall(r"^\./dev (\w+)", text, re.MULTILINE)) == set(COMMANDS)


def test_help_names_every_action_of_the_web_app() -> None:
    text = subprocess.run([DEV, "help"], stdout=subprocess.PIPE, check=True, text=True).stdout
    named = re.findall(r"^\./dev web (\S+)", text, re.MULTILINE)
    assert {action for names in named for action in names.split("|")} == set(ACTIONS)


def test_the_shell_prepares_the_machine_for_every_command() -> None:
    cases = re.findall(r"^    ([\w |]+)\) (?:need_packages|if)", DEV.read_text(), re.MULTILINE)
    assert {name for case in cases for name in case.split(" | ")} == set(COMMANDS)


def test_an_unknown_command_is_refused_before_anything_is_installed() -> None:
    done = subprocess.run([DEV, "nonsense"], capture_output=True, check=False, text=True)
    assert done.returncode == 1
    assert done.stderr.endswith("dev: unknown command: nonsense\n")


def test_all_tests_are_shared_among_one_process_more_than_there_are_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert processes(["--durations=15"]) == ["-n", "3"]


@pytest.mark.parametrize(
    "arguments", [["tests/unit"], ["-x", "tests/unit/test_money.py::test_a"], ["-n", "0"], ["--pdb"]]
)
def test_named_tests_and_those_of_a_debugger_run_in_one_process(arguments: list[str]) -> None:
    assert processes(arguments) == []
