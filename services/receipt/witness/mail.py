"""E-mail: the checkpoint of each day goes to people who keep it, such as the auditor. It cannot be read back."""

from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTPException, send
from pydantic import SecretStr

from services.receipt.checkpoints.checkpoint import KeptCheckpoint
from services.receipt.witness.places import PlaceAway

SECONDS = 20.0

_SUBJECT = "Thu Ngân: {size:,} biên nhận / receipts, {day}"
_TEXT = """\
Điểm kiểm của sổ biên nhận. Xin lưu thư này: nó cho thấy sổ không bị lùi lại hay sửa về sau.
Checkpoint of the register of receipts. Please keep this message: it shows whether the register was set back or changed.

Kiểm tra / verify: thungan checkpoint verify {file} --key keys.json

{note}"""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """Which server sends, from whom and to whom."""

    url: SecretStr
    """``smtp://user:password@host:587`` (STARTTLS where the server offers it), ``smtps://…`` (TLS from the start)."""
    sender: str
    recipients: tuple[str, ...]


class MailPlace:
    """A Place that gets the checkpoint of each day, and of each recovery."""

    name = "mail"
    can_be_read = False

    def __init__(self, account: MailAccount) -> None:
        self._account = account

    async def newest(self) -> list[str]:  # noqa: D102 - see Place
        return []

    async def replace_newest(self, note: str) -> None:  # noqa: ARG002, D102
        return

    async def keep(self, checkpoint: KeptCheckpoint) -> None:  # noqa: D102
        if not checkpoint.daily:
            return
        server = urlsplit(self._account.url.get_secret_value())
        encrypted = server.scheme == "smtps"
        try:
            await send(
                self._message(checkpoint),
                hostname=server.hostname,
                port=server.port or (465 if encrypted else 587),
                username=unquote(server.username) if server.username else None,
                password=unquote(server.password) if server.password else None,
                use_tls=encrypted,
                timeout=SECONDS,
            )
        except (SMTPException, OSError) as error:
            raise PlaceAway(type(error).__name__) from error

    def _message(self, checkpoint: KeptCheckpoint) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._account.sender
        message["To"] = ", ".join(self._account.recipients)
        message["Subject"] = _SUBJECT.format(size=checkpoint.size, day=f"{checkpoint.issued_at:%Y-%m-%d}")
        # The same for the same checkpoint: what is sent again after a lost answer is shown once.
        domain = self._account.sender.rpartition("@")[2]
        message["Message-ID"] = f"<{checkpoint.file_name}.{checkpoint.checkpoint_id}@{domain}>"
        message.set_content(_TEXT.format(file=checkpoint.file_name, note=checkpoint.note))
        message.add_attachment(
            checkpoint.note.encode(), maintype="text", subtype="plain", filename=checkpoint.file_name
        )
        return message
