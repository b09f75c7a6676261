"""The command line on running services: import, look up, let in, throw out, opt out."""

import asyncio
import csv
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from services.billing.app import service as billing
from services.billing.settings import BillingSettings
from services.customer.app import service as customer
from services.customer.settings import CustomerSettings
from services.gateway.enrolment import enrol
from services.notify.app import service as notify
from services.notify.settings import NotifySettings
from services.notify.store.breakers import Fault, open_breaker
from shared.clock import now
from shared.db import connect
from shared.runtime import Running
from shared.testing import wait_until
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample
from stack.state import PROJECT

Databases = Callable[[str], Awaitable[str]]


class Terminal:
    """Runs commands as a person would."""

    async def __call__(self, *arguments: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "ops.cli", *arguments),
            cwd=PROJECT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def json(self, *arguments: str) -> Any:
        """Run a command that has to succeed and return what it printed."""
        code, out, err = await self(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)


@pytest.fixture
def thungan() -> Terminal:
    return Terminal()


@pytest.fixture
async def system(
    database: Databases, amqp_url: str, namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[str, Running]]:
    """Customer, billing and notify, with the environment that leads the command line to them."""
    monkeypatch.setenv("THUNGAN_NAMESPACE", namespace)
    monkeypatch.setenv("THUNGAN_AMQP_URL", amqp_url)
    monkeypatch.setenv("THUNGAN_SMS_FOLDER", str(tmp_path / "sms"))
    running = {}
    parts = {"customer": (customer, CustomerSettings), "billing": (billing, BillingSettings)}
    async with AsyncExitStack() as stack:
        # Billing first: its queue has to be there before customers are announced.
        for name, (service, settings) in [*reversed(parts.items()), ("notify", (notify, NotifySettings))]:
            url = await database(name)
            monkeypatch.setenv(f"THUNGAN_{name.upper()}_DATABASE_URL", url)
            made = settings(amqp_url=SecretStr(amqp_url), database_url=SecretStr(url), namespace=namespace)
            running[name] = await stack.enter_async_context(service(made))  # type: ignore[operator]
            monkeypatch.setenv(f"THUNGAN_{name.upper()}_HTTP_URL", f"http://127.0.0.1:{running[name].http_port}")
        yield running


@pytest.fixture
async def gateway_database(database: Databases, monkeypatch: pytest.MonkeyPatch) -> str:
    url = await database("gateway")
    monkeypatch.setenv("THUNGAN_GATEWAY_DATABASE_URL", url)
    return url


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    folder = tmp_path / "sample"
    write_sample(folder, customers=150, seed=5, last_month=Month(2026, 10))
    return folder


@pytest.mark.usefixtures("system")
async def test_a_sample_becomes_customers_with_bills(thungan: Terminal, sample: Path) -> None:
    report = await thungan.json("import", "all", str(sample))
    assert report["ok"] is True
    assert report["customers"]["files"]["customers.csv"]["added"] == 150
    assert report["bills"]["bills"] == 150

    line = (sample / "customers.csv").read_text().splitlines()[1]
    code, name = line.split(",")[:2]
    found = await thungan.json("customers", code)
    assert found[0]["customer"]["customer_code"] == code
    assert found[0]["customer"]["name"] == name
    account = await thungan.json("account", code)
    assert len(account["bills"]) == 1
    assert account["account"]["debt"] == account["bills"][0]["total"]
    assert await thungan.json("reminders", code) == []

    for command in (["customers", name], ["account", code], ["reminders", code]):
        exit_code, out, err = await thungan(*command)
        assert (exit_code, err) == (0, "")
        assert code in out

    assert await thungan.json("complaints", "list") == []
    settled = await thungan("complaints", "settle", str(uuid4()), "--finding", "other", "--note", "không còn")
    assert settled[0] == 1
    assert "not-found" in settled[2] or "Không có khiếu nại" in settled[2]

    again = await thungan.json("import", "all", str(sample))
    assert again["bills"]["bills"] == 0
    listed = again["customers"]["files"]["customers.csv"]
    assert (listed["rows"], listed["added"], listed["changed"]) == (150, 0, 0)


