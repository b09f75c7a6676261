"""Casso, version 2: one transaction a message, signed over the moment and its JSON with sorted names.

``X-Casso-Signature: t=MILLISECONDS,v1=HEX`` is HMAC-SHA512 of ``t.`` and the document, with the names sorted on all
levels and nothing between the signs. A message with the id 0 is a trial. Amounts of what left the account are negative.
"""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from services.gateway.edge.operation import Original
from services.gateway.webhooks.base import (
    LongestAge,
    WebhookSettings,
    amount_of,
    balance_of,
    clean,
    document_of,
    id_of,
    local_moment,
    moment_of_seconds,
    refused,
    require_young,
    same,
    signature,
    text_of,
)
from shared.contracts.billing import SeenBankCredit
from shared.secret_places import Secret

_HEADER = re.compile(r"t=(\d{1,16}),\s*v1=([0-9a-fA-F]{128})", re.ASCII)


class CassoSettings(WebhookSettings):
    """An address for Casso."""

    kind: Literal["casso"]
    secret: Secret
    longest_age: LongestAge = 3600

    def secrets(self) -> Sequence[Secret]:
        """Return the places of all secrets."""
        return [self.secret]

    def prove(self, came: Original, now: datetime) -> None:
        """Refuse what Casso has not signed within the last hour."""
        header = _HEADER.fullmatch(came.headers.get("x-casso-signature", "").strip())
        if header is None:
            raise refused("signature")
        message = f"{header[1]}.{sorted_json(document_of(came))}".encode(errors="surrogatepass")
        if not same(header[2].lower(), signature(self.secret, message, "sha512")):
            raise refused("signature")
        require_young(moment_of_seconds(header[1], a_second=1000), now, timedelta(seconds=self.longest_age))

    def credits(self, document: Any, raw: str) -> list[SeenBankCredit]:
        """Read a transaction; none of a trial."""
        told = document["data"]
        source_id = id_of(told["id"])
        if source_id == "0":
            return []
        amount = amount_of(told["amount"])
        return [
            SeenBankCredit(
                source_id=source_id,
                account_number=clean(told["accountNumber"], 40),
                outgoing=amount < 0,
                amount=abs(amount),
                transacted_at=local_moment(told["transactionDateTime"]),
                reference=text_of(told, "reference", most=100),
                balance=balance_of(told.get("runningBalance")),
                content=text_of(told, "description"),
                counter_name=text_of(told, "counterAccountName", most=200),
                counter_account=text_of(told, "counterAccountNumber", most=60),
                counter_bank=text_of(told, "counterAccountBankName", "counterAccountBankId", most=100),
                raw=raw[:20_000],
            )
        ]


def sorted_json(document: Any) -> str:
    """Return a document as Casso signs it: names sorted on all levels, written as JavaScript writes JSON."""
    return json.dumps(_whole(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    # JavaScript has one kind of number, and writes 1.0 as 1.
    return int(value) if isinstance(value, float) and value.is_integer() else value
