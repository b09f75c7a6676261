"""How a partner is let in for a chaos run: its key, its point, and the terms of its payments."""

from pathlib import Path

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from services.billing.partners.terms import USUAL_TERMS
from services.billing.store import partners as terms_store
from services.gateway.domain.partners import KeyAlgorithm
from services.gateway.store import partners as store
from shared.clock import now
from shared.contracts.billing import BillChoice
from shared.ids import new_id

CODE, KEY_ID = "VNPOST", "vnpost-chaos"
TERMS = USUAL_TERMS.model_copy(
    update={"bills": BillChoice.ANY, "cancel_until": 24, "fee": 1_000, "fee_per_million": 2_000}
)
"""Any bill by itself, cancelled whenever it is today."""
CEILING = 2_000_000
"""đồng that the partner may hold of the day at first; raised each time that it has come to it."""
_PER_MINUTE = 100_000


def configure(folder: Path) -> Path:
    """Write the terms, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "terms.yaml"
    named = ("bills", "cancel_until", "fee", "fee_per_million", "file_due", "file_days")
    rule = ", ".join(["from: 2018-01-01", *(f"{name}: {getattr(TERMS, name)}" for name in named)])
    found.write_text(f"rules:\n  - {{{rule}}}\n", "utf-8")
    return found


async def let_in(billing_url: str, gateway_url: str, point: str) -> Ed25519PrivateKey:
    """Add the partner with its point and a key as the operator's command does, and return the key."""
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    connection = await asyncpg.connect(billing_url, timeout=10)
    try:
        await terms_store.save(connection, CODE, "Bưu điện", CEILING)
        await terms_store.give_points(connection, CODE, [point])
    finally:
        await connection.close()
    connection = await asyncpg.connect(gateway_url, timeout=10)
    try:
        partner_id = new_id()
        await store.add(
            connection, partner_id, CODE, "Bưu điện", networks=[], requests_per_minute=_PER_MINUTE, moment=now()
        )
        moment = now()
        await store.add_key(
            connection,
            KEY_ID,
            partner_id,
            KeyAlgorithm.ED25519,
            public,
            moment=moment,
            valid_from=moment,
            valid_until=None,
        )
    finally:
        await connection.close()
    return key
