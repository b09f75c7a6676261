"""Stored secrets of partners brought to the present key of the file."""

import structlog
from asyncpg import Pool

from services.gateway.secret_box import SecretBox, SecretsUnreadable
from services.gateway.store import partners
from shared.db import acquired

log = structlog.get_logger(__name__)


async def seal_partner_keys(pool: Pool, box: SecretBox) -> int:
    """Encrypt secrets that are stored in plain or under an earlier key; return how many were changed."""
    changed = 0
    async with acquired(pool) as connection, connection.transaction():
        for key_id, partner_id, stored in await partners.lock_secrets(connection):
            if box.is_up_to_date(stored):
                continue
            try:
                secret = box.open(stored, partner_id)
            except SecretsUnreadable as error:
                log.warning("partner_secret_unreadable", key_id=key_id, error=str(error))
                continue
            await partners.replace_secret(connection, key_id, box.seal(secret, partner_id))
            changed += 1
    if changed:
        log.info("partner_secrets_sealed", keys=changed)
    return changed
