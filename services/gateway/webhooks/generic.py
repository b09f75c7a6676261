"""A webhook that is configured, not coded: how it is proven, and where in its JSON what stands.

A bank's own interface, or the next go-between, needs a section in the file and no new version.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from services.gateway.edge.operation import Original
from services.gateway.webhooks.base import (
    LongestAge,
    WebhookSettings,
    amount_of,
    balance_of,
    clean,
    local_moment,
    moment_of_seconds,
    refused,
    require_dong,
    require_young,
    same,
)
from shared.contracts.billing import SeenBankCredit
from shared.json_pointer import NOTHING, JsonPointer, value_at
from shared.secret_places import Secret, Section

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,60}$", to_lower=True)]
_MOST = 200


class GenericProof(Section):
    """How a message is proven: a signature over it, or a secret that comes along."""

    kind: Literal["hmac", "secret"]
    header: HeaderName
    prefix: str = Field(default="", max_length=40)
    """What stands before the proof in its header: ``sha256=``, ``Bearer ``."""
    secret: Secret
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    signed: Annotated[str, StringConstraints(pattern=r"^[^{}]*(\{timestamp\}[^{}]*)?\{body\}$")] = "{body}"
    """What is signed: ``{timestamp}.{body}``, or ``{body}`` alone."""
    timestamp: HeaderName | None = None
    """The header with the seconds since 1970; with it, what is older than ``longest_age`` is refused."""
    unit: Literal["seconds", "milliseconds"] = "seconds"
    longest_age: LongestAge = 300

    @model_validator(mode="after")
    def _names_its_timestamp(self) -> Self:
        if ("{timestamp}" in self.signed) != (self.timestamp is not None):
            raise ValueError("a timestamp is named and signed, or neither")
        return self

    def require(self, came: Original, now: datetime) -> None:
        """Refuse what is not proven."""
        given = came.headers.get(self.header, "")
        if not given.startswith(self.prefix):
            raise refused("signature")
        timestamp = came.headers.get(self.timestamp, "") if self.timestamp is not None else ""
        if not same(given.removeprefix(self.prefix), self._expected(came.body, timestamp)):
            raise refused("signature")
        if self.timestamp is not None:
            moment = moment_of_seconds(timestamp, a_second=1 if self.unit == "seconds" else 1000)
            require_young(moment, now, timedelta(seconds=self.longest_age))

    def _expected(self, body: bytes, timestamp: str) -> str:
        secret = self.secret.reveal()
        if self.kind == "secret":
            return secret
        head = self.signed.removesuffix("{body}").replace("{timestamp}", timestamp)
        made = hmac.new(secret.encode(), head.encode(errors="replace") + body, self.algorithm)
        return made.hexdigest() if self.encoding == "hex" else b64encode(made.digest()).decode()


class GenericFields(Section):
    """Where what stands, as JSON pointers (RFC 6901) from each entry."""

    id: JsonPointer
    amount: JsonPointer
    """Whole đồng; negative for what left the account, where there is no ``direction``."""
    account_number: JsonPointer | None = None
    moment: JsonPointer
    reference: JsonPointer | None = None
    content: JsonPointer | None = None
    balance: JsonPointer | None = None
    counter_name: JsonPointer | None = None
    counter_account: JsonPointer | None = None
    counter_bank: JsonPointer | None = None
    direction: JsonPointer | None = None
    currency: JsonPointer | None = None
    """With it, what is not in VND is not read."""


class GenericSettings(WebhookSettings):
    """An address whose messages are described here."""

    kind: Literal["generic"]
    proof: GenericProof
    entries: JsonPointer | None = None
    """The list of movements; None: the document is one."""
    fields: GenericFields
    account_number: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,40}$")] | None = None
    """Of the utility's account, where messages do not name it."""
    outgoing: frozenset[str] = frozenset()
    """Values of ``direction`` that say that money left the account."""
    moments: str = Field(default="iso", max_length=40)
    """``iso``, or how moments are written: ``%d/%m/%Y %H:%M:%S``. Without a zone they are Vietnam's."""

    @model_validator(mode="after")
    def _names_the_account(self) -> Self:
        if self.account_number is None and self.fields.account_number is None:
            raise ValueError("neither the messages nor the configuration name the utility's account")
        if (self.fields.direction is not None) != bool(self.outgoing):
            raise ValueError("a direction needs the values that say that money left the account, and they need it")
        return self

    def secrets(self) -> Sequence[Secret]:
        """Return the places of all secrets."""
        return [self.proof.secret]

    def prove(self, came: Original, now: datetime) -> None:
        """Refuse what is not proven as the configuration says."""
        self.proof.require(came, now)

    def credits(self, document: Any, raw: str) -> list[SeenBankCredit]:
        """Read all entries."""
        found = document if self.entries is None else value_at(document, self.entries)
        entries = found if isinstance(found, list) else [found]
        if len(entries) > _MOST:
            raise ValueError("too many entries")
        # Of a message with several movements each keeps its own part, so that none brings the others along.
        raws = [raw] if len(entries) == 1 else [json.dumps(one, ensure_ascii=False, default=str) for one in entries]
        return [self._read(entry, raw) for entry, raw in zip(entries, raws, strict=True)]

    def _read(self, entry: Any, raw: str) -> SeenBankCredit:
        fields = self.fields
        amount = amount_of(value_at(entry, fields.amount))
        direction = clean(_value(entry, fields.direction), 40)
        if fields.direction is not None and not direction:
            raise ValueError("the direction is not told")
        if fields.currency is not None:
            require_dong(_value(entry, fields.currency))
        return SeenBankCredit(
            source_id=clean(value_at(entry, fields.id), 120),
            account_number=self.account_number or clean(_value(entry, fields.account_number), 40),
            outgoing=amount < 0 or direction.casefold() in {one.casefold() for one in self.outgoing},
            amount=abs(amount),
            transacted_at=local_moment(value_at(entry, fields.moment), self.moments),
            reference=clean(_value(entry, fields.reference), 100),
            balance=balance_of(_value(entry, fields.balance)),
            content=clean(_value(entry, fields.content), 1000),
            counter_name=clean(_value(entry, fields.counter_name), 200),
            counter_account=clean(_value(entry, fields.counter_account), 60),
            counter_bank=clean(_value(entry, fields.counter_bank), 100),
            raw=raw[:20_000],
        )


def _value(entry: Any, pointer: str | None) -> Any:
    found = NOTHING if pointer is None else value_at(entry, pointer)
    return None if found is NOTHING else found
