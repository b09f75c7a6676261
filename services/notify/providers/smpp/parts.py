"""An SMS as the parts that SMPP takes, joined by a user data header. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from services.notify.providers.smpp.pdus import UDHI
from services.notify.texts.segments import Encoding, encode_parts

_DATA_CODING = {Encoding.GSM7: 0, Encoding.UCS2: 8}
_MOST = 255


@dataclass(frozen=True)
class Part:
    """What goes into one ``submit_sm``."""

    message: bytes
    esm_class: int
    data_coding: int


class TooLong(ValueError):
    """More parts than a header can number."""


def make_parts(text: str, client_reference: str) -> Sequence[Part]:
    """Return the parts of a text, in order. Raises :class:`TooLong`.

    The number that joins them follows from the client reference, so that a part that is tried again, by whatever copy,
    still joins the others. It has 8 bits, as every telephone can read it.
    """
    encoding, messages = encode_parts(text)
    coding = _DATA_CODING[encoding]
    if len(messages) == 1:
        return [Part(messages[0], 0, coding)]
    if len(messages) > _MOST:
        raise TooLong(f"{len(messages)} parts")
    reference = sha256(client_reference.encode()).digest()[0]
    return [
        Part(bytes([5, 0, 3, reference, len(messages), number]) + message, UDHI, coding)
        for number, message in enumerate(messages, start=1)
    ]
