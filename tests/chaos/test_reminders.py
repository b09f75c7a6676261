"""Reminders leave while notify is killed and providers fail: each once, none forgotten, unknown ones named."""

from pathlib import Path

import pytest

from simulation.chaos.reminders import run_reminders
from simulation.chaos.sms_providers import Attempted, reminders_of
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


def sms(message_id: str, phone: str = "84953000001", text: str = "a") -> dict[str, str]:
    return {"message_id": message_id, "phone": phone, "text": text}


def test_an_sms_over_smpp_belongs_to_the_attempt_with_its_id() -> None:
    attempts = [Attempted("r1", "a1", "+84953000001", "a"), Attempted("r2", "a2", "+84953000001", "a")]
    assert list(reminders_of([sms("A2"), sms("A1")], attempts)) == ["r2", "r1"]


def test_an_sms_whose_id_never_came_belongs_to_an_attempt_with_its_number_and_text_once() -> None:
    attempts = [Attempted("r1", "", "+84953000001", "a")]
    assert list(reminders_of([sms("A1"), sms("A2")], attempts)) == ["r1", "smsc-a2"]
    assert list(reminders_of([sms("A1", text="b")], attempts)) == ["smsc-a1"]
