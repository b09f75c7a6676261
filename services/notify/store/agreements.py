"""Instalment agreements, as billing reports them."""

from services.notify.domain.causes import Cause
from services.notify.store.reminders import CANCELLED_OR_STOPPED, IN_PARTS
from shared.contracts.billing import AgreementChanged, AgreementState
from shared.db import Connection

# In whatever order the events come: an agreement that has ended stays so.
_KEEP = """
INSERT INTO agreements AS known (agreement_id, customer_code, is_in_force, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (agreement_id) DO UPDATE SET is_in_force = known.is_in_force AND excluded.is_in_force,
    changed_at = greatest(known.changed_at, excluded.changed_at)
"""


async def keep_agreement(connection: Connection, event: AgreementChanged) -> None:
    """Keep whether an agreement is in force. The account is locked."""
    agreement = event.agreement
    is_in_force = agreement.state is AgreementState.IN_FORCE
    await connection.execute(_KEEP, agreement.agreement_id, agreement.customer_code, is_in_force, event.changed_at)


_PAYS_IN_PARTS = f"SELECT {IN_PARTS} FROM (SELECT $1::text AS customer_code) AS accounts"


async def pays_in_parts(connection: Connection, customer_code: str) -> bool:
    """Return whether an agreement of a customer is in force."""
    return bool(await connection.fetchval(_PAYS_IN_PARTS, customer_code))


# What asks for money: not the link of a receipt, nor a trial.
_CANCEL = f"UPDATE reminders {CANCELLED_OR_STOPPED} AND customer_code = $1 AND receipt_id IS NULL AND NOT is_trial"


async def cancel_reminders_of(connection: Connection, customer_code: str) -> None:
    """Cancel what asks a customer for money and has not left, because it is paid in parts."""
    await connection.execute(_CANCEL, customer_code, Cause.INSTALMENTS)
