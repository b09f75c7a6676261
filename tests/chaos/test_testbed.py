"""A chaos run has a stack of its own, which the commands for the whole checkout know."""

import os
from pathlib import Path

import pytest

from simulation.chaos.testbed import ChaosTestbed
from stack import processes
from stack.local import LocalStack
from stack.processes import StackError
from stack.state import LocalFolder


def _left_running(home: Path) -> None:
    folder = LocalFolder(home)
    record = folder.record("chaos/billing-0")
    record.parent.mkdir()
    processes.spawn(["sleep", "60"], env=os.environ, cwd=home, log=folder.logs / "sleep.log", record=record)


def test_stopping_everything_stops_what_a_killed_chaos_run_left(tmp_path: Path) -> None:
    _left_running(tmp_path / "chaos")
    stack = LocalStack(LocalFolder(tmp_path), environment={})
    assert [name for name, _ in stack.running()] == ["chaos/chaos/billing-0"]
    assert stack.stop() == ["chaos/chaos/billing-0"]
    assert stack.running() == []


def test_throwing_everything_away_throws_away_what_chaos_runs_have_made(tmp_path: Path) -> None:
    _left_running(tmp_path / "chaos")
    LocalStack(LocalFolder(tmp_path), environment={}).reset()
    assert not (tmp_path / "chaos").exists()


def test_a_chaos_run_never_works_on_the_broker_and_database_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THUNGAN_AMQP_URL", "amqp://somebody-elses")
    monkeypatch.setenv("THUNGAN_POSTGRES_URL", "postgresql://somebody-elses")
    stack = ChaosTestbed(tmp_path / "chaos").stack
    with pytest.raises(StackError, match="not been started"):
        assert stack.amqp_url != "amqp://somebody-elses"
    with pytest.raises(StackError, match="not been started"):
        assert stack.postgres_url != "postgresql://somebody-elses"
