"""In which language customers want SMS, and who noted that."""

from datetime import datetime

from shared.contracts.customer import ChooseSmsLanguage
from shared.db import Connection, add_once

_SET = "UPDATE customers SET sms_language = $2 WHERE customer_code = $1 RETURNING true"
_KEEP = """
INSERT INTO sms_language_choices (choice_id, customer_code, sms_language, requested_by, recorded_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true
"""


async def set_sms_language(connection: Connection, choice: ChooseSmsLanguage) -> bool:
    """Put a wish on record; False where there is no such customer. The customer is locked."""
    return bool(await connection.fetchval(_SET, choice.customer_code, choice.language))


async def keep_choice(connection: Connection, choice: ChooseSmsLanguage, moment: datetime) -> bool:
    """Keep who noted a wish; False when the id was used before."""
    return await add_once(
        connection, _KEEP, choice.choice_id, choice.customer_code, choice.language, choice.requested_by, moment
    )
