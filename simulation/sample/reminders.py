"""Very many reminders that are due, made inside notify's database with the customers whom they go to."""

from datetime import datetime, timedelta
from pathlib import Path

from shared.clock import business_day
from shared.db import Connection

MESSAGE_RULES = """\
rules:
  - from: 2020-01-01
    kinds:
      away: { switched_on: true }
      receipt: { switched_on: true }
      overdue: { switched_on: true, days: 1, within_days: 0, at: "00:00:00", per_phone_and_day: 100 }
"""
"""Under these rules of a unit the reminders are wanted, and nothing is planned beside them."""

# The numbers are those of simulation.sample.phones: they pass for mobile numbers, and nobody can answer them.
_ACCOUNTS = """
INSERT INTO accounts (customer_code, version, debt, oldest_due_date, contact_version, phone, unit_code, unit_name,
    unit_phone, collector_code, collector_name, collector_phone)
SELECT 'PB1401' || lpad(n::text, 7, '0'), 1, 100000 + n % 900000, $3, 1,
    '+84953' || lpad((n % 1000000)::text, 6, '0'), 'PB1401', 'Điện lực Cà Mau', '+84950000000', 'TN01',
    'Trần Văn Đẹt', '+84951000001'
FROM generate_series($1::int, $1::int + $2::int - 1) AS n
"""
_IN_BULK = """
INSERT INTO reminders (reminder_id, customer_code, template, template_version, language, parameters, phone, text,
    segments, state, issued_at, due_at, unit_code, priority, debt_due_on, expires_at)
SELECT gen_random_uuid(), 'PB1401' || lpad(n::text, 7, '0'), 'overdue', 1, 'vi', '{}',
    '+84953' || lpad((n % 1000000)::text, 6, '0'), '', 1, 'scheduled', $4, $4, 'PB1401', 1, $3, $5
FROM generate_series($1::int, $1::int + $2::int - 1) AS n
"""
_OF_VISITS = """
INSERT INTO reminders (reminder_id, customer_code, visit_id, template, template_version, language, parameters, phone,
    text, segments, state, issued_at, due_at, unit_code, priority)
SELECT gen_random_uuid(), 'PB1401' || lpad(n::text, 7, '0'), gen_random_uuid(), 'away', 1, 'vi', $3,
    '+84953' || lpad((n % 1000000)::text, 6, '0'), '', 1, 'scheduled', $4, $4, 'PB1401', 0
FROM generate_series($1::int, $1::int + $2::int - 1) AS n
"""
_OF_A_VISIT = (
    '{"unit": "Điện lực Cà Mau", "customer_code": "PB14010000001", "amount": "", "period": "T10/2026",'
    ' "date": "22/11", "collector_name": "Trần Văn Đẹt", "collector_phone": "0951000001", "appointment": null}'
)
_MOST_AT_ONCE = 100_000


async def add_in_bulk(connection: Connection, first: int, count: int, moment: datetime) -> None:
    """Add customers with the numbers ``first`` to ``first + count - 1``, and for each a message that is due."""
    due_on, until = business_day(moment) - timedelta(days=1), moment + timedelta(days=1)
    for start in range(first, first + count, _MOST_AT_ONCE):
        some = min(_MOST_AT_ONCE, first + count - start)
        async with connection.transaction():
            await connection.execute(_ACCOUNTS, start, some, due_on, timeout=600)
            await connection.execute(_IN_BULK, start, some, due_on, moment, until, timeout=600)


async def add_of_visits(connection: Connection, first: int, count: int, moment: datetime) -> None:
    """Add for customers who are there a reminder of a visit."""
    await connection.execute(_OF_VISITS, first, count, _OF_A_VISIT, moment, timeout=600)


def write_message_rules(folder: Path) -> dict[str, str]:
    """Write the rules under which such reminders leave at any hour; return notify's settings."""
    file = folder / "message_kinds.yaml"
    file.write_text(MESSAGE_RULES, encoding="utf-8")
    return {
        "THUNGAN_MESSAGE_RULES_FILE": str(file.resolve()),
        "THUNGAN_SMS_OPENS": "00:00",
        "THUNGAN_SMS_CLOSES": "23:59:59.999999",
        "THUNGAN_SMS_PLAN_SECONDS": "3600",
    }
