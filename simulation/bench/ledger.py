"""Very many payments in the databases of all services: bills, shifts, visits, print jobs, histories, signed receipts.

Everything follows from the number of a payment, so SQL makes whole tables and several processes sign. Nothing in it is
wrong by any rule of the audit.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import md5
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from services.receipt.documents import DocumentOptions, Numbered, Words, receipt_body
from services.receipt.domain.ids import document_id_of, receipt_id_of
from services.receipt.legal_forms.files import load_legal_forms
from services.receipt.receipts.content import content_hash, content_of
from services.receipt.signatures.chain import first_link, link_of
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.token import Claims, TokenKind, seal
from shared.contracts.billing import Allocation, BillLine
from shared.contracts.common import Collector, Language, PaymentMethod, Unit
from shared.testing import builders

UNITS = 10
_CUSTOMERS_OF_COLLECTOR = 500
_TRANSFERS = 10
"""Every tenth payment is a transfer."""

_COPIED_AT_ONCE = 2_000
_PRICE, _VAT_OF_KWH = 2_000, 160
_RECEIPT_COLUMNS = (
    *("receipt_id", "kind", "series", "number", "payment_id", "customer_code", "collector_code", "total", "vat"),
    *("issued_at", "key_id", "token", "lookup_code", "content", "written_at"),
)


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many customers pay, from which month on, one bill a month each."""

    customers: int
    first_month: date

    @property
    def collectors(self) -> int:
        """How many collectors they have."""
        return max(UNITS, self.customers // _CUSTOMERS_OF_COLLECTOR)

    @classmethod
    def of(cls, payments: int, months: int, today: date) -> "Ledger":
        """Return one that has ``payments`` before the last but one month, so that nothing in it is recent."""
        month = today.year * 12 + today.month - 1 - 2 - months
        return cls(-(-payments // months), date(month // 12, month % 12 + 1, 1))

    def month(self, place: int) -> date:
        """Return the first day of a month of the ledger."""
        month = self.first_month.year * 12 + self.first_month.month - 1 + place
        return date(month // 12, month % 12 + 1, 1)

    def sql(self, statement: str) -> str:
        """Put the arithmetic of a payment's number ``n`` into a statement: its column ``plan`` names."""
        return statement.replace(
            "PLAN",
            f"""(
                SELECT *, (month_start + day * interval '1 day' + interval '1 hour' + slot * interval '1 minute')
                        AT TIME ZONE 'UTC' AS at,
                    'PB14' || lpad((collector % {UNITS} + 1)::text, 2, '0') || lpad(customer::text, 7, '0') AS code,
                    md5(format('shift %s %s %s', collector, month, day))::uuid AS shift_id,
                    kwh * {_PRICE} AS pre_vat, kwh * {_VAT_OF_KWH} AS vat
                FROM (
                    SELECT n, customer, month, customer % {self.collectors} AS collector,
                        customer / {self.collectors} % 20 AS day, customer / {self.collectors} / 20 AS slot,
                        (date '{self.first_month}' + month * interval '1 month')::timestamp AS month_start,
                        50 + n % 251 AS kwh, n % {_TRANSFERS} = {_TRANSFERS - 1} AS transfer
                    FROM (SELECT n, n % {self.customers} AS customer, n / {self.customers} AS month
                          FROM generate_series($1::int, $2::int - 1) AS n) AS numbered
                ) AS placed
            ) AS plan""",
        )


@dataclass(frozen=True, slots=True)
class _Planned:
    """One payment, as :meth:`Ledger.sql` has it."""

    n: int
    customer_code: str
    collector: int
    month: date
    at: datetime
    shift_id: UUID
    kwh: int
    transfer: bool


def _id(name: str) -> UUID:
    return UUID(bytes=md5(name.encode(), usedforsecurity=False).digest())


def _planned(ledger: Ledger, n: int) -> _Planned:
    customer, place = n % ledger.customers, n // ledger.customers
    collector, position = customer % ledger.collectors, customer // ledger.collectors
    day, slot, month = position % 20, position // 20, ledger.month(place)
    return _Planned(
        n,
        f"PB14{collector % UNITS + 1:02d}{customer:07d}",
        collector,
        month,
        datetime(month.year, month.month, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=slot),
        _id(f"shift {collector} {place} {day}"),
        50 + n % 251,
        n % _TRANSFERS == _TRANSFERS - 1,
    )


async def fill(urls: Mapping[str, str], keys: Path, ledger: Ledger, first: int, end: int, processes: int) -> None:
    """Add the payments with the numbers ``first`` to ``end`` - 1."""
    KeyFolder(keys).ensure_key(datetime.combine(ledger.first_month, datetime.min.time(), UTC))
    for service in ("billing", "gateway"):
        await _run(urls[service], _SIGNED)
    loop = asyncio.get_running_loop()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        await asyncio.gather(
            *(loop.run_in_executor(pool, sign, dict(urls), keys, ledger, first, end, unit) for unit in range(UNITS))
        )
    for service, statements in (("billing", _BILLING), ("customer", _CUSTOMER), ("gateway", _GATEWAY)):
        await _run(urls[service], *map(ledger.sql, statements), first=first, end=end)
    await _run(urls["receipt"], *_RECEIPT)
    for url in urls.values():
        await _run(url, "ANALYZE")


async def _run(url: str, *statements: str, first: int = 0, end: int = 0) -> None:
    connection = await asyncpg.connect(url, timeout=10, server_settings={"timezone": "UTC"})
    try:
        # Neither triggers nor foreign keys: the histories are made by sets, too.
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            arguments = [first, end] if "$1" in statement else []
            await connection.execute(statement, *arguments, timeout=7200)
    finally:
        await connection.close()


def sign(urls: Mapping[str, str], keys: Path, ledger: Ledger, first: int, end: int, unit: int) -> None:
    """Sign the receipts of one unit in a process of its own, and store them."""
    asyncio.run(_sign(urls, keys, ledger, first, end, unit))


async def _sign(urls: Mapping[str, str], keys: Path, ledger: Ledger, first: int, end: int, unit: int) -> None:
    connections = {service: await asyncpg.connect(urls[service]) for service in ("receipt", "billing", "gateway")}
    try:
        for connection in connections.values():
            await connection.execute("SET session_replication_role = replica")
        stands = {
            row["year"]: (row["last_number"], row["last_link"])
            for row in await connections["receipt"].fetch(_SERIES_OF, _tax_code(unit))
        }
        signer = _Signer(KeyFolder(keys), ledger, unit, stands)
        mine = (n for n in range(first, end) if n % ledger.customers % ledger.collectors % UNITS == unit)
        planned = sorted((_planned(ledger, n) for n in mine), key=lambda each: (each.at, each.n))
        for start in range(0, len(planned), _COPIED_AT_ONCE):
            rows = [signer.receipt(each) for each in planned[start : start + _COPIED_AT_ONCE]]
            await connections["receipt"].copy_records_to_table(
                "receipt", records=[row for _, row in rows], columns=_RECEIPT_COLUMNS
            )
            named = [(n, row[0], document_id_of(row[0]), f"{row[2]} {row[3]:08d}") for n, row in rows]
            for service in ("billing", "gateway"):
                await connections[service].copy_records_to_table("bench_signed", records=named)
        await connections["receipt"].execute(_ADD_SELLER, _tax_code(unit), _suffix(unit))
        for year, (number, link) in signer.stands.items():
            await connections["receipt"].execute(
                _ADD_SERIES, f"BN{year % 100}-{_suffix(unit)}", _tax_code(unit), year, number, link
            )
    finally:
        for connection in connections.values():
            await connection.close()


class _Signer:
    """Makes the receipts of one unit in the order of time, each linked to the one before."""

    def __init__(self, keys: KeyFolder, ledger: Ledger, unit: int, stands: Mapping[int, tuple[int, bytes]]) -> None:
        self.stands = dict(stands)
        self._keys, self._unit = keys, unit
        moment = datetime.combine(ledger.month(1), datetime.min.time(), UTC)
        self._key_id, self._algorithm = keys.key_for(moment)
        self._event, self._document = _sample(unit, moment)

    def receipt(self, planned: _Planned) -> tuple[int, tuple[Any, ...]]:
        year, unit = planned.at.year, self._unit
        symbol, tax_code = f"BN{year % 100}-{_suffix(unit)}", _tax_code(unit)
        number, previous = self.stands.get(year, (0, first_link(tax_code, symbol)))
        pre_vat, vat = planned.kwh * _PRICE, planned.kwh * _VAT_OF_KWH
        content = json.dumps(
            {"event": self._event_of(planned), "document": self._document},
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        collector = None if planned.transfer else f"TN{planned.collector}"
        claims = Claims(
            issuer=tax_code,
            issued_at=int(planned.at.timestamp()),
            symbol=symbol,
            number=number + 1,
            customer_code=planned.customer_code,
            total=pre_vat + vat,
            vat=vat,
            vat_rates="8",
            periods=(planned.month.year * 1000 + planned.month.month * 10 + 1,),
            collector_code=collector,
            previous=previous,
            content_hash=content_hash(content),
            kind=TokenKind.ORIGINAL,
        )
        token = seal(claims, self._key_id, self._algorithm, lambda message: self._keys.sign(self._key_id, message))
        self.stands[year] = (number + 1, link_of(token))
        payment_id = _id(f"payment{planned.n}")
        receipt_id = receipt_id_of(payment_id)
        return planned.n, (
            *(receipt_id, "original", symbol, number + 1, payment_id, planned.customer_code, collector),
            *(pre_vat + vat, vat, planned.at, self._key_id, token, lookup_code(token), content, planned.at),
        )

    def _event_of(self, planned: _Planned) -> dict[str, Any]:
        n, code, cash = planned.n, planned.customer_code, not planned.transfer
        bill_id, pre_vat, vat = str(_id(f"bill{n}")), planned.kwh * _PRICE, planned.kwh * _VAT_OF_KWH
        moment = planned.at.isoformat().replace("+00:00", "Z")
        payment = self._event["payment"] | {
            "payment_id": str(_id(f"payment{n}")),
            "customer_code": code,
            "amount": pre_vat + vat,
            "method": "cash" if cash else "transfer",
            "received_at": moment,
            "collector_code": f"TN{planned.collector}" if cash else None,
            "reference": "" if cash else f"FT{n}",
            "shift_id": str(planned.shift_id) if cash else None,
            "allocations": [{"bill_id": bill_id, "vat": vat, "principal": pre_vat}],
        }
        bill = self._event["bills"][0] | {
            "bill_id": bill_id,
            "bill_number": f"{code}-{planned.month:%Y%m}-1",
            "customer_code": code,
            "year": planned.month.year,
            "month": planned.month.month,
            "kwh": planned.kwh,
            "pre_vat": pre_vat,
            "vat": vat,
            "total": pre_vat + vat,
            "open_principal": pre_vat,
            "open_vat": vat,
        }
        return self._event | {
            "payment": payment,
            "bills": [bill],
            "visit_id": str(_id(f"visit{n}")) if cash else None,
            "device_id": str(_id(f"device{planned.collector}")) if cash else None,
        }


def _sample(unit: int, moment: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a receipt's event and document of the usual size."""
    bill = builders.bill(lines=list(_lines()), pre_vat=200_000, vat=16_000)
    seller = Unit(
        unit_code=f"PB14{unit + 1:02d}", name="Điện lực", address="Cà Mau", tax_code=_tax_code(unit), phone="19001006"
    )
    event = builders.payment_recorded(
        payment=builders.payment(
            method=PaymentMethod.CASH,
            reference="",
            received_at=moment,
            collector_code="TN1",
            shift_id=_id("shift"),
            allocations=[Allocation(bill_id=bill.bill_id, vat=16_000, principal=200_000)],
        ),
        customer=builders.customer(
            unit=seller, collector=Collector(collector_code="TN1", name="Thu ngân", phone="+84951000001")
        ),
        bills=[bill],
    )
    form = load_legal_forms().form_of(seller.unit_code, moment.date(), settles_whole_bills=True)
    numbered = Numbered("", f"BN{moment.year % 100}-{_suffix(unit)}", 1, moment)
    body = receipt_body(event, numbered, form, DocumentOptions(), Words(Language.VIETNAMESE))
    content = json.loads(content_of(event.model_dump(mode="json"), body))
    return content["event"], content["document"]


def _lines() -> Iterator[BillLine]:
    for tier in range(1, 4):
        yield BillLine(
            label=f"Bậc {tier}",
            decision="1279/QĐ-BCT",
            period_from=date(2026, 10, 1),
            period_to=date(2026, 10, 31),
            kwh=30,
            unit_price=_PRICE,
            amount=30 * _PRICE,
        )


def _tax_code(unit: int) -> str:
    return f"03009420{unit:02d}"


def _suffix(unit: int) -> str:
    return f"A{chr(ord('A') + unit)}"


_SIGNED = """
CREATE TABLE IF NOT EXISTS bench_signed (n integer, receipt_id uuid, document_id uuid, receipt_number text);
TRUNCATE bench_signed
"""
_SERIES_OF = "SELECT year, last_number, last_link FROM series WHERE seller_tax_code = $1"
_ADD_SELLER = "INSERT INTO seller VALUES ($1, $2, now()) ON CONFLICT DO NOTHING"
_ADD_SERIES = """
INSERT INTO series (series, seller_tax_code, template, year, last_number, last_link) VALUES ($1, $2, '', $3, $4, $5)
ON CONFLICT (series) DO UPDATE SET last_number = excluded.last_number, last_link = excluded.last_link
"""


def _history(table: str, key: str, digested: Sequence[str] = ()) -> str:
    """Write the history of the rows that have none, as if each had been inserted as it is."""
    names = ", ".join(f"'{name}'" for name in digested)
    return f"""
    INSERT INTO money_history (changed_at, table_name, row_key, operation, new_values, session_role)
    SELECT now(), '{table}', rows.{key}::text, 'I', history_image(to_jsonb(rows), ARRAY[{names}]::text[]), session_user
    FROM {table} AS rows
    WHERE NOT EXISTS (SELECT FROM money_history WHERE table_name = '{table}' AND row_key = rows.{key}::text)
    """


_BILLING = (
    """
    INSERT INTO customers (customer_code, version, unit_code, collector_code, collector_name, facts)
    SELECT code, 1, left(code, 6), 'TN' || collector, 'Thu ngân', '{}' FROM PLAN ON CONFLICT DO NOTHING
    """,
    "INSERT INTO accounts (customer_code, version) SELECT code, 1000 FROM PLAN ON CONFLICT DO NOTHING",
    """
    INSERT INTO metered_periods
        (period_id, customer_code, year, month, cycle, period_from, period_to, due_date, fingerprint, import_id,
        bill_id)
    SELECT md5('period' || n)::uuid, code, extract(year FROM month_start), extract(month FROM month_start), 1,
        month_start, month_start + interval '27 days', month_start + interval '37 days', '', md5('import')::uuid,
        md5('bill' || n)::uuid
    FROM PLAN
    """,
    """
    INSERT INTO readings (period_id, meter_number, meter_register, old_reading, new_reading, multiplier, digits)
    SELECT md5('period' || n)::uuid, 'M' || code, 'KT', 0, kwh, 1, 6 FROM PLAN
    """,
    """
    INSERT INTO bills (bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group,
        households, kwh, pre_vat, vat_rate, vat, total, open_principal, open_vat, due_date, issued_at, readings, lines,
        explanation)
    SELECT md5('bill' || n)::uuid, format('%s-%s-1', code, to_char(month_start, 'YYYYMM')), code,
        extract(year FROM month_start), extract(month FROM month_start), 1, month_start,
        month_start + interval '27 days', 'household', '1', kwh, pre_vat, '8', vat, pre_vat + vat, 0, 0,
        month_start + interval '37 days', month_start AT TIME ZONE 'UTC', '[]',
        json_build_array(json_build_object('kwh', kwh, 'unit_price', 2000, 'amount', pre_vat)), '[]'
    FROM PLAN
    """,
    """
    INSERT INTO payments (payment_id, customer_code, amount, credit, method, received_at, recorded_at, collector_code,
        reference, shift_id, visit_id, device_id, receipt_id, receipt_number)
    SELECT md5('payment' || n)::uuid, code, pre_vat + vat, 0, CASE WHEN transfer THEN 'transfer' ELSE 'cash' END,
        at, at, CASE WHEN NOT transfer THEN 'TN' || collector END, CASE WHEN transfer THEN 'FT' || n ELSE '' END,
        CASE WHEN NOT transfer THEN shift_id END, CASE WHEN NOT transfer THEN md5('visit' || n)::uuid END,
        CASE WHEN NOT transfer THEN md5('device' || collector)::uuid END, receipt_id, receipt_number
    FROM PLAN JOIN bench_signed USING (n) ORDER BY n
    """,
    """
    INSERT INTO allocations (payment_id, bill_id, vat, principal, made_at)
    SELECT md5('payment' || n)::uuid, md5('bill' || n)::uuid, vat, pre_vat, at FROM PLAN ORDER BY n
    """,
    """
    INSERT INTO shifts (shift_id, collector_code, opened_at, opening_float, cash_ceiling, closed_at, counted_cash,
        difference, settled_before)
    SELECT shift_id, 'TN' || collector, date_trunc('day', min(at)) + interval '50 minutes', 0, 1000000000,
        date_trunc('day', min(at)) + interval '12 hours', sum(pre_vat + vat), 0, true
    FROM PLAN WHERE NOT transfer GROUP BY shift_id, collector
    """,
    """
    INSERT INTO shift_totals (shift_id, payments, cash)
    SELECT shift_id, count(*), sum(pre_vat + vat) FROM PLAN WHERE NOT transfer GROUP BY shift_id
    """,
    _history("payments", "payment_id"),
    _history("allocations", "allocation_id"),
    _history("bills", "bill_id", ("readings", "lines", "explanation")),
    _history("shifts", "shift_id", ("denominations",)),
    "DROP TABLE bench_signed",
)
_CUSTOMER = (
    """
    INSERT INTO units SELECT DISTINCT left(code, 6), 'Điện lực', 'Cà Mau', '0300942001', '19001006' FROM PLAN
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO collectors SELECT DISTINCT 'TN' || collector, 'Thu ngân', '0900000000', left(code, 6), true FROM PLAN
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO routes SELECT DISTINCT 'R' || collector, 'Tuyến', left(code, 6), 'TN' || collector FROM PLAN
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO customers (customer_code, name, address, unit_code, route_code, place_in_route, price_group, households,
        active, name_key, name_bag, address_key, name_terms, all_terms)
    SELECT code, 'Khách', 'Cà Mau', left(code, 6), 'R' || collector, 1, 'household', '1', true, '', '', '', '', ''
    FROM PLAN ON CONFLICT DO NOTHING
    """,
    "INSERT INTO announcements SELECT code, 1, '', now() FROM PLAN ON CONFLICT DO NOTHING",
    """
    INSERT INTO standings (customer_code, account_version, cleared_version) SELECT code, 1000, 1000 FROM PLAN
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO visits (visit_id, customer_code, collector_code, device_id, outcome, visited_at, note, next_step,
        misses, account_version, recorded_at)
    SELECT md5('visit' || n)::uuid, code, 'TN' || collector, md5('device' || collector)::uuid, 'met', at, '', 'due', 0,
        1, at
    FROM PLAN WHERE NOT transfer
    """,
    """
    INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at, written_at)
    SELECT md5('visit' || n)::uuid, 'met', '', '{"next_step": "due"}', at, at FROM PLAN WHERE NOT transfer
    """,
    _history("collectors", "collector_code"),
    _history("visits", "visit_id", ["note"]),
)
_GATEWAY = (
    """
    INSERT INTO enrolment_codes (code_id, code_hash, role, collector_code, made_by, made_at, expires_at, device_id,
        used_at)
    SELECT DISTINCT md5('code' || collector)::uuid, sha256(('code' || collector)::bytea), 'collector',
        'TN' || collector, 'operator', '2015-01-01'::timestamptz, '2015-01-02'::timestamptz,
        md5('device' || collector)::uuid,
        '2015-01-01'::timestamptz
    FROM PLAN ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO devices (device_id, device_name, role, collector_code, token_hash, code_id, enrolled_at)
    SELECT DISTINCT md5('device' || collector)::uuid, 'Máy', 'collector', 'TN' || collector,
        sha256(('token' || collector)::bytea), md5('code' || collector)::uuid, '2015-01-01'::timestamptz
    FROM PLAN ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO print_jobs (job_id, device_id, sequence, kind, document, summary, language, copy_number, customer_code,
        receipt_id, payment_id, visit_id, state, attempt, retries, created_at, changed_at)
    SELECT document_id, device_id,
        last_job_sequence + row_number() OVER (PARTITION BY device_id ORDER BY n), 'receipt', '{}', '', 'vi', 0, code,
        receipt_id, md5('payment' || n)::uuid, md5('visit' || n)::uuid, 'printed', 1, 0, at, at
    FROM PLAN JOIN bench_signed USING (n) JOIN devices ON device_id = md5('device' || collector)::uuid
    WHERE NOT transfer
    """,
    """
    INSERT INTO print_job_history (job_id, attempt, state, actor, changed_at)
    SELECT document_id, 1, state, 'collector:TN' || collector, at
    FROM PLAN JOIN bench_signed USING (n)
        CROSS JOIN (VALUES (1, 'offered'), (2, 'accepted'), (3, 'printing'), (4, 'printed')) AS steps (place, state)
    WHERE NOT transfer ORDER BY n, place
    """,
    """
    UPDATE devices SET last_job_sequence = jobs.last
    FROM (SELECT device_id, max(sequence) AS last FROM print_jobs GROUP BY device_id) AS jobs
    WHERE jobs.device_id = devices.device_id
    """,
    # What phones were sent is kept for some days: of these payments there is nothing any more.
    "INSERT INTO feeds VALUES ('TN0', 1, 1) ON CONFLICT DO NOTHING",
    _history("enrolment_codes", "code_id", ("code_hash",)),
    "DROP TABLE bench_signed",
)
_RECEIPT = (
    """
    UPDATE series SET last_issued_at = receipt.issued_at
    FROM receipt WHERE receipt.series = series.series AND number = last_number
    """,
)