@pytest.mark.usefixtures("system")
async def test_what_was_stored_before_todays_rules_is_listed(thungan: Terminal, sample: Path) -> None:
    await thungan.json("import", "customers", str(sample))
    await thungan.json("import", "collection-points", str(sample))
    assert (await thungan.json("recheck"))["findings"] == []

    database = await connect(SecretStr(os.environ["THUNGAN_CUSTOMER_DATABASE_URL"]), application_name="test")
    first, second, third = [
        row[0] for row in await database.fetch("SELECT customer_code FROM customers ORDER BY customer_code LIMIT 3")
    ]
    change = "UPDATE customers SET phone = $2, tax_code = $3, name = $4 WHERE customer_code = $1"
    await database.execute(change, first, "+847803812345", "300942001", "Trần Văn Minh 陳")
    await database.execute(change, second, "+84123", "0300942002", "NguyÔn V¨n §øc")
    await database.execute(change, third, None, None, "Hạnh 😀")
    await database.close()
    points = await connect(SecretStr(os.environ["THUNGAN_BILLING_DATABASE_URL"]), application_name="test")
    await points.execute("UPDATE collection_points SET phone = '0780 3812 345'")
    count = await points.fetchval("SELECT count(*) FROM collection_points")
    await points.close()

    code, out, err = await thungan("recheck", "--json")
    report = json.loads(out)
    assert (code, err, report["ok"]) == (1, "", False)
    of_customers = [item for item in report["findings"] if item["table"] == "customers"]
    assert {(item["row"], item["column"], item["slug"]) for item in of_customers} == {
        (first, "phone", "old-area-code"),
        (first, "tax_code", "lost-zero"),
        (second, "phone", "bad-phone"),
        (second, "tax_code", "bad-tax-code"),
        (second, "name", "legacy-encoding"),
        (third, "name", "pictures"),
    }
    assert report["kinds"]["collection_points.phone old-area-code"] == count
    code, out, _ = await thungan("recheck")
    assert code == 1
    assert "is read as 02903812345" in out


async def test_bills_are_due_as_ordered_and_what_was_set_aside_is_billed_on_request(
    thungan: Terminal, system: dict[str, Running], sample: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = sample / "readings.csv"
    head, first, second, *_ = readings.read_text().splitlines()
    readings.write_text("\n".join((head, *(line.rpartition(",")[0] + "," for line in (first, second)))) + "\n")
    ends = second.split(",")[7]
    monkeypatch.setenv("THUNGAN_DUE_DAYS", "20")
    spoiled, billed = first.split(",")[0], second.split(",")[0]
    await thungan.json("import", "customers", str(sample))
    database = await connect(SecretStr(os.environ["THUNGAN_BILLING_DATABASE_URL"]), application_name="test")
    await wait_until(lambda: database.fetchval("SELECT count(*) = 150 FROM customers"))
    await database.execute(f"CREATE TABLE before AS SELECT * FROM customers WHERE customer_code = '{spoiled}'")
    # The contract becomes nonsense between the import's own checks and its bill run: neither could check it before.
    await database.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE customers SET facts = jsonb_set(facts::jsonb, '{price_group}', '\"castle\"')"
        " WHERE customer_code = NEW.customer_code; RETURN NEW; END $$"
    )
    await database.execute(
        "CREATE TRIGGER spoil AFTER INSERT ON metered_periods FOR EACH ROW"
        f" WHEN (NEW.customer_code = '{spoiled}') EXECUTE FUNCTION spoil()"
    )

    code, out, _ = await thungan("import", "readings", str(sample), "--json")
    assert code == 1
    assert json.loads(out)["bills"]["problems"] == [f"{spoiled} 10/2026/1: there is no price group 'castle'"]
    due = (await thungan.json("account", billed))["bills"][0]["due_date"]
    assert date.fromisoformat(due) - date.fromisoformat(ends) == timedelta(days=20)

    await database.execute(
        "UPDATE customers SET facts = before.facts FROM before WHERE customers.customer_code = $1", spoiled
    )
    await database.close()
    assert (await thungan.json("import", "bills"))["bills"]["bills"] == 0
    # More than one person may issue: it waits for two.
    monkeypatch.setenv("THUNGAN_BILLS_AT_ONCE", "0")
    code, _, err = await thungan("import", "bills", "--again")
    assert (code, "1 readings wait for a bill" in err) == (1, True)
    # So it does for who has issued as many today, however many imports they were split into.
    issued = json.loads(out)["bills"]["bills"]
    monkeypatch.setenv("THUNGAN_BILLS_AT_ONCE", str(issued))
    code, _, err = await thungan("import", "bills", "--again")
    assert (code, f"beside {issued:,} bills that you have issued today" in err) == (1, True)
    monkeypatch.setenv("THUNGAN_BILLS_AT_ONCE", str(issued + 1))
    assert (await thungan.json("import", "bills", "--again"))["bills"]["bills"] == 1


