"""What customers owe, as billing reported it last, and who they are, as the customer service did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.notify.domain.causes import Cause
from services.notify.store.row_count import row_count
from shared.contracts.common import AccountState, CustomerFacts
from shared.db import Connection


@dataclass(frozen=True)
class KnownAccount:
    """What a customer may be asked for, as known now."""

    customer_code: str
    debt: int
    oldest_due_date: date | None
    """Of the open bills that may be asked for."""
    disputed_debt: int = 0
    """What is open of disputed bills besides, đồng: nobody is asked for it."""

    @property
    def nothing_left(self) -> Cause:
        """Why something is not asked for any more that is not owed, or no longer without disputed bills."""
        return Cause.COMPLAINT if self.disputed_debt > 0 else Cause.PAID


# Whatever writes a row sets changed_at: campaigns that were scheduled look at changed accounts only.
#
# The row stays locked until the transaction ends: a customer's reminders are scheduled and cancelled under this lock.
# The same version may bring what an earlier release did not keep.
_IS_NEWER = """(excluded.version > known.version
        OR excluded.version = known.version
            AND (known.disputed_version <> known.version OR known.oldest_due_date IS NULL))"""
_NEWER_ACCOUNT = ", ".join(
    [
        *(
            f"{column} = CASE WHEN {_IS_NEWER} THEN excluded.{column} ELSE known.{column} END"
            for column in ("debt", "oldest_due_date", "disputed_bills", "disputed_debt", "disputed_version")
        ),
        "version = greatest(excluded.version, known.version)",
    ]
)
_OWED = "version, debt, oldest_due_date, disputed_bills, disputed_debt, disputed_version"
_KNOWN = "customer_code, debt, oldest_due_date, disputed_debt"
_NEWER_CONTACT = ", ".join(
    f"{column} = CASE WHEN excluded.contact_version > known.contact_version THEN excluded.{column}"
    f" ELSE known.{column} END"
    for column in (
        "phone",
        "unit_code",
        "unit_name",
        "unit_phone",
        "collector_code",
        "collector_name",
        "collector_phone",
        "active",
        "sms_language",
        "protected",
    )
)
_KEEP = f"""
INSERT INTO accounts AS known (customer_code, {_OWED}) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (customer_code) DO UPDATE SET {_NEWER_ACCOUNT}, changed_at = clock_timestamp()
RETURNING {_KNOWN}
"""


_KEEP_BOTH = f"""
WITH before AS MATERIALIZED (
    SELECT contact_version FROM accounts WHERE customer_code = $1
), kept AS (
    INSERT INTO accounts AS known (customer_code, {_OWED}, contact_version, phone, unit_code,
        unit_name, unit_phone, collector_code, collector_name, collector_phone, active, sms_language, protected)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
    ON CONFLICT (customer_code) DO UPDATE SET {_NEWER_ACCOUNT},
        {_NEWER_CONTACT},
        contact_version = greatest(excluded.contact_version, known.contact_version), changed_at = clock_timestamp()
    RETURNING {_KNOWN}
)
SELECT kept.*, coalesce(before.contact_version, -1) < $8 AS is_newer_contact FROM kept LEFT JOIN before ON true
"""


async def keep_account_and_contact(
    connection: Connection, account: AccountState, customer: CustomerFacts
) -> KnownAccount:
    """Keep an account and a customer's facts, each unless newer is known, and return what is now known of the account.

    The row stays locked until the transaction ends. What waits goes to the number that is right now.
    """
    [row] = await connection.fetch(_KEEP_BOTH, account.customer_code, *_owed(account), *_contact(customer))
    if row["is_newer_contact"]:
        # Also where another transaction has kept these facts meanwhile: this one began before.
        await connection.execute(_READDRESS, customer.customer_code, customer.phone)
    return _known(row)


def _owed(account: AccountState) -> tuple[Any, ...]:
    """Return what may be asked for, and what may not: the values of ``_OWED``."""
    disputed = account.disputed
    if disputed is None:
        return account.version, account.debt, account.oldest_due_date, [], 0, account.version
    asked_for = account.debt - disputed.debt
    return (
        account.version,
        asked_for,
        disputed.other_due_date,
        disputed.bill_numbers,
        disputed.debt,
        account.version,
    )


def _known(row: Mapping[str, Any]) -> KnownAccount:
    return KnownAccount(row["customer_code"], row["debt"], row["oldest_due_date"], row["disputed_debt"])


async def keep_account(connection: Connection, account: AccountState) -> KnownAccount:
    """Keep an account unless a newer one is known, lock it for this transaction, and return what is now known."""
    [row] = await connection.fetch(_KEEP, account.customer_code, *_owed(account))
    return _known(row)


# In the order of their codes, so that two batches do not wait for each other.
_KEEP_SEVERAL = f"""
INSERT INTO accounts AS known (customer_code, {_OWED})
SELECT customer_code, version, debt, oldest_due_date, string_to_array(disputed_bills, ' '), disputed_debt, version
FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::date[], $5::text[], $6::bigint[])
    AS new (customer_code, version, debt, oldest_due_date, disputed_bills, disputed_debt) ORDER BY customer_code
