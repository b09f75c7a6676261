"""``thungan partners sandbox``: a partner of a development system, for a developer of a bank to try alone."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ops.commands.partner_sandbox_customers import MOST, UNIT, codes, write
from ops.console import fail, print_line, typed_code
from ops.databases import database
from ops.operators import operator
from ops.runner import run
from ops.system import find_system
from services.billing.store import accounts, collection_points
from services.billing.store import partners as terms_store
from services.gateway.domain.partners import KeyAlgorithm
from services.gateway.store import partners as store
from shared.clock import business_day, now
from shared.contracts.billing import CollectionPoint
from shared.ids import new_id
from shared.messaging.acts import add_act
from shared.placeholders import Environment

CODE, POINT = "SANDBOX", "SANDBOX-01"
_CEILING = 1_000_000_000
_CLIENT = Path(__file__).resolve().parents[2] / "docs" / "partner_client.py"


def make_sandbox(
    folder: Annotated[Path, typer.Argument(help="Where its private key is written.", file_okay=False)] = Path(
        ".local/sandbox"
    ),
    customer: Annotated[
        str | None,
        typer.Option("--customer", callback=typed_code, help="Whose bill is paid; else one of the sandbox's own."),
    ] = None,
    customers: Annotated[
        int, typer.Option("--customers", help="How many customers of its own it has.", min=1, max=MOST)
    ] = 10,
    walk: Annotated[bool, typer.Option("--walk", help="Go through it: ask, pay, lose the answer, cancel.")] = False,
) -> None:
    """Make a partner SANDBOX with a point, a key and customers of its own, and show how it asks, pays and cancels.

    Its customers are made up and have bills of the last three months; making it again adds those of the months since.
    """
    if os.environ.get("THUNGAN_ENVIRONMENT", "") != Environment.DEVELOPMENT:
        fail("a sandbox has customers who do not exist: it is made in a development system only")
    key_file, key_id = folder / "key.pem", f"sandbox-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    folder.mkdir(parents=True, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(private)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    _import_customers(folder / "customers", customers)
    code, bill_id, amount = run(_make(key_id, public.decode(), [customer] if customer else codes(customers)))
    url = find_system().http_urls().get("gateway") or find_system().http_urls()["gateway-0"]
    call = [sys.executable, str(_CLIENT), "--url", url, "--key-id", key_id, "--key", str(key_file)]
    print_line(f"{CODE} signs with {key_file}, as {key_id}; its point is {POINT}. Try:")
    for told, arguments in _steps(code, bill_id, amount):
        print_line()
        print_line(f"# {told}")
        print_line(" ".join([*call, *arguments]))
        if walk:
            done = subprocess.run([*call, *arguments], capture_output=True, text=True, check=False)
            print_line((done.stdout + done.stderr).strip())


def _steps(code: str, bill_id: str, amount: int) -> Iterator[tuple[str, list[str]]]:
    payment = f"SANDBOX-{new_id().hex[-12:]}"
    paying = ["pay", payment, POINT, code, str(amount), bill_id]
    yield "what the customer owes, with the text that is signed", ["--show", "bills", code]
    yield "pay the oldest bill, and lose the answer", ["--timeout", "0.001", *paying]
    yield "so ask where it stands", ["status", payment]
    yield "repeating it, signed anew, never pays twice", paying
    yield "and take it back on the same day", ["cancel", payment, "Try-out"]
    yield "a late repetition is refused", paying
    yield "an id that was cancelled before anything was recorded is barred", ["cancel", f"{payment}-2", "Try-out"]


def _import_customers(folder: Path, customers: int) -> None:
    """Import the sandbox's own customers with their bills, as an operator does it."""
    write(folder, customers, business_day(now()))
    done = subprocess.run(
        [sys.executable, "-m", "ops.cli", "import", "all", str(folder)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        fail(f"the sandbox's customers could not be imported: {(done.stderr or done.stdout).strip()[-500:]}")


async def _make(key_id: str, public_key: str, whose: Sequence[str]) -> tuple[str, str, int]:
    async with database("billing") as connection:
        await terms_store.save(connection, CODE, "Sandbox", _CEILING)
        point = CollectionPoint(
            collection_point_code=POINT,
            name="Điểm thu thử nghiệm",
            kind="other",
            address="Cà Mau",
            opening_hours="",
            phone="",
            unit_code=UNIT,
        )
        await collection_points.save(connection, [point], with_wards=False)
        await terms_store.give_points(connection, CODE, [POINT])
        code = await terms_store.somebody_who_owes(connection, whose)
        found = None if code is None else await accounts.with_open_bills(connection, code)
        bills = [] if found is None else found.bills()
        if code is None or not bills:
            fail("all bills of these customers are paid: --customers makes more of them, or cancel a payment")
    async with database("gateway") as connection:
        await store.add(connection, new_id(), CODE, "Sandbox", networks=[], requests_per_minute=600, moment=now())
        partner_id = await store.id_of(connection, CODE)
        assert partner_id is not None  # noqa: S101 - it was added, now or before
        await store.add_key(
            connection,
            key_id,
            partner_id,
            KeyAlgorithm.ED25519,
            public_key,
            moment=now(),
            valid_from=now(),
            valid_until=None,
        )
        await add_act(connection, "partner_key.added", CODE, {"key_id": key_id}, actor=operator())
    oldest = bills[0]
    return code, str(oldest.bill_id), oldest.open_principal + oldest.open_vat
