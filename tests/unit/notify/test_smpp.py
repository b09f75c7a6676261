"""SMPP without a connection: bytes, parts, receipts, statuses. ``smpp34`` is the second opinion about bytes."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import smpp34
from hypothesis import given
from hypothesis import strategies as st

from services.notify.domain.delivery_reports import DeliveryState
from services.notify.domain.outcome import Handover
from services.notify.providers.smpp.pace import Pace
from services.notify.providers.smpp.parts import TooLong, make_parts
from services.notify.providers.smpp.pdus import (
    Address,
    Command,
    MalformedPdu,
    Pdu,
    PduReader,
    Sm,
    Tag,
    decode_sm,
    message_id_body,
)
from services.notify.providers.smpp.receipts import is_receipt, read_receipt
from services.notify.providers.smpp.statuses import outcome_of
from services.notify.texts.segments import measure

SOURCE, DESTINATION = Address(5, 0, "DIENLUC"), Address(1, 1, "84912345678")


def receipt(text: str = "", *, esm_class: int = 4, tlvs: dict[int, bytes] | None = None, coding: int = 0) -> Sm:
    message = text.encode("utf-16-be" if coding == 8 else "latin-1")
    return Sm(DESTINATION, SOURCE, message, esm_class=esm_class, data_coding=coding, tlvs=tlvs or {})


@given(st.binary(max_size=254), st.integers(0, 255), st.sampled_from([0, 0x40]), st.sampled_from([0, 8]))
def test_another_library_reads_what_is_submitted(message: bytes, priority: int, esm: int, coding: int) -> None:
    ours = Sm(
        SOURCE, DESTINATION, message, esm, coding, 1, "000001000000000R", "CMT", 0, priority, {0x0204: b"\x01\x02"}
    )

    read = smpp34.decode(Pdu(Command.SUBMIT_SM, 0, 7, ours.encode()).encode())

    assert isinstance(read, smpp34.SubmitSm)
    assert (read.source_addr_ton, read.source_addr_npi, read.source_addr) == (5, 0, "DIENLUC")
    assert (read.dest_addr_ton, read.dest_addr_npi, read.destination_addr) == (1, 1, "84912345678")
    assert (read.short_message, read.esm_class, read.data_coding, read.priority_flag) == (
        message,
        esm,
        coding,
        priority,
    )
    assert (read.registered_delivery, read.validity_period, read.service_type) == (1, "000001000000000R", "CMT")
    assert [(one.tag, one.value) for one in read.tlvs] == [(0x0204, b"\x01\x02")]


@given(st.binary(max_size=254))
def test_what_another_library_delivers_is_read(message: bytes) -> None:
    theirs = smpp34.DeliverSm(
        source_addr="84912345678", destination_addr="DIENLUC", short_message=message, esm_class=4,
        tlvs=[smpp34.Tlv(Tag.RECEIPTED_MESSAGE_ID, b"AB12\0")],
    )  # fmt: skip

    [pdu] = PduReader().feed(theirs.encode())
    sm = decode_sm(pdu.body)

    assert pdu.command == Command.DELIVER_SM
    assert (sm.source.number, sm.destination.number, sm.message, sm.esm_class) == ("84912345678", "DIENLUC", message, 4)
    assert sm.tlvs == {Tag.RECEIPTED_MESSAGE_ID: b"AB12\0"}


@given(st.lists(st.binary(max_size=40), max_size=6), st.integers(1, 30))
def test_pdus_are_read_whatever_pieces_they_come_in(bodies: list[bytes], size: int) -> None:
    pdus = [Pdu(Command.DELIVER_SM, 0, number, body) for number, body in enumerate(bodies)]
    stream = b"".join(pdu.encode() for pdu in pdus)
    reader = PduReader()

    read = [pdu for start in range(0, len(stream), size) for pdu in reader.feed(stream[start : start + size])]

    assert read == pdus


@pytest.mark.parametrize("length", [0, 15, 64 * 1024 + 1, 0xFFFFFFFF])
def test_a_length_that_no_pdu_has_ends_the_stream(length: int) -> None:
    with pytest.raises(MalformedPdu):
        list(PduReader().feed(length.to_bytes(4, "big") + bytes(12)))


@given(st.binary(max_size=120))
def test_a_body_is_read_or_malformed_and_nothing_else(body: bytes) -> None:
    with suppress(MalformedPdu):
        decode_sm(body)


def test_a_short_text_is_one_part_without_a_header() -> None:
    [part] = make_parts("Tien dien {thang 11}", "r1")

    assert (part.esm_class, part.data_coding, part.message) == (0, 0, b"Tien dien \x1b(thang 11\x1b)")


@pytest.mark.parametrize(
    "text", ["€" * 200, "a" * 152 + "€" + "a" * 200, "Tiền điện " * 20, "ă" * 66 + "😀" + "ă" * 66]
)
def test_parts_are_numbered_in_a_header_and_as_many_as_are_billed(text: str) -> None:
    parts = make_parts(text, "r1")

    reference = parts[0].message[3]
    assert len(parts) == measure(text).segments
    assert [part.message[:6] for part in parts] == [
        bytes([5, 0, 3, reference, len(parts), number]) for number in range(1, len(parts) + 1)
    ]
    assert all(
        part.esm_class == 0x40 and len(part.message) <= (159 if part.data_coding == 0 else 140) for part in parts
    )


def test_a_repetition_has_the_same_reference_and_another_sms_mostly_another() -> None:
    text = "a" * 200

    assert make_parts(text, "r1") == make_parts(text, "r1")
    assert len({make_parts(text, f"r{number}")[0].message[3] for number in range(200)}) > 100


def test_more_parts_than_a_header_can_number_are_refused() -> None:
    with pytest.raises(TooLong):
        make_parts("a" * 153 * 256, "r1")


USUAL = "id:0A1B sub:001 dlvrd:001 submit date:2611280730 done date:2611280731 stat:DELIVRD err:000 text:Tien dien"


@pytest.mark.parametrize(
    "sm",
    [
        receipt(USUAL),
        receipt(USUAL.upper().replace("0A1B", "0A1B")),
        receipt(USUAL, coding=8),
        receipt(USUAL, esm_class=0),
        receipt("Stat:DELIVRD err:000 done_date:261128073100 ID: 0A1B"),
        receipt("text:ABC id:9 stat:REJECTD id:0A1B stat:DELIVRD done date:2611280731 err:000"),
        receipt("id:0A1B stat:DELIVERED done date:2611280731 err:000 text:id:77 stat:REJECTD"),
        receipt("", tlvs={Tag.MESSAGE_PAYLOAD: USUAL.encode()}),
        receipt(
            "id:2587 stat:ENROUTE done date:2611280731",
            tlvs={Tag.RECEIPTED_MESSAGE_ID: b"0A1B\0", Tag.MESSAGE_STATE: b"\x02"},
        ),
    ],
)
def test_a_receipt_is_read_in_every_form_and_its_id_as_written(sm: Sm) -> None:
    report = read_receipt(sm, "smsc", ZoneInfo("Asia/Ho_Chi_Minh"))

    assert is_receipt(sm)
    assert report is not None
    assert (report.provider, report.provider_reference, report.state) == ("smsc", "0A1B", DeliveryState.DELIVERED)
    assert report.occurred_at == datetime(2026, 11, 28, 0, 31, tzinfo=UTC)
    assert "Tien" not in report.code


@pytest.mark.parametrize(
    ("word", "number", "state"),
    [
        ("DELIVRD", 2, DeliveryState.DELIVERED),
        ("EXPIRED", 3, DeliveryState.EXPIRED),
        ("DELETED", 4, DeliveryState.FAILED),
        ("UNDELIV", 5, DeliveryState.FAILED),
        ("ACCEPTD", 6, DeliveryState.UNDERWAY),
        ("UNKNOWN", 7, DeliveryState.UNKNOWN),
        ("REJECTD", 8, DeliveryState.FAILED),
        ("ENROUTE", 1, DeliveryState.UNDERWAY),
        ("SOMETHING", 99, DeliveryState.UNKNOWN),
    ],
)
def test_states_by_word_and_by_number(word: str, number: int, state: DeliveryState) -> None:
    by_word = read_receipt(receipt(f"id:1 stat:{word}"), "smsc")
    by_number = read_receipt(
        receipt(tlvs={Tag.RECEIPTED_MESSAGE_ID: message_id_body("1"), Tag.MESSAGE_STATE: bytes([number])}), "smsc"
    )

    assert by_word is not None
    assert by_number is not None
    assert by_word.state is by_number.state is state


@pytest.mark.parametrize("text", ["", "hello", "id: stat:", "stat:DELIVRD", "id:7 err:000"])
def test_a_receipt_without_id_or_state_reports_nothing(text: str) -> None:
    assert read_receipt(receipt(text), "smsc") is None


def test_what_a_customer_writes_is_no_receipt() -> None:
    assert not is_receipt(receipt("cho hoi id:12 tien dien", esm_class=0))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (0x00, Handover.ACCEPTED),
        (0x0B, Handover.REJECTED_NUMBER),
        (0x0A, Handover.REJECTED_PROVIDER),
        (0x0E, Handover.REJECTED_PROVIDER),
        (0x14, Handover.THROTTLED),
        (0x58, Handover.THROTTLED),
        (0x08, Handover.UNKNOWN),
        (0x45, Handover.UNKNOWN),
        (0x421, Handover.UNKNOWN),
    ],
)
def test_what_is_not_certain_about_a_status_is_unknown(status: int, outcome: Handover) -> None:
    assert outcome_of(status, {}) is outcome


def test_the_settings_explain_codes_of_an_smsc() -> None:
    assert outcome_of(0x421, {0x421: Handover.REJECTED_TEMPLATE}) is Handover.REJECTED_TEMPLATE


async def test_what_has_begun_of_an_sms_does_not_wait_behind_others_that_have_not() -> None:
    pace = Pace(1.0)
    await pace.wait(parts=3)
    another = asyncio.create_task(pace.wait())
    await asyncio.sleep(0)

    await pace.wait(0, ahead=True)
    await pace.wait(0, ahead=True)

    assert not another.done()
    another.cancel()


async def test_after_a_refusal_for_speed_what_has_begun_waits_as_well() -> None:
    pace = Pace(None, pause_seconds=30)
    pace.throttled()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await pace.wait(ahead=True)
