"""``thungan keys``: the public keys with which anyone checks receipts; rotation."""

from pathlib import Path
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.operators import record_in
from ops.requests import send_request
from ops.system import keys_folder
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import UnusableKeyError
from shared.clock import now
from shared.contracts.receipt import GetPublicKeys, PublicKey

app = typer.Typer(add_completion=False, invoke_without_command=True)

FolderOption = Annotated[
    Path | None,
    typer.Option("--folder", help="Key folder; the receipt service's if left out.", exists=True, file_okay=False),
]


@app.callback()
def keys(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write the keys to this file, for `thungan verify --key`.")
    ] = None,
    pem: Annotated[bool, typer.Option("--pem", help="As PEM, without the dates.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show or export all public keys, retired ones included; rotate or retire one."""
    if context.invoked_subcommand is not None:
        return
    found = send_request(GetPublicKeys())
    text = "".join(key.public_key_pem for key in found.keys) if pem else found.model_dump_json() + "\n"
    if out is not None:
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            fail(f"cannot write {out}: {error.strerror}")
        if not as_json:
            print_line(f"{out}: {len(found.keys)} keys")
            return
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif pem:
        print_line(text.rstrip())
    else:
        _print(found.keys)


@app.command()
def rotate(folder: FolderOption = None, as_json: JsonOption = False) -> None:
    """Make a new signing key now; the one before stays good for what it has signed."""
    chosen = _existing(folder)
    try:
        made = KeyFolder(chosen).rotate(now())
    except UnusableKeyError as error:
        fail(str(error))
    record_in(chosen, "key.rotated", made.key_id)
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        print_line(f"{made.key_id} signs from now on")


@app.command()
def retire(
    key_id: Annotated[str, typer.Argument(help="Id of the key, from `thungan keys`.")],
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a key now: it signs no more; what it has signed stays good."""
    chosen = _existing(folder)
    try:
        retired = KeyFolder(chosen).retire(key_id, now())
    except UnusableKeyError as error:
        fail(str(error))
    record_in(chosen, "key.retired", key_id)
    if as_json:
        print_json(retired.model_dump(mode="json"))
    else:
        print_line(f"{key_id} is retired")


def _existing(folder: Path | None) -> Path:
    chosen = folder or keys_folder()
    if not chosen.is_dir():
        fail(f"there is no key folder {chosen}")
    return chosen


def _print(found: list[PublicKey]) -> None:
    print_table(
        "Public keys",
        ["key", "algorithm", "from (UTC)", "until (UTC)"],
        [
            [
                key.key_id,
                key.algorithm,
                f"{key.not_before:%Y-%m-%d %H:%M}",
                f"{key.not_after:%Y-%m-%d %H:%M}" if key.not_after else "",
            ]
            for key in found
        ],
        empty="There is no key yet.",
    )