@pytest.mark.usefixtures("system")
async def test_what_is_wrong_in_the_files_is_named_and_nothing_is_imported(
    thungan: Terminal, sample: Path, tmp_path: Path
) -> None:
    file = sample / "customers.csv"
    lines = file.read_text().splitlines()
    lines[7] = lines[7].replace(lines[7].split(",")[0], "nonsense")
    file.write_text("\n".join(lines) + "\n")
    code, out, err = await thungan("import", "customers", str(sample))
    assert code == 1
    assert "customers.csv:8: customer_code" in out
    assert "nothing of their files was imported" in err
    assert err.count("\n") == 1
    assert await thungan.json("customers", "PB1401") == []

    code, out, _ = await thungan("import", "readings", str(sample), "--json")
    assert code == 1
    report = json.loads(out)
    assert report["ok"] is False
    assert "there is no customer" in report["billing"]["bad_lines"][0]["message"]

    for what in ("customers", "readings", "collection-points"):
        code, out, err = await thungan("import", what, str(tmp_path))
        assert (code, out) == (1, "")
        assert "holds no" in err
        assert err.count("\n") == 1


@pytest.mark.usefixtures("system")
async def test_good_lines_are_imported_on_demand_and_the_others_written_to_reject_files(
    thungan: Terminal, sample: Path, tmp_path: Path
) -> None:
    file = sample / "customers.csv"
    lines = file.read_text().splitlines()
    columns = lines[0].split(",")
    cells = next(csv.reader([lines[7]]))
    cells[columns.index("phone")] = "0912345678 / 0987654321"
    lines[7] = ",".join(f'"{cell}"' for cell in cells)
    file.write_text("\n".join(lines) + "\n")
    code, out, err = await thungan(
        "import", "customers", str(sample), "--keep-good", "--rejects", str(tmp_path / "left" / "out")
    )
    assert (code, err) == (0, "")
    assert "customers.csv:8: phone holds two numbers; write one: 0912345678 or 0987654321" in out
    assert "2 lines were left out" in out
    rejected = (tmp_path / "left" / "out" / "customers.csv").read_text("utf-8-sig").splitlines()
    assert rejected[0] == ",".join([*columns, "rejected_line", "rejected_because"])
    assert (len(rejected), rejected[1][:13]) == (2, cells[0])
    assert (tmp_path / "left" / "out" / "meters.csv").exists()

    (tmp_path / "file").write_text("")
    code, out, err = await thungan(
        "import", "customers", str(sample), "--keep-good", "--rejects", str(tmp_path / "file")
    )
    assert (code, out) == (1, "")
    assert "name another folder for the reject files" in err


