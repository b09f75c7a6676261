"""The sandbox provider: on disk before it says so, and never twice."""

import asyncio
import json
from pathlib import Path

from services.notify.domain.outcome import Handover
from services.notify.providers.base import OutgoingSms
from services.notify.providers.sandbox import FILE_NAME, SandboxProvider, read_sandbox


def sms(reference: str, text: str = "Tien dien 871.020d") -> OutgoingSms:
    return OutgoingSms(
        client_reference=reference,
        phone="+84953000001",
        text=text,
        segments=1,
        template="away",
        template_version=1,
    )


async def test_what_was_accepted_can_be_read(tmp_path: Path) -> None:
    result = await SandboxProvider(tmp_path).send(sms("a"))
    assert result.outcome is Handover.ACCEPTED
    [kept] = read_sandbox(tmp_path)
    assert (kept.client_reference, kept.phone, kept.text) == ("a", "+84953000001", "Tien dien 871.020d")
    assert kept.provider_reference == result.provider_reference


async def test_a_repeated_reference_is_accepted_and_not_sent_again(tmp_path: Path) -> None:
    provider = SandboxProvider(tmp_path)
    first, second = await provider.send(sms("a")), await provider.send(sms("a"))
    assert first.provider_reference == second.provider_reference
    assert second.outcome is Handover.ACCEPTED
    assert len(read_sandbox(tmp_path)) == 1


async def test_several_processes_on_one_folder_do_not_repeat_each_other(tmp_path: Path) -> None:
    providers = [SandboxProvider(tmp_path) for _ in range(4)]
    await asyncio.gather(*(provider.send(sms(f"r{n % 10}")) for n, provider in enumerate(providers * 10)))
    kept = read_sandbox(tmp_path)
    assert sorted(one.client_reference for one in kept) == [f"r{n}" for n in range(10)]
    assert len({one.provider_reference for one in kept}) == 10


async def test_a_line_that_a_killed_writer_left_unfinished_does_no_harm(tmp_path: Path) -> None:
    await SandboxProvider(tmp_path).send(sms("a"))
    with (tmp_path / FILE_NAME).open("ab") as file:
        file.write(b'{"client_reference": "b", "pho')
    assert len(read_sandbox(tmp_path)) == 1
    await SandboxProvider(tmp_path).send(sms("b"))
    lines = (tmp_path / FILE_NAME).read_text().splitlines()
    assert [json.loads(line)["client_reference"] for line in lines] == ["a", "b"]


async def test_an_emptied_file_starts_anew(tmp_path: Path) -> None:
    provider = SandboxProvider(tmp_path)
    await provider.send(sms("a"))
    (tmp_path / FILE_NAME).write_bytes(b"")
    await provider.send(sms("b"))
    assert [one.client_reference for one in read_sandbox(tmp_path)] == ["b"]


async def test_a_folder_that_cannot_be_written_means_not_sent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = await SandboxProvider(tmp_path / "file" / "folder").send(sms("a"))
    assert result.outcome is Handover.NOT_SENT


def test_nothing_sent_yet_is_an_empty_list(tmp_path: Path) -> None:
    assert read_sandbox(tmp_path) == []
