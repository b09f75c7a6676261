"""The command line without a running system: what it prints, and how it reports an error."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from uuid import uuid4

import pytest

from ops import cli
from ops.system import SERVICES
from services.notify.providers.base import OutgoingSms
from services.notify.providers.sandbox import SandboxProvider
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.token import Claims, TokenKind, seal, to_text
from shared.clock import now
from shared.printing.document import Document, Text
from stack.state import PROJECT

CASES = PROJECT / "tests" / "data" / "bill_cases.csv"


class Terminal:
    """Runs commands as a person would, in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        code = cli.run_command(list(arguments))
        output = self._capsys.readouterr()
        return code, output.out, output.err


@pytest.fixture
def thungan(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("THUNGAN_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("THUNGAN_NAMESPACE", "never_started")


def test_help_names_every_command(thungan: Terminal) -> None:
    code, out, err = thungan("--help")
    assert (code, err) == (0, "")
    for command in cli.COMMANDS:
        assert command in out


def test_what_the_image_holds_is_enough_for_every_command(tmp_path: Path) -> None:
    """The image has no local stack and no simulation: the command line must not need them."""
    copied = re.findall(r"^COPY (\w+) \./\1$", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)
    assert copied == ["shared", "services", "ops"]
    for package in copied:
        (tmp_path / package).symlink_to(PROJECT / package)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for module in ("ops.cli", "ops.provision"):
        done = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        assert b"ModuleNotFoundError" not in done.stderr


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_every_command_explains_itself(thungan: Terminal, command: str) -> None:
    code, out, err = thungan(command, "--help")
    assert (code, err) == (0, "")
    assert "Usage: thungan" in out


def test_quote_gives_one_json_object_for_each_row(thungan: Terminal) -> None:
    code, out, err = thungan("quote", "--cases", str(CASES), "--json")
    assert (code, err) == (0, "")
    expected = list(csv.DictReader(io.StringIO(CASES.read_text())))
    answers = [json.loads(line) for line in out.splitlines()]
    assert [answer["id"] for answer in answers] == [row["id"] for row in expected]
    for answer, row in zip(answers, expected, strict=True):
        if row["expected_total"]:
            assert (answer["pre_vat"], answer["vat"], answer["total"]) == (
                int(row["expected_pre_vat"]),
                int(row["expected_vat"]),
                int(row["expected_total"]),
            )


def test_quote_names_a_bad_row_and_goes_on(thungan: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "cases.csv"
    file.write_text(
        "id,period_from,period_to,price_group,households,kwh\n"
        "a,2025-10-01,2025-10-31,household,1,many\n"
        "b,2025-10-01,2025-10-31,household,1,100\n"
    )
    code, out, _ = thungan("quote", "--cases", str(file), "--json")
    first, second = (json.loads(line) for line in out.splitlines())
    assert code == 0
    assert first["id"] == "a"
    assert "error" in first
    assert second["total"] == 217_836


def test_quote_prints_a_table_for_people(thungan: Terminal) -> None:
    code, out, _ = thungan("quote", "--cases", str(CASES))
    assert code == 0
    assert "before VAT" in out
    assert "164,395" in out


def test_quote_starts_fast() -> None:
    """Measured as processor time, so that a busy machine does not matter."""
    arguments = [sys.executable, "-m", "ops.cli", "quote", "--cases", str(CASES), "--json"]
    before = os.times()
    subprocess.run(arguments, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    assert (after.children_user - before.children_user) + (after.children_system - before.children_system) < 1.5


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["quote", "--cases", "no-such.csv"], "cannot read no-such.csv"),
        (["quote"], "Missing option"),
        (["nonsense"], "No such command"),
        (["quote", "--nonsense"], "No such option"),
        (["verify", "no-such/file.txt", "--key", "k.pem"], "no file no-such/file.txt"),
        (["verify", "AAAA", "--key", "no-such.pem"], "cannot read no-such.pem"),
        (["preview", "no-such.json", "--out", "x.png"], "cannot read no-such.json"),
        (["opt-out", "add", "0912"], "0912 is not a Vietnamese mobile or landline number"),
        (["enrol", "--role", "collector"], "--collector names the collector"),
        (["enrol", "--role", "cashier", "--collector", "TN1"], "--collector names the collector"),
        (["enrol", "--role", "king"], "Invalid value for '--role'"),
        (["account", "nonsense"], "customer_code 'NONSENSE'"),
        (["reminders", "PB14"], "customer_code 'PB14'"),
        (["customers", ""], "query ''"),
        (["revoke", "nobody", "--reason", "lost"], "valid UUID"),
    ],
)
def test_a_mistake_is_one_line_on_standard_error(thungan: Terminal, arguments: list[str], words: str) -> None:
    code, out, err = thungan(*arguments)
    assert code != 0
    assert out == ""
    assert words in err
    assert err.count("\n") == 1
    assert err.startswith("thungan: ")


@pytest.mark.usefixtures("nothing_runs")
@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["audit"],
        ["dead"],
        ["events", "resend"],
        ["import", "bills"],
        ["devices"],
        ["enrol", "--role", "supervisor"],
        ["revoke", str(uuid4()), "--reason", "lost"],
        ["opt-out", "list"],
        ["customers", "Nguyen"],
        ["account", "PB14010012345"],
        ["reminders", "PB14010012345"],
        ["complaints", "list"],
        ["keys"],
    ],
)
def test_commands_that_need_a_system_say_how_to_start_one(thungan: Terminal, arguments: list[str]) -> None:
    code, out, err = thungan(*arguments)
    assert (code, out) == (1, "")
    assert "./dev up" in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("nothing_runs")
