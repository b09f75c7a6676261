"""A signing key in an HSM, reached through PKCS#11 in a process of its own (:mod:`.pkcs11_process`).

The queue is the table of invoices without signature: a batch that is not signed whole stays there. So a process that is
killed, hangs or answers nonsense costs time, and neither a number nor an invoice. What comes back is verified with the
certificate before it counts: an HSM may hold another key under the same label.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cbor2
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pydantic import SecretStr

from services.invoice.signatures.breaker import Breaker
from services.invoice.signatures.key_file import load_certificates
from services.invoice.signatures.pkcs11_process import HEADER, LARGEST_FRAME, frame
from services.invoice.signatures.signer import SignerAway
from services.invoice.signatures.xml_signature import SigningCertificate, signing_certificate

_PROGRAM = "services.invoice.signatures.pkcs11_process"
_END_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Which key of which token signs."""

    module: Path
    """The shared library of the HSM's maker."""
    token: str
    """Label of the token."""
    key: str
    """Label of the private key in it."""
    pin: SecretStr


@dataclass
class Pkcs11Signer:
    """A Signer whose key never leaves the HSM; one batch at a time. Raises KeyFileError without a certificate."""

    folder: Path
    """Has the certificate of the key."""
    key: TokenKey
    breaker: Breaker = field(default_factory=Breaker)
    on_start: Callable[[], None] = lambda: None
    """Called each time that the process is started."""
    is_signing: bool = field(default=False, init=False)
    """Whether a batch is with the HSM now."""
    _process: asyncio.subprocess.Process | None = field(default=None, init=False)
    _one_batch: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _refusal: str | None = field(default=None, init=False)
    """Why the token is not asked any more until a person has acted: a wrong PIN locks it."""

    def __post_init__(self) -> None:
        self._certificate = signing_certificate(load_certificates(self.folder)[0])

    @property
    def certificate(self) -> SigningCertificate:
        """The certificate of the key."""
        return self._certificate

    @property
    def process_id(self) -> int | None:
        """Of the process that holds the session; None while there is none."""
        return None if self._process is None else self._process.pid

    async def sign(self, messages: Sequence[bytes]) -> list[bytes]:
        """Return the signature of each message; all of them, or SignerAway."""
        async with self._one_batch:
            if self._refusal is not None:
                raise SignerAway(self._refusal)
            if self.breaker.is_open(_moment()):
                raise SignerAway("the HSM has failed just now, and is left alone for a while")
            try:
                signatures = await self._signed(messages)
            except BaseException:
                # Also when this was cancelled because it took too long: the next answer would be that of this batch.
                self.breaker.failed(_moment())
                await self._end()
                raise
            self.breaker.worked()
            return signatures

    async def aclose(self) -> None:
        """End the process."""
        await self._end()

    async def _signed(self, messages: Sequence[bytes]) -> list[bytes]:
        if self._process is None or self._process.returncode is not None:
            await self._start()
        self.is_signing = True
        try:
            answer = await self._asked({"messages": list(messages)})
        finally:
            self.is_signing = False
        signatures: list[bytes] = answer.get("signatures", [])
        if len(signatures) != len(messages) or not await asyncio.to_thread(self._are_good, messages, signatures):
            raise SignerAway("the HSM signs with another key than that of the certificate")
        return signatures

    async def _start(self) -> None:
        self.on_start()
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", _PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LARGEST_FRAME,
        )
        await self._asked(
            {
                "module": str(self.key.module),
                "token": self.key.token,
                "key": self.key.key,
                "pin": self.key.pin.get_secret_value(),
            }
        )

    async def _asked(self, request: dict[str, Any]) -> dict[str, Any]:
        process = self._process
        assert process is not None  # noqa: S101 - it was started
        assert process.stdin is not None  # noqa: S101 - they were asked for
        assert process.stdout is not None  # noqa: S101
        try:
            process.stdin.write(frame(request))
            await process.stdin.drain()
            [size] = HEADER.unpack(await process.stdout.readexactly(HEADER.size))
            if size > LARGEST_FRAME:
                raise SignerAway("the process that signs answers nonsense")
            answer: dict[str, Any] = cbor2.loads(await process.stdout.readexactly(size))
        except (OSError, asyncio.IncompleteReadError, cbor2.CBORDecodeError) as error:
            raise SignerAway(f"the process that signs has ended: {type(error).__name__}") from error
        if "problem" in answer:
            if answer.get("refused"):
                self._refusal = f"the token refuses the PIN ({answer['problem']}): not tried again before a restart"
            raise SignerAway(self._refusal or str(answer["problem"]))
        return answer

    def _are_good(self, messages: Sequence[bytes], signatures: Sequence[bytes]) -> bool:
        public = self._certificate.certificate.public_key()
        assert isinstance(public, rsa.RSAPublicKey)  # noqa: S101 - nothing else signs
        try:
            for message, signature in zip(messages, signatures, strict=True):
                public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None  # noqa: S101 - it was asked for
        process.stdin.close()
        try:
            async with asyncio.timeout(0 if self.breaker.failures else _END_SECONDS):
                await process.wait()
        except TimeoutError:
            if process.returncode is None:
                process.kill()
            await process.wait()
        with suppress(OSError):
            await process.stdin.wait_closed()
        log.info("signer_process_ended", returncode=process.returncode)


def _moment() -> float:
    return asyncio.get_running_loop().time()
