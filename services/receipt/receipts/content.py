"""What of a receipt is hashed into its signature. Pure."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.receipt.domain.quotes import Quote
from shared.printing.document import Document


def content_of(event: dict[str, Any], body: Document, quotes: Sequence[Quote] = ()) -> str:
    """Return the content that is hashed into the signature, as JSON that has only one form."""
    content: dict[str, Any] = {"event": event, "document": body.model_dump(mode="json")}
    if quotes:
        content["invoices"] = [quote.as_json() for quote in quotes]
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(content: str) -> bytes:
    """Return the SHA-256 of a receipt's content."""
    return hashlib.sha256(content.encode()).digest()


def seconds(moment: datetime) -> int:
    """Return whole seconds since 1970-01-01 UTC."""
    return int(moment.timestamp())