def test_an_address_where_nobody_listens_is_one_line(thungan: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THUNGAN_NOTIFY_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/none")
    code, _, err = thungan("opt-out", "list")
    assert code == 1
    assert "cannot connect" in err
    assert "Errno" not in err
    assert err.count("\n") == 1


@pytest.mark.usefixtures("nothing_runs")
def test_an_audit_without_keys_names_the_folder_where_they_should_be(
    thungan: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THUNGAN_AMQP_URL", "amqp://127.0.0.1:9/")
    for service in SERVICES:
        monkeypatch.setenv(f"THUNGAN_{service.upper()}_DATABASE_URL", "postgresql://nobody:x@127.0.0.1:9/none")
    monkeypatch.setenv("THUNGAN_RECEIPT_KEYS_FOLDER", str(tmp_path / "none"))
    code, out, err = thungan("audit")
    assert (code, out) == (1, "")
    assert err.startswith(f"thungan: no keys can be read from {tmp_path / 'none'}: No such file or directory; --key")
    assert err.count("\n") == 1


async def test_sms_shows_what_the_sandbox_has_sent(thungan: Terminal, tmp_path: Path) -> None:
    provider = SandboxProvider(tmp_path)
    for number in range(3):
        sms = OutgoingSms(f"r{number}", f"+8495300000{number}", f"Tien dien {number}", 1, "away", 1)
        await provider.send(sms)
    code, out, _ = thungan("sms", "--folder", str(tmp_path), "--json")
    assert code == 0
    assert [sms["text"] for sms in json.loads(out)] == ["Tien dien 0", "Tien dien 1", "Tien dien 2"]
    _, out, _ = thungan("sms", "--folder", str(tmp_path), "--phone", "0953000001", "--json")
    assert [sms["phone"] for sms in json.loads(out)] == ["+84953000001"]
    _, out, _ = thungan("sms", "--folder", str(tmp_path), "--last", "1")
    assert "Tien dien 2" in out
    assert "Tien dien 1" not in out


async def test_following_sms_prints_each_new_one_once(tmp_path: Path) -> None:
    provider = SandboxProvider(tmp_path)
    await provider.send(OutgoingSms("a", "+84953000001", "first", 1, "away", 1))
    arguments = [sys.executable, "-u", "-m", "ops.cli", "sms", "--folder", str(tmp_path), "--follow", "--json"]
    follower = subprocess.Popen(arguments, cwd=PROJECT, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
    assert follower.stdout is not None
    try:
        assert json.loads(follower.stdout.readline())["text"] == "first"
        await provider.send(OutgoingSms("b", "+84953000001", "second", 1, "away", 1))
        assert json.loads(follower.stdout.readline())["text"] == "second"
    finally:
        follower.terminate()
        follower.wait(10)
        follower.stdout.close()


def test_preview_draws_a_document(thungan: Terminal, tmp_path: Path) -> None:
    document = Document(kind="notice", title="Giấy báo", blocks=(Text(text="GIẤY BÁO TIỀN ĐIỆN", align="center"),))
    file, picture = tmp_path / "paper.json", tmp_path / "paper.png"
    for members in (document.model_dump(mode="json"), {"document": document.model_dump(mode="json")}):
        file.write_text(json.dumps(members), "utf-8")
        code, out, _ = thungan("preview", str(file), "--out", str(picture), "--json")
        assert code == 0
        assert json.loads(out)["width_dots"] == 384
        assert picture.read_bytes().startswith(b"\x89PNG")


def test_preview_says_what_is_wrong_with_a_document(thungan: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "paper.json"
    file.write_text('{"blocks": [{"type": "picture"}]}')
    code, _, err = thungan("preview", str(file), "--out", str(tmp_path / "x.png"))
    assert code == 1
    assert "is not a document" in err


@pytest.fixture
def signed(tmp_path: Path) -> tuple[str, Path]:
    """A genuine token and the file with the public key."""
    folder = KeyFolder(tmp_path / "keys")
    moment = now()
    folder.ensure_key(moment)
    key_id, algorithm = folder.key_for(moment)
    claims = Claims(
        issuer="9900000016",
        issued_at=int(moment.timestamp()),
        symbol="1K26TAA",
        number=1,
        customer_code="PB14010012345",
        total=871_020,
        vat=64_520,
        vat_rates="8",
        periods=(2026101,),
        collector_code="TN1401001",
        previous=bytes(16),
        content_hash=bytes(32),
        kind=TokenKind.ORIGINAL,
    )
    public = tmp_path / "public.pem"
    public.write_text(folder.public_keys()[0].public_key_pem)
    return to_text(seal(claims, key_id, algorithm, lambda message: folder.sign(key_id, message))), public


def test_the_version_is_that_of_the_project(thungan: Terminal) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert thungan("--version") == (0, f"thungan {project['project']['version']}\n", "")


def test_a_genuine_receipt_verifies_with_nothing_but_the_public_key(
    thungan: Terminal, signed: tuple[str, Path]
) -> None:
    token, public = signed
    code, out, _ = thungan("verify", token, "--key", str(public), "--json")
    verdict = json.loads(out)
    assert (code, verdict["valid"]) == (0, True)
    assert "871.020" in "".join(verdict["fields"].values())


def test_a_receipt_altered_by_one_character_does_not_verify(thungan: Terminal, signed: tuple[str, Path]) -> None:
    token, public = signed
    for place in range(0, len(token), 37):
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        code, out, _ = thungan("verify", altered, "--key", str(public), "--json")
        assert (code, json.loads(out)["valid"]) == (1, False)


def test_a_file_of_tokens_is_valid_only_when_all_are(
    thungan: Terminal, signed: tuple[str, Path], tmp_path: Path
) -> None:
    token, public = signed
    file = tmp_path / "tokens.txt"
    file.write_text(f"{token}\n{token}\n")
    code, out, _ = thungan("verify", str(file), "--key", str(public), "--json")
    assert (code, len(json.loads(out))) == (0, 2)
    file.write_text(f"{token}\n{token[:-9]}AAAAAAAAA\n")
    assert thungan("verify", str(file), "--key", str(public))[0] == 1


def test_a_file_that_is_no_key_is_refused_in_one_line(
    thungan: Terminal, signed: tuple[str, Path], tmp_path: Path
) -> None:
    token, _ = signed
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("hello")
    code, out, err = thungan("verify", token, "--key", str(wrong))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "PB99", "--out", "folder"), "customer_code 'PB99'"),
        (("erase", "PB99"), "customer_code 'PB99'"),
        (("open", "erase", "--note", "tại quầy"), "--customer"),
        (("open", "incident", "--note", "x", "--received", "hôm qua"), "is no moment"),
        (("correct", "PB14010000001", "--phone", "123", "--note", "x"), "not a Vietnamese"),
        (("touched", "--incident", "01a22e5f-329d-7050-868e-13a5050134a7", "--out", "file"), "--everybody"),
    ],
)
def test_what_is_typed_wrong_about_a_person_is_refused_with_one_line(
    thungan: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = thungan("person", *arguments)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
