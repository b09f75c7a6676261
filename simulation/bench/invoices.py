"""Invoices made and signed in one thread, beside the bare RSA signature of the same library and key.

Measured in the processor's time, so that it is the figure of a whole core whatever else the machine does.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from services.billing.tariffs.files import load_tariffs
from services.invoice.domain.bills import draft_of_bill
from services.invoice.domain.invoice import Invoice
from services.invoice.domain.parties import buyer_of, seller_of
from services.invoice.domain.symbols import symbol_of
from services.invoice.format.files import load_fields
from services.invoice.format.values import FormatOptions, values_of
from services.invoice.format.writer import write_data
from services.invoice.signatures.key_file import FileSigner, make_development_key
from services.invoice.signatures.xml_signature import signed_document, to_sign
from shared.clock import now
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row, Sample, compare
from simulation.bench.messages import payment_recorded

NAME = "invoices"

_EACH_SECONDS = 1.0


async def run(bench: Bench) -> list[Row]:
    """Measure in turns: invoices from bill to signed document, their parts, and the signature alone."""
    table, event = load_fields(), payment_recorded(load_tariffs())
    [bill], customer, unit = event.bills, event.customer, event.customer.unit
    options, symbol, moment = FormatOptions(version=table.version), symbol_of(2026, "AA"), datetime.now(UTC)
    with TemporaryDirectory() as folder:
        make_development_key(Path(folder), now())
        signer = FileSigner(Path(folder))

        def made() -> bytes:
            seller = seller_of(unit.name, unit.tax_code, unit.address, unit.phone)
            buyer = buyer_of(customer_code=customer.customer_code, name=customer.name, address=customer.address)
            draft = draft_of_bill(bill, seller, buyer, most_lines=20, made_on=date(2026, 11, 5))
            invoice = Invoice(draft, symbol, 12345, date(2026, 11, 5), "ABCDEFGH234567AB")
            return write_data(table, values_of(invoice, options))

        def signed() -> bytes:
            data = made()
            return signed_document(data, moment, signer.sign_one(to_sign(data, moment)), signer.certificate)

        content = to_sign(made(), moment)
        works: dict[str, Callable[[], object]] = {
            "signed": signed,
            "bare": lambda: signer.sign_one(content),
            "made": made,
        }
        rates: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(bench.repetitions):
            for name, work in works.items():
                rates[name].append(_rate(work, _EACH_SECONDS / (20 if bench.tiny else 1)))
    samples = {name: Sample.of(values) for name, values in rates.items()}
    bare = "bare RSA-2048 of cryptography"
    return [
        compare(
            NAME,
            "made and signed, one core",
            "/s",
            samples["signed"],
            samples["bare"],
            compared_with=bare,
            goal=Goal(1000, ">="),
        ),
        compare(NAME, "made, without signature", "/s", samples["made"]),
    ]


def _rate(work: Callable[[], object], seconds: float) -> float:
    """Do something for a while and return how often it was done in a second of the processor's time."""
    count, started = 0, time.process_time()
    while (passed := time.process_time() - started) < seconds:
        work()
        count += 1
    return count / passed
