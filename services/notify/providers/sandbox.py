"""A provider that sends nothing: it writes what it would have sent to a file, one JSON object a line.

It answers when the SMS is on disk. A client reference that is in the file already is accepted again without a second
SMS (as eSMS does with its RequestId, code 124). Several processes may use the same folder.
"""

import asyncio
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Literal

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms
from services.notify.providers.provider_settings import ProviderSettings
from shared.clock import Clock, now
from shared.secret_places import LocalPath

FILE_NAME = "sms.jsonl"


class SandboxSettings(ProviderSettings):
    """A sandbox in the configuration."""

    kind: Literal["sandbox"]
    folder: LocalPath | None = None
    """None: the folder of ``THUNGAN_SMS_FOLDER``."""


@dataclass(frozen=True)
class SandboxSms:
    """One SMS as the sandbox keeps it."""

    provider_reference: str
    client_reference: str
    phone: str
    text: str
    segments: int
    template: str
    accepted_at: str
    """ISO 8601, UTC."""


class SandboxProvider:
    """Accepts everything into ``sms.jsonl`` of a folder."""

    remembers = timedelta(days=36_500)

    def __init__(self, folder: Path, *, name: str = "sandbox", clock: Clock = now) -> None:
        self.name = name
        self._clock = clock
        self._file = folder / FILE_NAME
        self._known: dict[str, str] = {}
        self._read_up_to = 0
        self._one_at_a_time = asyncio.Lock()

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Append one SMS to the file unless its client reference is already there."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(self._accept, sms)

    async def close(self) -> None:
        """Nothing is open between two SMS."""

    def _accept(self, sms: OutgoingSms) -> HandoverResult:
        try:
            with self._locked() as file:
                return self._append(file, sms)
        except OSError as error:
            return HandoverResult(Handover.NOT_SENT, detail=f"{type(error).__name__}: {error.strerror}")

    def _append(self, file: IO[bytes], sms: OutgoingSms) -> HandoverResult:
        self._read_what_others_wrote(file)
        if known := self._known.get(sms.client_reference):
            return HandoverResult(Handover.ACCEPTED, known, "accepted before under this reference")
        reference = f"SB{len(self._known) + 1:08d}"
        kept = SandboxSms(
            provider_reference=reference,
            client_reference=sms.client_reference,
            phone=sms.phone,
            text=sms.text,
            segments=sms.segments,
            template=f"{sms.template}/{sms.template_version}",
            accepted_at=self._clock().isoformat(),
        )
        line = json.dumps(asdict(kept), ensure_ascii=False).encode() + b"\n"
        file.seek(self._read_up_to)
        file.write(line)
        file.truncate()  # whatever a writer that was killed left unfinished
        file.flush()
        os.fsync(file.fileno())
        self._known[sms.client_reference] = reference
        self._read_up_to += len(line)
        return HandoverResult(Handover.ACCEPTED, reference)

    @contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        # "a+b" makes the file without cutting it; "r+b" then lets us write where the last whole line ends.
        with self._file.open("a+b"):
            pass
        with self._file.open("r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def _read_what_others_wrote(self, file: IO[bytes]) -> None:
        if file.seek(0, os.SEEK_END) < self._read_up_to:  # the file was emptied meanwhile
            self._known, self._read_up_to = {}, 0
        file.seek(self._read_up_to)
        for line in file:
            if not line.endswith(b"\n"):
                break
            sms: dict[str, Any] = json.loads(line)
            self._known[sms["client_reference"]] = sms["provider_reference"]
            self._read_up_to += len(line)


def read_sandbox(folder: Path, *, skip: int = 0) -> list[SandboxSms]:
    """Return what the sandbox of a folder has accepted, the earliest first, without the first ``skip``."""
    try:
        lines = (folder / FILE_NAME).read_bytes().splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [SandboxSms(**json.loads(line)) for line in lines[skip:] if line.endswith(b"\n")]
