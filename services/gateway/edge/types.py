"""Types of what callers send. Stricter than the messages inside: what is published is exactly what is accepted."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from shared.text import MOST_MARKS, UNREADABLE, has_too_many_marks, plain_code

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INTEGER = re.compile(r"-?\d{1,18}", re.ASCII)


class Incoming(BaseModel):
    """Something that a caller sends: unknown members are refused, nothing is converted silently."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Outgoing(BaseModel):
    """Something that the gateway itself answers; readers ignore members that they do not know."""

    model_config = ConfigDict(frozen=True)


LARGEST_AMOUNT = 100_000_000_000
"""đồng. No payment and no cash box holds more; the database refuses it, too."""
Amount = Annotated[int, Field(gt=0, le=LARGEST_AMOUNT)]
Cash = Annotated[int, Field(ge=0, le=LARGEST_AMOUNT)]


class Nothing(Incoming):
    """No parameters."""


def parse_uuid(value: Any) -> UUID:
    """Read a UUID in its canonical form (RFC 9562), the only one that the API accepts."""
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("must be a UUID such as 0199d5b0-7c1e-7000-8000-000000000001")
    return UUID(value)


def parse_moment(value: Any) -> datetime:
    """Read an RFC 3339 date and time with its offset, and return it in UTC."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a date and time with its offset (RFC 3339)")
    try:
        return datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is out of range") from error


def _parse_day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("must be a date such as 2026-11-23")
    return date.fromisoformat(value)


def _parse_integer(value: Any) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not _INTEGER.fullmatch(value):
        raise ValueError("must be a whole number")
    return int(value)


Id = Annotated[UUID, BeforeValidator(parse_uuid)]
IncomingMoment = Annotated[
    datetime,
    BeforeValidator(parse_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T02:15:00Z"]}),
]
Day = Annotated[
    date, BeforeValidator(_parse_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-23"]})
]
INTEGER = BeforeValidator(_parse_integer)
"""Reads a whole number in a query string; stands last in its annotation, so that limits are described."""

_ANY = f"[^{UNREADABLE}]"
_SEEN = f"[^{UNREADABLE}\\s]"
_LINE = f"^{_ANY}*$"
_WORDS = f"^{_ANY}*{_SEEN}{_ANY}*$"


def _few_marks(text: str) -> str:
    if has_too_many_marks(text):
        raise ValueError(f"stacks more than {MOST_MARKS} combining marks on a letter")
    return text


_FEW_MARKS = AfterValidator(_few_marks)

Line = Annotated[str, StringConstraints(max_length=500, pattern=_LINE), _FEW_MARKS]
"""One line of text, possibly empty. One rule for all free text: nothing in it that cannot be read."""

Words = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_WORDS), _FEW_MARKS]
"""One line of text with at least one character that can be seen."""

DeviceName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=_WORDS), _FEW_MARKS]

_PASTED = r"[^\x00-\x1f\x7f-\x9f]"
Query = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=f"^{_PASTED}*[^\\x00-\\x20\\x7f-\\x9f\\s]{_PASTED}*$"),
]
"""What is searched for, and never kept: pasted from a chat or a spreadsheet, it brings unseen marks along."""

PastedPhone = Annotated[str, StringConstraints(min_length=3, max_length=40, pattern=f"^{_PASTED}*$")]
"""A phone number as it was typed or pasted; what is kept of it are its digits."""

_PLAIN_CODE = AfterValidator(plain_code)
_BLANKS = "[ \u00a0]*"
_SIGN = f"([0-9A-Za-z_.-]{_BLANKS})"
_UNIT = f"^{_BLANKS}[Pp]{_BLANKS}[A-Za-z]{_BLANKS}([0-9A-Za-z]{_BLANKS})"

TypedCustomerCode = Annotated[str, StringConstraints(max_length=100, pattern=f"{_UNIT}{{9,11}}$"), _PLAIN_CODE]
"""A customer's code as people type it: blanks and small letters do not count. So are the other codes."""

TypedUnitCode = Annotated[str, StringConstraints(max_length=100, pattern=f"{_UNIT}{{4}}$"), _PLAIN_CODE]
TypedRouteCode = Annotated[str, StringConstraints(max_length=100, pattern=f"^{_BLANKS}{_SIGN}{{2,24}}$"), _PLAIN_CODE]
TypedCollectorCode = Annotated[
    str, StringConstraints(max_length=100, pattern=f"^{_BLANKS}{_SIGN}{{2,20}}$"), _PLAIN_CODE
]
TypedCollectionPointCode = Annotated[
    str, StringConstraints(max_length=100, pattern=f"^{_BLANKS}{_SIGN}{{2,24}}$"), _PLAIN_CODE
]

PartnerReference = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z_./:-]{0,99}$")]
"""The bank's or partner's transaction id."""

PrinterId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$"),
    Field(description="The phone's own name for a printer, for example its Bluetooth address or id."),
]
