"""``python -m simulation.providers.smsc --port N --fault throttle=0.3``: an SMSC with faults, on the loopback.

The first line on standard output names the port. Then each line on standard input is a command, and each answer a line:
``{"command": "faults", "throttle": 0.5}`` replaces the faults, ``{"command": "state"}`` counts, ``{"command": "sms"}``
returns what was accepted after the first ``skip``, put together, ``{"command": "clear"}`` forgets it,
``{"command": "send", …}`` lets a customer write.
"""

import argparse
import asyncio
import contextlib
import json
import random
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from services.notify.providers.smpp.pdus import (
    UDHI,
    Address,
    Command,
    MalformedPdu,
    Pdu,
    PduReader,
    Sm,
    Status,
    Tag,
    decode_sm,
    message_id_body,
    system_id_and_password,
)
from services.notify.texts.segments import decode_gsm7
from shared.clock import VIETNAM, now
from simulation.termination import interrupt_on_sigterm


@dataclass(frozen=True)
class Faults:
    """How often (0 to 1) something goes wrong, or what else is different. Accepted means that the SMS was "sent"."""

    throttle: float = 0
    """Not accepted; 0x58."""
    queue_full: float = 0
    """Not accepted; 0x14."""
    refuse: float = 0
    """Not accepted; the status of ``refuse_status``."""
    refuse_status: int = Status.INVALID_DESTINATION
    refuse_part: int = 0
    """Only parts with this number are refused or throttled; 0: all."""
    per_second: float = 0
    """More parts in a second are throttled; 0: no limit."""
    lost_answer: float = 0
    """Accepted; no answer."""
    late_answer: float = 0
    """Accepted; the answer comes after ``late_seconds``."""
    late_seconds: float = 2
    late_part: int = 0
    """Only the answers to parts with this number are late; 0: all."""
    cut_before: float = 0
    """Not accepted; the connection is cut."""
    cut_after: float = 0
    """Accepted; the connection is cut before the answer."""
    silent: float = 0
    """Not accepted; from now on nothing is answered on this connection, which stays open."""
    bind_status: int = 0
    """Every bind is refused with it."""
    report: float = 1
    """Accepted; a receipt comes."""
    report_first: float = 0
    """The receipt comes before the answer."""
    report_twice: float = 0
    report_form: str = "both"
    """``tlv``, ``text``, ``both``, ``shuffled`` (text, other order and case)."""
    report_id: str = "same"
    """``same``, ``lower``, ``zeros``, ``decimal`` (ids are hexadecimal in capitals)."""
    report_state: str = "DELIVRD"
    fragments: float = 0
    """The answer comes octet by octet."""
    strange: float = 0
    """Before the answer come an answer to nothing, an unknown command and a delivery that cannot be read."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """Read faults by name; numbers may be texts, also in hexadecimal."""
        kinds = {one.name: type(one.default) for one in fields(cls)}
        if unknown := values.keys() - kinds.keys():
            raise ValueError(f"no fault is named {min(unknown)}")
        return cls(**{name: _read(value, kinds[name]) for name, value in values.items()})


def _read(value: Any, kind: type) -> Any:
    if kind is str:
        return str(value)
    return int(value, 0) if isinstance(value, str) and value.startswith("0x") else float(value)


_LONGEST_LINE = 48_000
_STATES = {"DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "UNKNOWN": 7, "REJECTD": 8}


@dataclass
class Accepted:
    """One part that was accepted."""

    message_id: str
    sm: Sm
    report_answers: list[int] = field(default_factory=list)

    @property
    def header(self) -> tuple[int, int, int] | None:
        """Reference, count and number of a part of several."""
        if not self.sm.esm_class & UDHI:
            return None
        return self.sm.message[3], self.sm.message[4], self.sm.message[5]

    @property
    def text(self) -> str:
        """The text without the header."""
        body = self.sm.message[self.sm.message[0] + 1 :] if self.sm.esm_class & UDHI else self.sm.message
        return body.decode("utf-16-be") if self.sm.data_coding == 8 else decode_gsm7(body)


class Smsc:
    """What all connections share."""

    def __init__(self, faults: Faults, *, password: str = "", seed: int = 0, record: Path | None = None) -> None:
        self.faults = faults
        self.record = record
        self.password = password
        self.port = 0
        self.random = random.Random(seed)
        self.accepted: list[Accepted] = []
        self.counts: Counter[str] = Counter()
        self.connections: set[Connection] = set()
        self._forgotten = 0
        self._second: tuple[int, int] = (0, 0)

    def happens(self, share: float) -> bool:
        """Decide by a share."""
        return share >= 1 or (share > 0 and self.random.random() < share)

    def too_fast(self) -> bool:
        """Count one more in this second."""
        second = int(asyncio.get_running_loop().time())
        count = self._second[1] + 1 if self._second[0] == second else 1
        self._second = (second, count)
        return 0 < self.faults.per_second < count

    def accept(self, sm: Sm) -> Accepted:
        """Keep a part."""
        found = Accepted(f"{0xA0000 + self._forgotten + len(self.accepted):X}", sm)
        self.accepted.append(found)
        self.counts["accepted"] += 1
        if self.record is not None:
            line = {"message_id": found.message_id, "phone": sm.destination.number, "text": found.text}
            with self.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line | {"header": found.header}, ensure_ascii=False) + "\n")
        return found

    def clear(self) -> None:
        """Forget what was accepted; its ids are not used again."""
        self._forgotten += len(self.accepted)
        self.accepted.clear()

    def sms(self) -> list[dict[str, Any]]:
        """Return what was accepted, parts put together as a telephone does."""
        singles, several = list[dict[str, Any]](), dict[tuple[Any, ...], dict[int, list[Accepted]]]()
        for one in self.accepted:
            if one.header is None:
                singles.append(_entry([one], 1))
            else:
                reference, count, number = one.header
                key = (one.sm.source.number, one.sm.destination.number, reference, count)
                several.setdefault(key, {}).setdefault(number, []).append(one)
        for key, parts in several.items():
            singles.append(_entry([parts[number][0] for number in sorted(parts)], key[3]))
            singles[-1]["copies"] = max(map(len, parts.values()))
        return singles

    def page(self, skip: int) -> list[dict[str, Any]]:
        """Return as many SMS after the first ``skip`` as fit into a line that a stream reads by default."""
        page, octets = list[dict[str, Any]](), 0
        for one in self.sms()[skip:]:
            octets += len(json.dumps(one).encode())
            if page and octets > _LONGEST_LINE:
                break
            page.append(one)
        return page

    def state(self) -> dict[str, Any]:
        """Return counts."""
        return dict(self.counts) | {
            "connections": len(self.connections),
            "bound": sum(connection.bound is not None for connection in self.connections),
            "report_answers": Counter(str(status) for one in self.accepted for status in one.report_answers),
        }


def _entry(parts: Sequence[Accepted], count: int) -> dict[str, Any]:
    sm = parts[0].sm
    return {
        "source": [sm.source.ton, sm.source.npi, sm.source.number],
        "destination": [sm.destination.ton, sm.destination.npi, sm.destination.number],
        "text": "".join(one.text for one in parts),
        "parts": len(parts),
        "of": count,
        "copies": 1,
        "messages": [one.sm.message.hex() for one in parts],
        "message_ids": [one.message_id for one in parts],
        "data_coding": sm.data_coding,
        "registered_delivery": sm.registered_delivery,
        "validity_period": sm.validity_period,
    }


class Connection(asyncio.Protocol):
    """One client."""

    def __init__(self, smsc: Smsc) -> None:
        self._smsc = smsc
        self._reader = PduReader()
        self._transport: Any = None
        self._sequence = 0
        self._silent = False
        self._reports: dict[int, Accepted] = {}
        self.bound: int | None = None

    @property
    def receives(self) -> bool:
        """Whether receipts may go here."""
        return self.bound in {Command.BIND_RECEIVER, Command.BIND_TRANSCEIVER}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._smsc.connections.add(self)
        self._smsc.counts["connected"] += 1

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """End."""
        self._smsc.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        """React to each PDU."""
        try:
            for pdu in self._reader.feed(data):
                if not self._silent and not self._transport.is_closing():
                    self._received(pdu)
        except MalformedPdu:
            self._smsc.counts["malformed"] += 1
            self._transport.abort()

    def _received(self, pdu: Pdu) -> None:
        if pdu.command in {Command.BIND_RECEIVER, Command.BIND_TRANSMITTER, Command.BIND_TRANSCEIVER}:
            self._bind(pdu)
        elif pdu.command == Command.SUBMIT_SM:
            self._submitted(pdu)
        elif pdu.command == Command.ENQUIRE_LINK:
            self._smsc.counts["enquire_link"] += 1
            self._write(pdu.response())
        elif pdu.command == Command.UNBIND:
            self._smsc.counts["unbind"] += 1
            self._write(pdu.response())
            self._transport.close()
        elif pdu.command == Command.DELIVER_SM_RESP:
            self._smsc.counts["deliver_sm_resp"] += 1
            if (one := self._reports.pop(pdu.sequence, None)) is not None:
                one.report_answers.append(pdu.status)
        elif not pdu.is_response:
            self._write(Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND, pdu.sequence))

    def _bind(self, pdu: Pdu) -> None:
        status = int(self._smsc.faults.bind_status)
        _, password = system_id_and_password(pdu.body)
        if not status and self._smsc.password and password != self._smsc.password:
            status = Status.INVALID_PASSWORD
        self._smsc.counts["bind_refused" if status else "bind"] += 1
        if not status:
            self.bound = pdu.command
        self._write(pdu.response(status, b"" if status else b"smsc\0"))

    def _submitted(self, pdu: Pdu) -> None:
        smsc, faults = self._smsc, self._smsc.faults
        smsc.counts["submit_sm"] += 1
        sm = decode_sm(pdu.body)
        part = sm.message[5] if sm.esm_class & UDHI else 1
        refusal = self._refusal() if int(faults.refuse_part) in {0, part} else None
        if smsc.too_fast():
            refusal = Status.THROTTLED
        if refusal is not None:
            smsc.counts["refused"] += 1
            self._write(pdu.response(refusal))
        elif smsc.happens(faults.cut_before):
            self._transport.abort()
        elif smsc.happens(faults.silent):
            self._silent = True
        else:
            self._accept(pdu, sm, part)

    def _refusal(self) -> int | None:
        smsc, faults = self._smsc, self._smsc.faults
        if smsc.happens(faults.throttle):
            return Status.THROTTLED
        if smsc.happens(faults.queue_full):
            return Status.QUEUE_FULL
        return int(faults.refuse_status) if smsc.happens(faults.refuse) else None

    def _accept(self, pdu: Pdu, sm: Sm, part: int) -> None:
        smsc, faults = self._smsc, self._smsc.faults
        accepted = smsc.accept(sm)
        answer = pdu.response(Status.OK, message_id_body(accepted.message_id))
        reports = sm.registered_delivery & 3 and smsc.happens(faults.report)
        if smsc.happens(faults.strange):
            self._write(Pdu(Command.SUBMIT_SM_RESP, 0, 0x7FFF0000, b"ghost\0"))
            self._write(Pdu(0x1234, 0, 1))
            self._write(Pdu(Command.DELIVER_SM, 0, 0x7FFF0001, b"\0\1"))
        if reports and smsc.happens(faults.report_first):
            self._report(accepted)
            reports = False
        if smsc.happens(faults.cut_after):
            self._transport.abort()
        elif int(faults.late_part) in {0, part} and smsc.happens(faults.late_answer):
            asyncio.get_running_loop().call_later(faults.late_seconds, self._write, answer)
        elif not smsc.happens(faults.lost_answer):
            self._write(answer)
        if reports:
            self._report(accepted)

    def _report(self, accepted: Accepted) -> None:
        receivers = [one for one in self._smsc.connections if one.receives]
        target = self if self.receives else next(iter(receivers), None)
        if target is None:
            self._smsc.counts["report_without_receiver"] += 1
            return
        for _ in range(1 + self._smsc.happens(self._smsc.faults.report_twice)):
            target.deliver(receipt_of(accepted, self._smsc.faults), accepted)

    def deliver(self, sm: Sm, accepted: Accepted | None = None) -> None:
        """Send ``deliver_sm``."""
        self._sequence += 1
        if accepted is not None:
            self._reports[self._sequence] = accepted
        self._smsc.counts["deliver_sm"] += 1
        self._write(Pdu(Command.DELIVER_SM, 0, self._sequence, sm.encode()))

    def enquire(self) -> None:
        """Ask whether the client is there."""
        self._sequence += 1
        self._write(Pdu(Command.ENQUIRE_LINK, 0, self._sequence))

    def unbind(self) -> None:
        """Take leave."""
        self._sequence += 1
        self._write(Pdu(Command.UNBIND, 0, self._sequence))

    def cut(self) -> None:
        """End the connection without a word."""
        self._transport.abort()

    def _write(self, pdu: Pdu) -> None:
        if self._transport.is_closing() or self._silent:
            return
        if self._smsc.happens(self._smsc.faults.fragments):
            for octet in pdu.encode():
                self._transport.write(bytes([octet]))
        else:
            self._transport.write(pdu.encode())


def receipt_of(accepted: Accepted, faults: Faults) -> Sm:
    """Return the receipt of a part in the form that the faults ask for."""
    written = {
        "lower": accepted.message_id.lower(),
        "zeros": accepted.message_id.zfill(10),
        "decimal": str(int(accepted.message_id, 16)),
    }.get(faults.report_id, accepted.message_id)
    date, state = f"{now().astimezone(VIETNAM):%y%m%d%H%M}", faults.report_state
    tlvs: dict[int, bytes] = {
        Tag.RECEIPTED_MESSAGE_ID: message_id_body(written),
        Tag.MESSAGE_STATE: bytes([_STATES.get(state, 7)]),
    }
    text = (
        f"id:{written} sub:001 dlvrd:001 submit date:{date} done date:{date} stat:{state} err:000 "
        "text:id:1 stat:REJECTD"
    )
    if faults.report_form == "shuffled":
        text = f"Stat:{state.title()} Done Date:{date} Err:000 ID:{written} Sub:001"
    return Sm(
        source=accepted.sm.destination,
        destination=accepted.sm.source,
        message=b"" if faults.report_form == "tlv" else text.encode("ascii", "replace"),
        esm_class=4,
        tlvs=tlvs if faults.report_form in {"tlv", "both"} else {},
    )


def _command(smsc: Smsc, content: dict[str, Any]) -> Any:  # noqa: PLR0911 - one for each command
    match content.pop("command"):
        case "faults":
            smsc.faults = Faults.of(content)
            return {}
        case "port":
            return {"port": smsc.port}
        case "state":
            return smsc.state()
        case "clear":
            smsc.clear()
            return {}
        case "sms":
            return smsc.page(int(content.get("skip", 0)))
        case "send":
            here = [one for one in smsc.connections if one.receives]
            here[0].deliver(
                Sm(Address(1, 1, content["customer"]), Address(5, 0, "ANY"), content["text"].encode("ascii"))
            )
            return {}
        case "enquire" | "unbind" | "cut" as verb:
            for connection in list(smsc.connections):
                getattr(connection, verb)()
            return {}
        case other:
            raise ValueError(f"no command is named {other}")


def _read_commands(loop: asyncio.AbstractEventLoop, lines: "asyncio.Queue[str | None]") -> None:
    for line in sys.stdin:
        loop.call_soon_threadsafe(lines.put_nowait, line)
    loop.call_soon_threadsafe(lines.put_nowait, None)


def _print(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


async def serve(smsc: Smsc, port: int, tls: ssl.SSLContext | None) -> None:
    """Serve until standard input ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(smsc), "127.0.0.1", port, ssl=tls)
    smsc.port = server.sockets[0].getsockname()[1]
    _print({"port": smsc.port})
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    threading.Thread(target=_read_commands, args=(loop, lines), daemon=True).start()
    while (line := await lines.get()) is not None:
        try:
            _print(_command(smsc, json.loads(line)))
        except (ValueError, KeyError, TypeError, IndexError) as error:
            _print({"error": str(error)})
    server.close()


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; see the module."""
    parser = argparse.ArgumentParser(prog="python -m simulation.providers.smsc", description="Play an SMSC.")
    parser.add_argument("--port", type=int, default=0, help="a free one if left out")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=VALUE", help="see Faults in the module")
    parser.add_argument("--password", default="", help="the only one that may bind; any if left out")
    parser.add_argument("--certificate", type=Path, help="TLS with this certificate and key")
    parser.add_argument("--record", type=Path, help="file to which accepted parts are appended")
    parser.add_argument("--seed", type=int, default=0, help="of whatever happens by share")
    arguments = parser.parse_args(argv)
    try:
        faults = Faults.of(dict(one.split("=", 1) if "=" in one else (one, "1") for one in arguments.fault))
    except ValueError as error:
        parser.error(str(error))
    tls = None
    if arguments.certificate is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(arguments.certificate)
    interrupt_on_sigterm()
    with contextlib.suppress(KeyboardInterrupt):
        smsc = Smsc(faults, password=arguments.password, seed=arguments.seed, record=arguments.record)
        asyncio.run(serve(smsc, arguments.port, tls))
    return 0


if __name__ == "__main__":
    sys.exit(main())
