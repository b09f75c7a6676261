"""payOS: one payment a message, with a signature over its members.

``signature`` is HMAC-SHA256 of ``name=value&…`` of all members of ``data``, sorted by name. It covers no moment: an old
message that is sent again is known by its reference, and changes nothing. Registering an address sends a sample that
is everybody's; it is no money.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from services.gateway.edge.operation import Original
from services.gateway.webhooks.base import (
    WebhookSettings,
    amount_of,
    clean,
    document_of,
    id_of,
    local_moment,
    refused,
    require_dong,
    same,
    signature,
    text_of,
)
from shared.contracts.billing import SeenBankCredit
from shared.secret_places import Secret

_SAMPLE = (123, "TF230204212323")
_PAID = "00"
_NAME = re.compile(r"\w+", re.ASCII)
_LIKE_A_MEMBER = re.compile(r"&\w+=", re.ASCII)


class PayosSettings(WebhookSettings):
    """An address for payOS."""

    kind: Literal["payos"]
    secret: Secret
    """The checksum key."""

    def secrets(self) -> Sequence[Secret]:
        """Return the places of all secrets."""
        return [self.secret]

    def prove(self, came: Original, now: datetime) -> None:  # noqa: ARG002 - the signature covers no moment
        """Refuse what payOS has not signed."""
        document = document_of(came)
        data = document.get("data") if isinstance(document, dict) else None
        given = document.get("signature") if isinstance(document, dict) else None
        if not isinstance(data, dict) or not isinstance(given, str):
            raise refused("signature")
        # The same text may be signed for other members: "&reference=…" within what a payer wrote would be one.
        if not all(map(_NAME.fullmatch, data)) or any(_LIKE_A_MEMBER.search(_written(one)) for one in data.values()):
            raise refused("ambiguous")
        message = signed_text(data).encode(errors="surrogatepass")
        if not same(given.lower(), signature(self.secret, message, "sha256")):
            raise refused("signature")

    def credits(self, document: Any, raw: str) -> list[SeenBankCredit]:
        """Read a payment; none of the sample, nor of one that did not succeed."""
        told = document["data"]
        if (told.get("orderCode"), told.get("reference")) == _SAMPLE or told.get("code", _PAID) != _PAID:
            return []
        require_dong(told.get("currency") or "VND")
        reference = text_of(told, "reference", most=100)
        return [
            SeenBankCredit(
                source_id=reference or f"order-{id_of(told['orderCode'])}",
                account_number=clean(told["accountNumber"], 40),
                amount=amount_of(told["amount"]),
                transacted_at=local_moment(told["transactionDateTime"]),
                reference=reference,
                content=text_of(told, "description"),
                counter_name=text_of(told, "counterAccountName", most=200),
                counter_account=text_of(told, "counterAccountNumber", most=60),
                counter_bank=text_of(told, "counterAccountBankName", "counterAccountBankId", most=100),
                raw=raw[:20_000],
            )
        ]


def signed_text(data: Mapping[str, Any]) -> str:
    """Return the members of a payment as payOS signs them."""
    return "&".join(f"{name}={_written(data[name])}" for name in sorted(data))


def _written(value: Any) -> str:
    if value is None or value in ("null", "undefined"):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
