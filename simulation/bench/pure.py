"""What is computed without a network: bills, documents, signatures; one core."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric import ed25519

from services.billing.engine import compute_bill
from services.billing.tariffs.files import load_tariffs
from services.receipt.documents import DocumentOptions, Numbered, Seal, Words, with_signature
from services.receipt.legal_forms.files import load_legal_forms
from services.receipt.receipts.draft import draft_of_payment
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.token import HASH_BYTES, LINK_BYTES, Claims, TokenKind, seal, to_text
from services.receipt.verification.tokens import verify_token
from shared.clock import business_day, now
from shared.contracts.billing import PaymentRecorded
from shared.contracts.common import Language
from shared.printing import Document, PrinterProfile, to_escpos, to_png
from simulation.bench.bench import Bench
from simulation.bench.figures import Goal, Row, Sample, compare
from simulation.bench.messages import bill_request, payment_recorded

NAME = "computing"

_EACH_SECONDS = 0.2


async def run(bench: Bench) -> list[Row]:
    """Measure each by itself, signatures in turns with the bare library's."""
    tariffs = load_tariffs()
    request, event = bill_request(), payment_recorded(tariffs)
    with TemporaryDirectory() as folder:
        keys = KeyFolder(Path(folder))
        keys.ensure_key(now() - timedelta(days=1))
        key_id, algorithm = keys.key_for(now())
        claims = _claims()

        def signed() -> bytes:
            return seal(claims, key_id, algorithm, lambda message: keys.sign(key_id, message))

        raw = signed()
        text, keyring = to_text(raw), keys.keyring()
        bare = ed25519.Ed25519PrivateKey.generate()
        public, signature = bare.public_key(), bare.sign(raw)
        paper = _paper(event, text, raw)
        profile = PrinterProfile()
        works: dict[str, Callable[[], object]] = {
            "bill": lambda: compute_bill(request, tariffs),
            "sign": signed,
            "bare sign": lambda: bare.sign(raw),
            "verify": lambda: verify_token(text, keyring),
            "bare verify": lambda: public.verify(signature, raw),
            "paper": lambda: _paper(event, text, raw),
            "escpos": lambda: to_escpos(paper, profile),
            "png": lambda: to_png(paper, profile.width_dots),
        }
        seconds: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(bench.repetitions):
            for name, work in works.items():
                seconds[name].append(_seconds_each(work, _EACH_SECONDS / (20 if bench.tiny else 1)))
    micro = {name: Sample.of([each * 1e6 for each in times]) for name, times in seconds.items()}
    milli = {name: Sample.of([each * 1e3 for each in times]) for name, times in seconds.items()}
    bills = Sample.of([1 / each for each in seconds["bill"]])
    library = "bare Ed25519 of cryptography"
    return [
        compare(NAME, "bills of households computed", "/s", bills, goal=Goal(500, ">=")),
        compare(NAME, "a receipt signed", "µs", micro["sign"], micro["bare sign"], compared_with=library),
        compare(NAME, "a receipt verified", "µs", micro["verify"], micro["bare verify"], compared_with=library),
        compare(NAME, "a receipt's document made", "ms", milli["paper"]),
        compare(NAME, "a receipt drawn for the printer, 384 dots", "ms", milli["escpos"]),
        compare(NAME, "a receipt drawn as a picture", "ms", milli["png"]),
    ]


def _seconds_each(work: Callable[[], object], seconds: float) -> float:
    """Do something for a while and return what it took each time."""
    count, started = 0, time.perf_counter()
    while True:
        work()
        count += 1
        passed = time.perf_counter() - started
        if passed >= seconds:
            return passed / count


def _claims() -> Claims:
    return Claims(
        issuer="9900000016",
        issued_at=int(time.time()),
        symbol="BN26-AA",
        number=12345,
        customer_code="PB14010000001",
        total=475_200,
        vat=35_200,
        vat_rates="8",
        periods=(2026101,),
        collector_code="TN014",
        previous=bytes(LINK_BYTES),
        content_hash=bytes(HASH_BYTES),
        kind=TokenKind.ORIGINAL,
    )


def _paper(event: PaymentRecorded, text: str, raw: bytes) -> Document:
    options, words = DocumentOptions(), Words(Language.VIETNAMESE)
    draft, moment = draft_of_payment(event, options, words), now()
    form = load_legal_forms().form_of(draft.unit_code, business_day(moment), settles_whole_bills=True)
    numbered = Numbered(form.template, f"{form.series_head(moment.year)}AA", 12345, moment)
    body = draft.draw(numbered, form, (), compact=False)
    sealed = Seal(token=text, lookup_code=lookup_code(raw), signer="Điện lực Cà Mau", signed_at=now())
    return with_signature(body, sealed, options, words)
