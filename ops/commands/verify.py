"""``thungan verify``: is this receipt genuine? Needs the public key and nothing else."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, print_json, print_line
from services.receipt.signatures.key_list import read_key_list
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from services.receipt.verification.tokens import TokenReport, verify_text
from shared.contracts.common import Language
from shared.contracts.receipt import CheckState

app = typer.Typer(add_completion=False)

_MARKS = {CheckState.PASSED: "✓", CheckState.FAILED: "✗", CheckState.NOT_CHECKED: "–"}


@app.command()
def verify(
    token: Annotated[
        str,
        typer.Argument(
            help="The token, the address from the QR code, or a file that holds some.", metavar="TOKEN|FILE"
        ),
    ],
    key: Annotated[
        Path,
        typer.Option(
            "--key",
            help="Public keys: PEM, the JSON of `thungan keys`, or with --root a signed list.",
            metavar="PUBLIC",
        ),
    ],
    root: Annotated[
        Path | None,
        typer.Option(
            "--root", help="Public half (PEM) of the root key that has signed the list of keys.", metavar="PEM"
        ),
    ] = None,
    english: Annotated[bool, typer.Option("--english", help="English sentences instead of Vietnamese.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a receipt's signature offline; the exit code is 0 only when it is valid."""
    try:
        reports = verify_text(_text(token), _keyring(key, root))
    except UnusableKeyError as error:
        fail(f"{key}: {error}", 2)
    if not reports:
        fail(f"there is no token in {token}", 2)
    language = Language.ENGLISH if english else Language.VIETNAMESE
    if as_json:
        results = [_as_dict(scanned, report, language) for scanned, report in reports]
        print_json(results[0] if len(results) == 1 else results)
    else:
        for scanned, report in reports:
            _print(scanned, report, language)
    if not all(report.valid for _, report in reports):
        raise typer.Exit(1)


def _keyring(key: Path, root: Path | None) -> Keyring:
    if root is None:
        return Keyring.from_text(_read(key))
    roots = list(Keyring.from_text(_read(root)))
    if len(roots) != 1:
        raise UnusableKeyError(f"{root} holds {len(roots)} keys: there is one root")
    try:
        raw = key.read_bytes()
    except OSError as error:
        fail(f"cannot read {key}: {error.strerror}", 2)
    return Keyring(read_key_list(raw, roots[0]).keys)


def _text(token: str) -> str:
    """Return the argument itself, or what the file of that name holds."""
    if len(token) < 200 and "://" not in token:
        path = Path(token)
        if path.is_file():
            return _read(path)
        if path.suffix or "/" in token:
            fail(f"there is no file {token}", 2)
    return token


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        fail(f"{path} is not a text file", 2)
    except OSError as error:
        fail(f"cannot read {path}: {error.strerror}", 2)


def _as_dict(scanned: str, report: TokenReport, language: Language) -> dict[str, Any]:
    sentences = report.sentences(language)
    return {
        "valid": report.valid,
        "authentic": report.authentic,
        "checks": {check: {"state": state.value, "detail": sentences[check]} for check, state in report.states.items()},
        "fields": report.fields(language),
        "token": scanned,
    }


def _print(scanned: str, report: TokenReport, language: Language) -> None:
    verdict = {
        (True, Language.VIETNAMESE): "HỢP LỆ",
        (False, Language.VIETNAMESE): "KHÔNG HỢP LỆ",
        (True, Language.ENGLISH): "VALID",
        (False, Language.ENGLISH): "NOT VALID",
    }[report.valid, language]
    print_line(f"{verdict}  {scanned[:40]}{'…' if len(scanned) > 40 else ''}")
    sentences = report.sentences(language)
    for check, state in report.states.items():
        print_line(f"  {_MARKS[state]} {sentences[check]}")
    for label, value in report.fields(language).items():
        print_line(f"    {label}: {value}")
