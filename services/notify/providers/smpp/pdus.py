"""The messages of SMPP 3.4 (PDUs) that a client and an SMSC exchange about SMS, as bytes and back. Pure."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

_HEADER = struct.Struct(">IIII")
_TLV = struct.Struct(">HH")
_RESPONSE = 0x80000000
LONGEST = 64 * 1024
"""Octets of a PDU; whatever names a greater length is no SMPP."""


class Command(IntEnum):
    """Command ids; a response has the highest bit set."""

    GENERIC_NACK = 0x80000000
    BIND_RECEIVER = 0x1
    BIND_TRANSMITTER = 0x2
    SUBMIT_SM = 0x4
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM = 0x5
    DELIVER_SM_RESP = 0x80000005
    UNBIND = 0x6
    UNBIND_RESP = 0x80000006
    BIND_TRANSCEIVER = 0x9
    ENQUIRE_LINK = 0x15
    ENQUIRE_LINK_RESP = 0x80000015


class Status(IntEnum):
    """Command statuses that something follows from."""

    OK = 0x0
    INVALID_COMMAND_LENGTH = 0x2
    INVALID_COMMAND = 0x3
    WRONG_BIND_STATE = 0x4
    ALREADY_BOUND = 0x5
    SYSTEM_ERROR = 0x8
    INVALID_SOURCE = 0xA
    INVALID_DESTINATION = 0xB
    BIND_FAILED = 0xD
    INVALID_PASSWORD = 0xE
    INVALID_SYSTEM_ID = 0xF
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    RECEIVER_TEMPORARY = 0x64
    RECEIVER_PERMANENT = 0x65


class Tag(IntEnum):
    """Optional parameters that are read."""

    RECEIPTED_MESSAGE_ID = 0x001E
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


UDHI = 0x40
"""In ``esm_class``: the message begins with a user data header."""


class MalformedPdu(ValueError):
    """Bytes that are no PDU, or whose fields do not fit its length."""


@dataclass(frozen=True)
class Pdu:
    """One PDU with its body unread."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    @property
    def is_response(self) -> bool:
        """Whether it answers one of ours."""
        return bool(self.command & _RESPONSE)

    def encode(self) -> bytes:
        """Return its bytes."""
        return _HEADER.pack(_HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body

    def response(self, status: int = Status.OK, body: bytes = b"") -> "Pdu":
        """Return the answer to it."""
        return Pdu(self.command | _RESPONSE, status, self.sequence, body)


@dataclass(frozen=True)
class Address:
    """An address with its type of number and numbering plan."""

    ton: int
    npi: int
    number: str


@dataclass(frozen=True)
class Sm:
    """The body of ``submit_sm`` and ``deliver_sm``, which have the same fields."""

    source: Address
    destination: Address
    message: bytes
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    validity_period: str = ""
    service_type: str = ""
    protocol_id: int = 0
    priority: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return its bytes."""
        return b"".join(
            (
                _c_string(self.service_type),
                _address(self.source),
                _address(self.destination),
                bytes([self.esm_class, self.protocol_id, self.priority]),
                b"\0",
                _c_string(self.validity_period),
                bytes([self.registered_delivery, 0, self.data_coding, 0, len(self.message)]),
                self.message,
                encode_tlvs(self.tlvs),
            )
        )


class PduReader:
    """Cuts a stream of bytes into PDUs."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Pdu]:
        """Yield each PDU that is whole now. Raises :class:`MalformedPdu`; nothing can be read from the stream then."""
        self._bytes += data
        offset = 0
        try:
            while len(self._bytes) - offset >= _HEADER.size:
                length, command, status, sequence = _HEADER.unpack_from(self._bytes, offset)
                if not _HEADER.size <= length <= LONGEST:
                    raise MalformedPdu(f"a length of {length}")
                if len(self._bytes) - offset < length:
                    return
                body = bytes(self._bytes[offset + _HEADER.size : offset + length])
                offset += length
                yield Pdu(command, status, sequence, body)
        finally:
            del self._bytes[:offset]


def decode_sm(body: bytes) -> Sm:
    """Read the body of ``submit_sm`` or ``deliver_sm``. Raises :class:`MalformedPdu`."""
    fields = _Fields(body)
    service_type = fields.c_string()
    source = Address(fields.octet(), fields.octet(), fields.c_string())
    destination = Address(fields.octet(), fields.octet(), fields.c_string())
    esm_class, protocol_id, priority = fields.octet(), fields.octet(), fields.octet()
    fields.c_string()  # schedule_delivery_time
    validity_period = fields.c_string()
    registered_delivery, _, data_coding, _ = fields.octet(), fields.octet(), fields.octet(), fields.octet()
    message = fields.octets(fields.octet())
    return Sm(
        source=source,
        destination=destination,
        message=message,
        esm_class=esm_class,
        data_coding=data_coding,
        registered_delivery=registered_delivery,
        validity_period=validity_period,
        service_type=service_type,
        protocol_id=protocol_id,
        priority=priority,
        tlvs=decode_tlvs(fields.rest()),
    )


def decode_tlvs(data: bytes) -> dict[int, bytes]:
    """Read optional parameters. Raises :class:`MalformedPdu`."""
    found: dict[int, bytes] = {}
    fields = _Fields(data)
    while not fields.at_end():
        tag, length = _TLV.unpack(fields.octets(_TLV.size))
        found[tag] = fields.octets(length)
    return found


def encode_tlvs(tlvs: Mapping[int, bytes]) -> bytes:
    """Return optional parameters as bytes."""
    return b"".join(_TLV.pack(tag, len(value)) + value for tag, value in tlvs.items())


def message_id_of(body: bytes) -> str:
    """Return the id in the answer to ``submit_sm``; empty where there is none, as in a refusal."""
    return text_of(body)


def message_id_body(message_id: str) -> bytes:
    """Return the body of an answer that holds an id."""
    return _c_string(message_id)


def text_of(value: bytes) -> str:
    """Read a C string, also one without its end, whatever its alphabet."""
    return value.partition(b"\0")[0].decode("latin-1").strip()


def bind_body(system_id: str, password: str, system_type: str, addresses: Address) -> bytes:
    """Return the body of a bind request: SMPP 3.4."""
    return b"".join((_c_string(system_id), _c_string(password), _c_string(system_type), b"\x34", _address(addresses)))


def system_id_and_password(body: bytes) -> tuple[str, str]:
    """Read who binds. Raises :class:`MalformedPdu`."""
    fields = _Fields(body)
    return fields.c_string(), fields.c_string()


def _c_string(text: str) -> bytes:
    encoded = text.encode("latin-1", "replace")
    if b"\0" in encoded:
        raise MalformedPdu("a zero octet within a text")
    return encoded + b"\0"


def _address(address: Address) -> bytes:
    return bytes([address.ton, address.npi]) + _c_string(address.number)


class _Fields:
    """Reads field after field."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def octet(self) -> int:
        return self.octets(1)[0]

    def octets(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise MalformedPdu("it ends within a field")
        found = self._data[self._at : end]
        self._at = end
        return found

    def c_string(self) -> str:
        end = self._data.find(b"\0", self._at)
        if end < 0:
            raise MalformedPdu("a text without an end")
        return self.octets(end + 1 - self._at)[:-1].decode("latin-1")

    def rest(self) -> bytes:
        return self.octets(len(self._data) - self._at)

    def at_end(self) -> bool:
        return self._at == len(self._data)
