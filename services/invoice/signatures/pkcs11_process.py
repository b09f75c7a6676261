"""The process that holds the session with an HSM: ``python -m services.invoice.signatures.pkcs11_process``.

Whoever starts it writes frames to its standard input and reads one answer for each from its standard output. The first
frame names the key, with the PIN, which so stands neither in arguments nor in the environment; each further one has the
messages to sign. The modules of HSMs are programs of others that may hang, or take their process with them, so they are
never loaded into the service itself; one thread and one session are what all of them bear.
"""

import ctypes
import os
import signal
import struct
import sys
from collections.abc import Sequence
from typing import Any, BinaryIO

import cbor2
import pkcs11
from pkcs11 import Mechanism, ObjectClass
from pkcs11.exceptions import (
    FunctionFailed,
    PinExpired,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)

HEADER = struct.Struct(">I")
LARGEST_FRAME = 16 << 20

_REFUSED = (PinIncorrect, PinInvalid, PinLenRange, PinLocked, PinExpired)
"""Tried again, a wrong PIN locks the token after a few times."""

_DIE_WITH_PARENT = 1


def frame(content: dict[str, Any]) -> bytes:
    """Return what is written to the other side."""
    body = cbor2.dumps(content)
    return HEADER.pack(len(body)) + body


def main() -> int:
    """Open the session, then sign until nobody asks any more."""
    _end_with_parent()
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What a module prints must not stand between the answers.
    os.dup2(2, 1)
    key: Any = None
    while (request := _read(asked)) is not None:
        try:
            if key is None:
                key = _open(**request)
                answer: dict[str, Any] = {"ready": True}
            else:
                answer = {"signatures": _sign(key, request["messages"])}
        except (PKCS11Error, OSError, RuntimeError) as error:
            answer = {"problem": _reason(error), "refused": isinstance(error, _REFUSED)}
        answers.write(frame(answer))
        answers.flush()
        if "problem" in answer:
            return 1
    return 0


def _open(module: str, token: str, key: str, pin: str) -> Any:
    found = pkcs11.lib(module).get_token(token_label=token)
    return found.open(user_pin=pin).get_key(object_class=ObjectClass.PRIVATE_KEY, label=key)


def _sign(key: Any, messages: Sequence[bytes]) -> list[bytes]:
    return [key.sign(message, mechanism=Mechanism.SHA256_RSA_PKCS) for message in messages]


def _reason(error: Exception) -> str:
    name = type(error).__name__
    if isinstance(error, FunctionFailed) or not str(error):
        return name
    return f"{name}: {error}"


def _read(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next frame; None when nobody asks any more."""
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    [size] = HEADER.unpack(header)
    body = stream.read(min(size, LARGEST_FRAME))
    if len(body) < size:
        return None
    content: dict[str, Any] = cbor2.loads(body)
    return content


def _end_with_parent() -> None:
    """Be killed when the service is, also within a call of the module that never returns."""
    # What ends the service ends this one through its standard input: no signal of a terminal comes in between.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
