"""Reminders leave while notify is killed and providers fail: each once, none forgotten, unknown ones named."""

from pathlib import Path
from typing import Any

import pytest

from simulation.chaos.reminders import run_reminders
from simulation.chaos.sms_providers import Attempted, reminders_of, submitted
from stack.local import LocalStack
from stack.state import LocalFolder


@pytest.mark.timeout(420)
async def test_each_reminder_is_sent_once_however_often_notify_is_killed(chaos_home: Path, tmp_path: Path) -> None:
    stack = LocalStack(LocalFolder(chaos_home), environment={})

    report = await run_reminders(stack, tmp_path, 2000, kills=6, seed=20_261_128, patience=300)

    assert report.violations == []
    assert report.kills == 8
    assert report.sms + report.unknown_not_sent == 2000
    assert sum(report.states.values()) == 2000
    for provider in ("nha_mang", "tong_dai"):
        assert report.states[f"delivered, {provider}"] > report.states.get(f"sent, {provider}", 0)


def sms(message_id: str, text: str = "a", header: tuple[int, int, int] | None = None) -> dict[str, Any]:
    return {"message_id": message_id, "phone": "84953000001", "text": text, "header": header}


def attempted(reminder: str, reference: str, text: str = "a") -> Attempted:
    return Attempted(reminder, reference, "+84953000001", text)


def test_an_sms_over_smpp_belongs_to_the_attempt_with_its_id() -> None:
    attempts = [attempted("r1", "a1"), attempted("r2", "a2")]
    assert list(reminders_of(submitted([sms("A2"), sms("A1")]), attempts)) == ["r2", "r1"]


def test_an_sms_whose_id_never_came_belongs_to_an_attempt_with_its_number_and_text_once() -> None:
    attempts = [attempted("r1", "")]
    assert list(reminders_of(submitted([sms("A1"), sms("A2")]), attempts)) == ["r1", "smsc-a2"]
    assert list(reminders_of(submitted([sms("A1", text="b")]), attempts)) == ["smsc-a1"]


def test_parts_are_one_sms_each_of_them_counted_where_it_came_twice() -> None:
    first, second = sms("A1", "a", (7, 2, 1)), sms("A2", "b", (7, 2, 2))
    again = sms("A3", "b", (7, 2, 2))
    attempts = [attempted("r1", "a1", "ab"), attempted("r1", "", "ab")]

    assert [one.is_whole for one in submitted([first, second])] == [True]
    assert [one.is_whole for one in submitted([second])] == [False]
    assert list(reminders_of(submitted([second, first]), attempts)) == ["r1"]
    assert list(reminders_of(submitted([second]), attempts)) == ["r1"]
    assert list(reminders_of(submitted([first, second, again]), attempts)) == ["r1", "r1"]