@pytest.mark.usefixtures("system")
async def test_status_asks_every_copy(thungan: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    copies = await thungan.json("status")
    assert {copy["copy"]: copy["ready"] for copy in copies} == {"customer": True, "billing": True, "notify": True}

    monkeypatch.setenv("THUNGAN_RECEIPT_HTTP_URL", "http://127.0.0.1:9")
    code, out, _ = await thungan("status", "--json")
    assert code == 1
    [down] = [copy for copy in json.loads(out) if not copy["ready"]]
    assert down["copy"] == "receipt"
    assert down["detail"]

    code, out, err = await thungan("keys")
    assert (code, out) == (1, "")
    assert err.startswith("thungan: unavailable")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("system")
async def test_opting_out_and_in_again(thungan: Terminal) -> None:
    added = await thungan.json("opt-out", "add", "0953 000 001", "--note", "hotline", "--by", "Lan")
    assert (added["phone"], added["cause"]) == ("+84953000001", "opted_out")
    await thungan.json("opt-out", "add", "0953000002", "--wrong-number")
    listed = await thungan.json("opt-out", "list")
    assert {one["phone"]: one["cause"] for one in listed} == {
        "+84953000001": "opted_out",
        "+84953000002": "wrong_number",
    }
    await thungan.json("opt-out", "remove", "+84953000001")
    assert [one["phone"] for one in await thungan.json("opt-out", "list")] == ["+84953000002"]
    code, _, err = await thungan("opt-out", "remove", "0953000001")
    assert code == 1
    assert "is not on the list" in err


@pytest.mark.usefixtures("system")
async def test_a_number_opts_out_of_one_kind_and_in_again(thungan: Terminal) -> None:
    added = await thungan.json("opt-out", "add", "0953000001", "--kind", "due_soon", "--by", "Lan")
    assert (added["phone"], added["kind"]) == ("+84953000001", "due_soon")
    assert [one["kind"] for one in await thungan.json("opt-out", "list")] == ["due_soon"]
    code, _, err = await thungan("opt-out", "add", "0953000001", "--kind", "due_soon", "--wrong-number")
    assert code == 2
    assert "no SMS of any kind" in err
    await thungan.json("opt-out", "remove", "0953000001", "--kind", "due_soon")
    assert await thungan.json("opt-out", "list") == []


@pytest.mark.usefixtures("system")
async def test_messages_are_previewed_with_a_customers_own_data_and_a_wrong_number_is_listed_for_correction(
    thungan: Terminal, sample: Path, tmp_path: Path
) -> None:
    await thungan.json("import", "all", str(sample))
    with (sample / "customers.csv").open(encoding="utf-8") as file:
        line = next(line for line in csv.DictReader(file) if line["phone"].startswith("09"))
    code = line["customer_code"]
    account = await thungan.json("account", code)
    debt = f"{account['account']['debt']:,}d".replace(",", ".")

    shown = await thungan.json("sms", "preview", code)
    assert [one["kind"] for one in shown if one["switched_on"]] == ["away", "credited", "receipt"]
    assert {one["segments"] for one in shown} == {1}
    overdue = next(one for one in shown if one["kind"] == "overdue")
    assert code in overdue["text"]
    assert debt in overdue["text"]

    configuration = tmp_path / "sms.yaml"
    configuration.write_text(
        """
providers:
  - name: sandbox
    kind: sandbox
    templates:
      - { template: overdue, version: 1, id: T77, parameters: [{ ours: amount }] }
"""
    )
    [accented] = await thungan.json("sms", "preview", code, "--kind", "overdue", "--language", "vi-accents")
    assert (accented["encoding"], "quá hạn" in accented["text"], accented["registered"]) == ("ucs2", True, {})
    assert (await thungan.json("sms", "language", code, "vi-accents"))["language"] == "vi-accents"
    [as_wished] = await thungan.json("sms", "preview", code, "--kind", "overdue")
    assert as_wished["text"] == accented["text"]
    assert (await thungan("sms", "language", code, "unit"))[1] == f"{code} gets SMS as the unit has them\n"
    assert (await thungan("sms", "language", "PB99990000001", "en"))[0] == 1
    mapped = ("--kind", "overdue", "--configuration", str(configuration))
    exit_code, out, err = await thungan("sms", "preview", code, *mapped)
    assert (exit_code, err) == (0, "")
    assert "sandbox: template T77" in out
    assert "not switched on for the unit" in out

    await thungan.json("opt-out", "add", line["phone"], "--wrong-number", "--note", "belongs to somebody else")
    await wait_for_wrong_number(thungan, code)


@pytest.mark.usefixtures("system")
async def test_providers_are_listed_with_what_they_cost_and_since_when_they_are_left_alone(
    thungan: Terminal, tmp_path: Path
) -> None:
    configuration = tmp_path / "sms.yaml"
    configuration.write_text(
        "providers: [{name: first, kind: sandbox, per_second: 2.5}, {name: second, kind: sandbox}]"
    )
    connection = await connect(SecretStr(os.environ["THUNGAN_NOTIFY_DATABASE_URL"]), application_name="test")
    try:
        await open_breaker(connection, Fault("first", "refuses us: 103", True, now()), now())
    finally:
        await connection.close()

    first, second = await thungan.json("sms", "providers", "--configuration", str(configuration))
    assert (first["provider"], first["kind"], first["reason"]) == ("first", "sandbox", "refuses us: 103")
    assert (first["per_second"], second["per_second"]) == (2.5, None)
    assert (second["left_alone_until"], second["sent_today"], second["cost_this_month"]) == (None, 0, 0)
    exit_code, out, err = await thungan("sms", "providers", "--configuration", str(configuration))
    assert (exit_code, err) == (0, "")
    assert "left alone until" in out
    assert "in use" in out


async def wait_for_wrong_number(thungan: Terminal, code: str) -> None:
    """Wait until notify has consumed the import: it learns of numbers from it."""
    async with asyncio.timeout(30):
        while code not in [one["customer_code"] for one in await thungan.json("opt-out", "wrong-numbers")]:
            pass


@pytest.mark.usefixtures("gateway_database", "system")
async def test_a_code_for_somebody_who_does_not_exist_is_not_made(thungan: Terminal) -> None:
    code, out, err = await thungan("enrol", "--role", "collector", "--collector", "TN1401901")
    assert (code, out) == (1, "")
    assert "there is no collector TN1401901" in err
    code, out, err = await thungan("enrol", "--role", "collection_point", "--collection-point", "VNPOST-XX")
    assert (code, out) == (1, "")
    assert "there is no collection point VNPOST-XX" in err


@pytest.mark.usefixtures("system")
async def test_a_phone_is_let_in_listed_and_thrown_out(thungan: Terminal, gateway_database: str, sample: Path) -> None:
    await thungan.json("import", "all", str(sample))
    made = await thungan.json("enrol", "--role", "collector", "--collector", "tn 1401001")
    connection = await connect(gateway_database, application_name="test")
    try:
        async with connection.transaction():
            enrolment = await enrol(
                connection, code=made["code"], device_id=uuid4(), device_name="Sunmi V2", public_key=None, now=now()
            )
    finally:
        await connection.close()
    device_id = str(enrolment.device.device_id)
    [device] = await thungan.json("devices", "--active")
    assert (device["device_id"], device["collector_code"]) == (device_id, "TN1401001")
    revoked = await thungan.json("revoke", device_id, "--reason", "lost")
    assert revoked["revoked_at"] is not None
    assert await thungan.json("devices", "--active") == []
    assert len(await thungan.json("devices", "--collector", "TN1401001")) == 1
    code, out, _ = await thungan("devices")
    assert (code, "Sunmi V2" in out) == (0, True)


async def test_the_first_administrator_is_made_once_and_again_when_there_is_none_left(
    thungan: Terminal, gateway_database: str
) -> None:
    first = ("staff", "first-administrator", "--login-name", "lan.tran", "--full-name", "Trần Thị Lan")
    made = await thungan.json(*first)
    assert len(made["code"].replace("-", "")) == 12
    code, out, err = await thungan(*first)
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "there is an administrator already" in err
    closed = await thungan.json("staff", "deactivate", "lan.tran", "--reason", "nghỉ việc")
    assert closed["deactivated_at"] is not None
    code, out, err = await thungan(*first)
    assert "login-name-taken" in err
    again = await thungan.json("staff", "first-administrator", "--login-name", "hoa", "--full-name", "Lê Thị Hoa")
    assert again["login_name"] == "hoa"
    listed = await thungan.json("staff", "list")
    assert [(one["login_name"], one["roles"], one["units"]) for one in listed] == [
        ("hoa", ["administrator"], ["*"]),
        ("lan.tran", ["administrator"], ["*"]),
    ]
    connection = await connect(gateway_database, application_name="test")
    try:
        kept = await connection.fetch("SELECT what, actor FROM staff_acts ORDER BY act_id")
    finally:
        await connection.close()
    assert [row["what"] for row in kept] == ["firstAdministrator", "deactivateStaff", "firstAdministrator"]
    assert all(row["actor"]["kind"] == "command_line" for row in kept)


@pytest.mark.usefixtures("gateway_database")
async def test_revoking_an_unknown_device_is_one_line(thungan: Terminal) -> None:
    code, out, err = await thungan("revoke", str(uuid4()), "--reason", "lost")
    assert (code, out) == (1, "")
    assert "not-found" in err
    assert err.count("\n") == 1
