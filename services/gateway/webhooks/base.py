"""What every kind of webhook has in common: settings, refusals, and how texts and moments are read."""

import hmac
import json
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from services.gateway.edge import ambiguity
from services.gateway.edge.operation import Original
from services.gateway.edge.problems import NotAuthenticated
from shared.clock import VIETNAM
from shared.contracts.billing import SeenBankCredit
from shared.problems import Problem
from shared.secret_places import Secret, Section
from shared.text import tidy

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Not three zeros: "500.000" is half a million to a bank in Vietnam, and 500 to a computer.
_AMOUNT = re.compile(r"[+-]?\d{1,13}(\.(?:00?|0{4,}))?", re.ASCII)
_MOST_DIGITS = 13
_YEARS = range(2000, 2101)


class NotBankCredit(Problem):
    """What came is proven to be its sender's, and tells of no bank credit that can be read."""

    slug = "not-a-bank-credit"
    status = 400
    title = "The message tells of no bank credit"
    usual_detail = "Nội dung gửi lên không phải là báo có đọc được."


def refused(why: str) -> NotAuthenticated:
    """Return the refusal of a message that is not proven to be its sender's; ``why`` is for the log, never a secret."""
    return NotAuthenticated("Không xác thực được bên gửi báo có.", facts={"why": why})


class WebhookSettings(Section):
    """What the configuration says about any kind; each adds its own fields."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
    """The source of its credits, and the last part of its address: it stays the same for good."""
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where it calls; empty: from anywhere."""

    def secrets(self) -> Sequence[Secret]:
        """Return the places of all secrets."""
        return ()

    def read(self, came: Original, now: datetime) -> list[SeenBankCredit]:
        """Return what a message tells.

        Raises :class:`~services.gateway.edge.problems.NotAuthenticated` for one that is not proven, or too old, and
        :class:`NotBankCredit`.
        """
        if self.networks and not self._is_within(came.address):
            raise refused("network")
        try:
            self.prove(came, now)
        except (ValueError, TypeError, RecursionError, OverflowError):
            raise refused("form") from None
        try:
            return self.credits(document_of(came, exact=True), text_of_body(came))
        except (ValidationError, ValueError, KeyError, TypeError, RecursionError, OverflowError):
            raise NotBankCredit from None

    @abstractmethod
    def prove(self, came: Original, now: datetime) -> None:
        """Raise :class:`~services.gateway.edge.problems.NotAuthenticated` for what is not the sender's."""

    @abstractmethod
    def credits(self, document: Any, raw: str) -> list[SeenBankCredit]:
        """Return what a proven message tells; ValueError, KeyError or TypeError where it cannot be read."""

    def _is_within(self, address: str) -> bool:
        try:
            found = ip_address(address)
        except ValueError:
            return False
        found = getattr(found, "ipv4_mapped", None) or found
        return any(found in network for network in self.networks)


def text_of_body(came: Original) -> str:
    """Return a body as text. Raises ValueError for what is no UTF-8."""
    return came.body.decode("utf-8-sig")


def document_of(came: Original, *, exact: bool = False) -> Any:
    """Return the JSON of a message; ``exact``: fractions as decimals, of which nothing is rounded away.

    Raises ValueError for what is none, and for what names a member twice.
    """
    text = text_of_body(came)
    try:
        ambiguity.require_single_members(text.encode())
        return json.loads(text, parse_float=Decimal if exact else float, parse_constant=_no_number)
    except (RecursionError, Problem):
        raise ValueError("no JSON that can be read in one way") from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def same(given: str, expected: str) -> bool:
    """Compare a proof in constant time."""
    return hmac.compare_digest(given.strip().encode(errors="replace"), expected.encode())


def signature(secret: Secret, message: bytes, algorithm: str) -> str:
    """Return the HMAC of a message, as hexadecimal digits."""
    return hmac.new(secret.reveal().encode(), message, algorithm).hexdigest()


def require_young(moment: datetime, now: datetime, longest: timedelta) -> None:
    """Refuse what was signed too long ago, or in the future."""
    if abs(now - moment) > longest:
        raise refused("age")


def moment_of_seconds(text: str, *, a_second: int = 1) -> datetime:
    """Read a moment in seconds (or parts of one) since 1970; what is none is refused."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise refused("timestamp")
    try:
        return datetime.fromtimestamp(int(text) / a_second, UTC)
    except (OverflowError, OSError, ValueError):
        raise refused("timestamp") from None


def clean(value: object, most: int) -> str:
    """Return a text that can be stored and shown; empty for anything else."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    # Half of an emoji is left where a source cuts a text.
    whole = str(value).encode(errors="replace").decode()
    return tidy(_UNSEEN.sub(" ", whole))[:most]


def id_of(value: object) -> str:
    """Read a source's id that is a whole number. Raises ValueError for anything else."""
    text = clean(value, 120)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("not an id")
    return str(int(text))


def require_dong(currency: object) -> None:
    """Refuse amounts of another currency. Raises ValueError."""
    if clean(currency, 10).upper() != "VND":
        raise ValueError("not in VND")


def amount_of(value: object) -> int:
    """Read whole đồng, signed. Raises ValueError for anything else, separators of thousands included."""
    if isinstance(value, Decimal) and value and abs(value.adjusted()) >= _MOST_DIGITS:
        raise ValueError("not an amount")
    text = f"{value:f}" if isinstance(value, Decimal) else str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or not _AMOUNT.fullmatch(text):
        raise ValueError("not an amount")
    return int(text.partition(".")[0])


def balance_of(value: object) -> int | None:
    """Read a running balance; None where a source tells none, which most write as 0."""
    try:
        return amount_of(value) or None
    except ValueError:
        return None


def local_moment(value: object, form: str = "%Y-%m-%d %H:%M:%S", zone: tzinfo = VIETNAM) -> datetime:
    """Read a moment without a zone as Vietnam's. Raises ValueError."""
    if not isinstance(value, str):
        raise TypeError("not a moment")
    text = value.strip()
    found = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007
    if found.year not in _YEARS:
        raise ValueError("not a moment of this time")
    return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)


def text_of(document: Mapping[str, Any], *names: str, most: int = 1000) -> str:
    """Return the first of some members that says anything."""
    return next((text for name in names if (text := clean(document.get(name), most))), "")


LongestAge = Annotated[int, Field(ge=10, le=7 * 86_400)]
"""Seconds."""
