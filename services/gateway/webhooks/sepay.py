"""SePay: one transaction a message, signed over the moment and the body as it came.

``X-SePay-Signature: sha256=HEX`` is HMAC-SHA256 of ``{X-SePay-Timestamp}.{body}``; what is older than five minutes is
refused. Accounts without signatures send ``Authorization: Apikey KEY``. Answered with ``{"success": true}``; repeated
up to seven times in about half an hour (developer.sepay.vn, sepay-webhooks). ``accumulated`` is the balance.
"""

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


class SepaySettings(WebhookSettings):
    """An address for SePay."""

    kind: Literal["sepay"]
    secret: Secret
    """Of the signature, or the API key."""
    proof: Literal["signature", "api_key"] = "signature"
    longest_age: LongestAge = 300

    def secrets(self) -> Sequence[Secret]:
        """Return the places of all secrets."""
        return [self.secret]

    def prove(self, came: Original, now: datetime) -> None:
        """Refuse what SePay has not signed within the last minutes."""
        if self.proof == "api_key":
            scheme, _, key = came.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "apikey" or not same(key, self.secret.reveal()):
                raise refused("key")
            return
        timestamp = came.headers.get("x-sepay-timestamp", "")
        method, _, given = came.headers.get("x-sepay-signature", "").partition("=")
        expected = signature(self.secret, timestamp.encode(errors="replace") + b"." + came.body, "sha256")
        if method != "sha256" or not same(given, expected):
            raise refused("signature")
        require_young(moment_of_seconds(timestamp), now, timedelta(seconds=self.longest_age))

    def credits(self, document: Any, raw: str) -> list[SeenBankCredit]:
        """Read a transaction."""
        direction = {"in": False, "out": True}[document["transferType"]]
        return [
            SeenBankCredit(
                source_id=id_of(document["id"]),
                account_number=clean(document["accountNumber"], 40),
                outgoing=direction,
                amount=amount_of(document["transferAmount"]),
                transacted_at=local_moment(document["transactionDate"]),
                reference=text_of(document, "referenceCode", most=100),
                balance=balance_of(document.get("accumulated")),
                content=text_of(document, "content", "description"),
                raw=raw[:20_000],
            )
        ]