ON CONFLICT (customer_code) DO UPDATE SET {_NEWER_ACCOUNT}, changed_at = clock_timestamp()
RETURNING {_KNOWN}
"""


async def keep_accounts(connection: Connection, accounts: Sequence[AccountState]) -> list[KnownAccount]:
    """Do as :func:`keep_account` for many customers at once."""
    owed = [_owed(account) for account in accounts]
    rows = await connection.fetch(
        _KEEP_SEVERAL,
        [account.customer_code for account in accounts],
        [each[0] for each in owed],
        [each[1] for each in owed],
        [each[2] for each in owed],
        # Numbers of bills have no blanks; an array of arrays would need all to be of one length.
        [" ".join(each[3]) for each in owed],
        [each[4] for each in owed],
    )
    return [_known(row) for row in rows]


_KEEP_CONTACT = """
INSERT INTO accounts AS known (customer_code, version, debt, contact_version, phone, unit_code, unit_name, unit_phone,
    collector_code, collector_name, collector_phone, active, sms_language, protected)
VALUES ($1, 0, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (customer_code) DO UPDATE SET
    contact_version = excluded.contact_version, phone = excluded.phone, unit_code = excluded.unit_code,
    unit_name = excluded.unit_name, unit_phone = excluded.unit_phone, collector_code = excluded.collector_code,
    collector_name = excluded.collector_name, collector_phone = excluded.collector_phone, active = excluded.active,
    sms_language = excluded.sms_language, protected = excluded.protected, changed_at = clock_timestamp()
WHERE excluded.contact_version > known.contact_version
"""
# What a reminder of a receipt is sent to was named by whoever asked for it.
_READDRESS = """
UPDATE reminders SET phone = $2
WHERE customer_code = $1 AND state = 'scheduled' AND receipt_id IS NULL AND phone IS DISTINCT FROM $2
"""


async def keep_contact(connection: Connection, customer: CustomerFacts) -> None:
    """Keep a customer's facts unless newer ones are known; what waits goes to the number that is right now."""
    kept = await connection.execute(_KEEP_CONTACT, customer.customer_code, *_contact(customer))
    if row_count(kept):
        await connection.execute(_READDRESS, customer.customer_code, customer.phone)


# In the order of the codes, so that no two transactions wait for each other.
_KEEP_CONTACTS = """
WITH kept AS (
    INSERT INTO accounts AS known (customer_code, version, debt, contact_version, phone, unit_code, unit_name,
        unit_phone, collector_code, collector_name, collector_phone, active, sms_language, protected)
    SELECT customer_code, 0, 0, contact_version, phone, unit_code, unit_name,
        unit_phone, collector_code, collector_name, collector_phone, active, sms_language, protected
    FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::bool[], $11::text[], $12::bool[])
        AS row (customer_code, contact_version, phone, unit_code, unit_name, unit_phone, collector_code,
            collector_name, collector_phone, active, sms_language, protected)
    ORDER BY customer_code
    ON CONFLICT (customer_code) DO UPDATE SET
        contact_version = excluded.contact_version, phone = excluded.phone, unit_code = excluded.unit_code,
        unit_name = excluded.unit_name, unit_phone = excluded.unit_phone, collector_code = excluded.collector_code,
        collector_name = excluded.collector_name, collector_phone = excluded.collector_phone,
        active = excluded.active, sms_language = excluded.sms_language, protected = excluded.protected,
        changed_at = clock_timestamp()
    WHERE excluded.contact_version > known.contact_version
    RETURNING customer_code, xmax = 0 AS is_new
)
SELECT customer_code FROM kept WHERE NOT is_new
"""
# A statement of its own: it sees what the one before has locked.
_READDRESS_THESE = """
UPDATE reminders SET phone = accounts.phone
FROM accounts
WHERE accounts.customer_code = ANY ($1::text[]) AND reminders.customer_code = accounts.customer_code
    AND state = 'scheduled' AND receipt_id IS NULL AND reminders.phone IS DISTINCT FROM accounts.phone
"""


async def keep_contacts(connection: Connection, customers: Sequence[CustomerFacts]) -> None:
    """Keep the facts of many different customers; see :func:`keep_contact`."""
    rows = [(customer.customer_code, *_contact(customer)) for customer in customers]
    changed = await connection.fetch(_KEEP_CONTACTS, *map(list, zip(*rows, strict=True)))
    # A customer who is new here has nothing that waits: what is scheduled makes the account first.
    if changed:
        await connection.execute(_READDRESS_THESE, [row["customer_code"] for row in changed])


def _contact(customer: CustomerFacts) -> tuple[Any, ...]:
    return (
        customer.version,
        customer.phone,
        customer.unit.unit_code,
        customer.unit.name,
        customer.unit.phone,
        customer.collector.collector_code,
        customer.collector.name,
        customer.collector.phone,
        customer.active,
        customer.sms_language,
        customer.protected,
    )


_PROMISE = """
UPDATE accounts SET promised_for = $2, promised_at_visit = $3, changed_at = clock_timestamp() WHERE customer_code = $1
"""


_CANCEL_PROMISED = """
UPDATE reminders SET stopped = $3,
    state = CASE WHEN state = 'scheduled' THEN 'cancelled' ELSE state END,
    cause = CASE WHEN state = 'scheduled' THEN $3 ELSE cause END
WHERE state IN ('scheduled', 'sending', 'unknown')
    AND customer_code = $1 AND debt_due_on IS NOT NULL AND due_at < $2
"""


async def keep_promise(connection: Connection, customer_code: str, promised_for: datetime, visit_id: UUID) -> None:
    """Keep until when a customer is to pay, as agreed at a visit: no notice is sent before."""
    await connection.execute(_PROMISE, customer_code, promised_for, visit_id)
    await connection.execute(_CANCEL_PROMISED, customer_code, promised_for, Cause.PROMISED)


_WITHDRAW_PROMISE = """
UPDATE accounts SET promised_for = NULL, promised_at_visit = NULL, changed_at = clock_timestamp()
WHERE customer_code = $1 AND promised_at_visit = $2
"""


async def withdraw_promise(connection: Connection, customer_code: str, visit_id: UUID) -> None:
    """Forget what was agreed at a visit that was taken back."""
    await connection.execute(_WITHDRAW_PROMISE, customer_code, visit_id)


@dataclass(frozen=True)
class Recipient:
    """Whom a message goes to, and in whose name."""

    phone: str | None
    unit_code: str
    unit_name: str


_RECIPIENT = "SELECT phone, unit_code, unit_name FROM accounts WHERE customer_code = $1 AND unit_code IS NOT NULL"


async def recipient_of(connection: Connection, customer_code: str) -> Recipient | None:
    """Return a customer's number and unit; None where the customer service has reported neither yet."""
    row = await connection.fetchrow(_RECIPIENT, customer_code)
    return None if row is None else Recipient(row["phone"], row["unit_code"], row["unit_name"])


_INCOMPLETE = """
SELECT customer_code FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS reported (customer_code, version, facts)
LEFT JOIN accounts AS known USING (customer_code)
WHERE known.customer_code IS NULL OR known.version < reported.version OR known.contact_version < reported.facts
    OR (known.version = reported.version AND known.debt > 0 AND known.oldest_due_date IS NULL)
ORDER BY customer_code
"""


_VERSION = "SELECT version FROM accounts WHERE customer_code = $1"


async def version_of(connection: Connection, customer_code: str) -> int:
    """Return the version of an account that is known here."""
    version: int = await connection.fetchval(_VERSION, customer_code)
    return version


async def incomplete(connection: Connection, reported: Sequence[tuple[AccountState, CustomerFacts]]) -> list[str]:
    """Return those of the customers of whom less is known than billing knows, in the order of their codes."""
    rows = await connection.fetch(
        _INCOMPLETE,
        [account.customer_code for account, _ in reported],
        [account.version for account, _ in reported],
        [facts.version for _, facts in reported],
    )
    return [row["customer_code"] for row in rows]
