"""The places outside: a folder, a bucket of a real S3 server, a mailbox behind a real SMTP server."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.controller import Controller
from pydantic import SecretStr

from services.receipt.checkpoints.checkpoint import KeptCheckpoint
from services.receipt.witness.bucket import BucketAccount, BucketPlace
from services.receipt.witness.folder import FolderPlace
from services.receipt.witness.mail import MailAccount, MailPlace
from services.receipt.witness.places import PlaceAway
from shared.testing import wait_until
from stack.ports import free_ports
from tests.integration.receipt.receipt_service import ReceiptSystem
from tests.unit.receipt.samples import payment_recorded

NOTE = "thungan/test/1\n3\nAAAA\n\n— thungan/test/1 QUJDREVG\n"
MOMENT = datetime(2026, 11, 28, 13, 30, tzinfo=UTC)


def kept(number: int, *, daily: bool = True) -> KeptCheckpoint:
    return KeptCheckpoint(number, 1, 500 * number, MOMENT, daily, NOTE)


class Mailbox:
    """What an SMTP server does with what it gets: keep it, or refuse it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refusing = False

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refusing:
            return "451 try again later"
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return "250 OK"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_ports(1)[0])
    controller.start()
    yield box, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest_asyncio.fixture(scope="module")
async def store() -> AsyncIterator[str]:
    """A local S3 server with the bucket ``witness``; its address."""
    port = free_ports(1)[0]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"},
    )  # fmt: skip

    def made() -> bool:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("PUT", "/witness")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    async def is_there() -> bool:
        return await asyncio.to_thread(made)

    await wait_until(is_there, 60, message="the S3 server")
    yield f"http://127.0.0.1:{port}"
    server.terminate()
    await server.wait()


def bucket(store: str, name: str = "witness") -> BucketPlace:
    return BucketPlace(BucketAccount(store, "us-east-1", name, "camau/", "key", SecretStr("secret")))


async def test_a_folder_holds_the_newest_and_keeps_the_others(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path / "made" / "by itself")
    assert await place.newest() == []

    await place.replace_newest("first")
    await place.replace_newest(NOTE)
    await place.keep(kept(1))
    await place.keep(kept(2))

    assert await place.newest() == [NOTE, NOTE]
    names = sorted(path.name for path in (tmp_path / "made" / "by itself").iterdir())
    assert names == [kept(1).file_name, kept(2).file_name, "latest.txt"]


async def test_a_kept_checkpoint_is_never_written_over(tmp_path: Path) -> None:
    place = FolderPlace(tmp_path)
    (tmp_path / kept(1).file_name).write_text("what was kept first")

    await place.keep(kept(1))

    assert (tmp_path / kept(1).file_name).read_text() == "what was kept first"


async def test_a_folder_that_cannot_be_made_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PlaceAway):
        await FolderPlace(tmp_path / "file" / "folder").newest()


async def test_a_bucket_holds_the_newest_and_keeps_the_others(store: str) -> None:
    place = bucket(store)
    assert await place.newest() == []

    await place.replace_newest("first")
    await place.replace_newest(NOTE)
    await place.keep(kept(1))

    assert await place.newest() == [NOTE]


async def test_a_bucket_that_is_not_there_is_away_and_says_why(store: str) -> None:
    with pytest.raises(PlaceAway, match="NoSuchBucket"):
        await bucket(store, "another").replace_newest(NOTE)
    with pytest.raises(PlaceAway, match="EndpointConnectionError"):
        await bucket(f"http://127.0.0.1:{free_ports(1)[0]}").newest()


async def test_the_checkpoint_of_a_day_is_sent_by_mail_with_the_very_bytes(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    place = MailPlace(MailAccount(SecretStr(url), "thungan@evn.example", ("audit@evn.example", "b@evn.example")))

    await place.keep(kept(1))
    await place.keep(kept(2, daily=False))

    (message,) = box.messages
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == kept(1).file_name
    assert attached.get_payload(decode=True) == NOTE.encode()
    assert message["To"] == "audit@evn.example, b@evn.example"
    assert "2026-11-28" in message["Subject"]


async def test_a_mail_server_that_refuses_is_away(mailbox: tuple[Mailbox, str]) -> None:
    box, url = mailbox
    box.refusing = True
    with pytest.raises(PlaceAway):
        await MailPlace(MailAccount(SecretStr(url), "a@evn.example", ("b@evn.example",))).keep(kept(1))


async def test_the_service_brings_every_place_up_to_date_also_one_that_was_away(
    system: ReceiptSystem, store: str, mailbox: tuple[Mailbox, str]
) -> None:
    box, url = mailbox
    box.refusing = True
    prefix = f"{system.settings.namespace}/"
    await system.start(
        receipt_witness_seconds=1.0, receipt_witness_every=3,
        receipt_witness_bucket_url=store, receipt_witness_bucket="witness", receipt_witness_bucket_prefix=prefix,
        receipt_witness_bucket_key_id="key", receipt_witness_bucket_secret=SecretStr("secret"),
        receipt_witness_mail_url=SecretStr(url), receipt_witness_mail_from="thungan@evn.example",
        receipt_witness_mail_to="audit@evn.example",
    )  # fmt: skip
    await system.consume(*(payment_recorded(f"payment {number}") for number in range(5)))
    await system.receipts(5)
    place = BucketPlace(BucketAccount(store, "us-east-1", "witness", prefix, "key", SecretStr("secret")))

    async def has_come_so_far() -> bool:
        return any(note.split("\n")[1] == "5" for note in await place.newest())

    await wait_until(has_come_so_far, 60, message="the bucket is up to date")
    box.refusing = False
    await wait_until(lambda: len(box.messages) == 1, 60, message="the mail is sent when the server takes it")
    assert (system.settings.witness_folder() / "latest.txt").read_text() in await place.newest()
