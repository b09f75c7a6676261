"""Delivery receipts in ``deliver_sm``: by optional parameters, by text, or both. Pure."""

import re
from datetime import UTC, datetime, tzinfo

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState
from services.notify.providers.smpp.pdus import Sm, Tag, text_of

_KIND_OF_MESSAGE = 0x3C
_RECEIPT, _INTERMEDIATE = 0x04, 0x20

_FIELD = re.compile(
    r"(?<![a-z])(id|sub|dlvrd|submit[ _]?date|done[ _]?date|stat|err)\s*:\s*([^\s:]+)(?!\s*:)", re.IGNORECASE
)
_OWN_TEXT = re.compile(r"(?<![a-z])text\s*:", re.IGNORECASE)

_BY_NUMBER = {
    0: DeliveryState.UNDERWAY,  # scheduled
    1: DeliveryState.UNDERWAY,
    2: DeliveryState.DELIVERED,
    3: DeliveryState.EXPIRED,
    4: DeliveryState.FAILED,  # deleted
    5: DeliveryState.FAILED,
    6: DeliveryState.UNDERWAY,  # accepted
    7: DeliveryState.UNKNOWN,
    8: DeliveryState.FAILED,  # rejected
    9: DeliveryState.FAILED,  # skipped
}
_BY_WORD = {
    "DELIV": DeliveryState.DELIVERED,
    "EXPIR": DeliveryState.EXPIRED,
    "DELET": DeliveryState.FAILED,
    "UNDEL": DeliveryState.FAILED,
    "FAIL": DeliveryState.FAILED,
    "REJEC": DeliveryState.FAILED,
    "SKIP": DeliveryState.FAILED,
    "ENROU": DeliveryState.UNDERWAY,
    "ACCEP": DeliveryState.UNDERWAY,
    "ACKED": DeliveryState.UNDERWAY,
    "BUFF": DeliveryState.UNDERWAY,
    "SCHED": DeliveryState.UNDERWAY,
    "UNKNO": DeliveryState.UNKNOWN,
}
"""How the words begin: the specification cuts them to seven letters, some write them out."""


def is_receipt(sm: Sm) -> bool:
    """Whether it reports about an SMS of ours, and is none that a customer has sent.

    Some SMSCs leave ``esm_class`` at zero and still mean a receipt.
    """
    if sm.esm_class & _KIND_OF_MESSAGE in {_RECEIPT, _INTERMEDIATE} or Tag.RECEIPTED_MESSAGE_ID in sm.tlvs:
        return True
    fields = _fields_of(sm)
    return sm.esm_class & _KIND_OF_MESSAGE == 0 and {"id", "stat"} <= fields.keys() and "donedate" in fields


def read_receipt(sm: Sm, provider: str, zone: tzinfo = UTC) -> DeliveryReport | None:
    """Return what a receipt reports; None when it names no SMS or no state.

    Ids are handed over as written. Optional parameters count more than the text. ``zone`` is that of the SMSC's clock.
    """
    fields = _fields_of(sm)
    reference = text_of(sm.tlvs.get(Tag.RECEIPTED_MESSAGE_ID, b"")) or fields.get("id", "")
    number = sm.tlvs.get(Tag.MESSAGE_STATE, b"")
    word = fields.get("stat", "")
    if not reference or not (number or word):
        return None
    if number:
        state = _BY_NUMBER.get(int.from_bytes(number, "big"), DeliveryState.UNKNOWN)
    else:
        state = next(
            (found for start, found in _BY_WORD.items() if word.upper().startswith(start)), DeliveryState.UNKNOWN
        )
    return DeliveryReport(
        provider=provider,
        provider_reference=reference,
        client_reference=None,
        state=state,
        code=_code(number, word, fields.get("err", ""), sm.tlvs.get(Tag.NETWORK_ERROR_CODE, b"")),
        occurred_at=_moment(fields.get("donedate", ""), zone),
    )


def _fields_of(sm: Sm) -> dict[str, str]:
    """Return the fields of a receipt's text, the first of each; what stands behind ``text:`` is the SMS's own."""
    message = sm.message or sm.tlvs.get(Tag.MESSAGE_PAYLOAD, b"")
    text = message.decode("utf-16-be" if sm.data_coding == 8 else "latin-1", "replace")
    ours = _OWN_TEXT.search(text)
    found: dict[str, str] = {}
    # A receipt may have its text first: then the last fields of their kind are the receipt's.
    before, behind = (text, "") if ours is None else (text[: ours.start()], text[ours.end() :])
    for name, value in _FIELD.findall(before) or reversed(_FIELD.findall(behind)):
        found.setdefault(re.sub(r"[ _]", "", name.lower()), value)
    return found


def _code(number: bytes, word: str, error: str, network_error: bytes) -> str:
    parts = [f"message_state {int.from_bytes(number, 'big')}"] if number else []
    parts += [f"stat {word[:16]}"] if word else []
    parts += [f"err {error[:16]}"] if error else []
    parts += [f"network_error_code {network_error.hex()[:8]}"] if network_error else []
    return ", ".join(parts)


def _moment(written: str, zone: tzinfo) -> datetime | None:
    form = {10: "%y%m%d%H%M", 12: "%y%m%d%H%M%S"}.get(len(written))
    if form is None or not written.isdecimal():
        return None
    try:
        return datetime.strptime(written, form).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None
