"""``thungan keys``: the public keys with which anyone checks receipts; making, ending, registering and listing keys."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.operators import operator_name, record_in
from ops.requests import send_request
from ops.root_key import make_root_key, read_root_key
from ops.runner import run
from ops.system import keys_folder
from services.receipt.keys import changes
from services.receipt.keys.changes import Registered
from services.receipt.signatures.key_folder import KeyFolder, public_half
from services.receipt.signatures.key_list import sign_key_list
from services.receipt.signatures.keyring import Keyring, UnusableKeyError, record_of, to_pem, verifying_key
from shared.clock import now
from shared.contracts.receipt import GetPublicKeys, PublicKey

app = typer.Typer(add_completion=False, invoke_without_command=True)

SHORTEST_PASSPHRASE = 12

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
    """Show or export all public keys, retired ones included; rotate, retire or register one."""
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
    """Make a new signing key; the one before stays good for what it has signed."""
    chosen = _existing(folder)
    try:
        made = run(_rotate(chosen))
    except UnusableKeyError as error:
        fail(str(error))
    record_in(chosen, "key.rotated", made.key_id)
    if as_json:
        print_json(made.model_dump(mode="json"))
    else:
        print_line(f"{made.key_id} signs from {made.not_before:%Y-%m-%d %H:%M:%S} UTC on")


async def _rotate(folder: Path) -> PublicKey:
    async with database("receipt") as connection:
        return await changes.rotate_key(connection, KeyFolder(folder), operator_name())


@app.command()
def retire(
    key_id: Annotated[str, typer.Argument(help="Id of the key, from `thungan keys`.")],
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """End a key: it signs no more; what it has signed stays good."""
    chosen = folder or keys_folder()
    if folder is not None or chosen.is_dir():
        _existing(folder)
    try:
        retired = run(_retire(key_id, KeyFolder(chosen) if chosen.is_dir() else None))
    except UnusableKeyError as error:
        fail(str(error))
    if chosen.is_dir():
        record_in(chosen, "key.retired", key_id)
    if as_json:
        print_json(retired.model_dump(mode="json"))
    else:
        print_line(f"{key_id} is retired from {retired.not_after:%Y-%m-%d %H:%M:%S} UTC on")


async def _retire(key_id: str, folder: KeyFolder | None) -> PublicKey:
    async with database("receipt") as connection:
        return await changes.retire_key(connection, folder, key_id)


@app.command()
def register(
    keys: Annotated[
        Path,
        typer.Argument(
            help="A key folder, the JSON of `thungan keys --out`, or one key as PEM that shall sign from now on.",
            exists=True,
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Tell the register of public keys that it does not know: after a restore, or of a key that is mounted."""
    try:
        registered = run(_register(keys))
    except (UnusableKeyError, OSError, UnicodeDecodeError) as error:
        fail(f"no usable keys in {keys}: {error}")
    if as_json:
        print_json(
            {
                "added": [key.model_dump(mode="json") for key in registered.added],
                "ended": [key.model_dump(mode="json") for key in registered.ended],
            }
        )
        return
    for key in registered.added:
        print_line(f"{key.key_id} is registered; it signs from {key.not_before:%Y-%m-%d %H:%M:%S} UTC on")
    for key in registered.ended:
        print_line(f"{key.key_id} is retired from {key.not_after:%Y-%m-%d %H:%M:%S} UTC on")
    if not (registered.added or registered.ended):
        print_line("The register knows all of them.")


async def _register(place: Path) -> Registered:
    async with database("receipt") as connection:
        start = await changes.start_of_new_key(connection)
        return await changes.register_keys(connection, _keys_in(place, start), operator_name())


def _keys_in(place: Path, start: datetime) -> list[PublicKey]:
    """Return the public keys in a folder or a file; one without dates signs from ``start`` on."""
    if place.is_dir():
        found = KeyFolder(place).public_keys()
    else:
        text = place.read_text(encoding="utf-8")
        keys = [public_half(place)] if "PRIVATE KEY" in text else list(Keyring.from_text(text))
        found = [record_of(key, start) for key in keys]
    if not found:
        raise UnusableKeyError("there is none")
    return found


PassphraseOption = Annotated[
    str,
    typer.Option(
        envvar="THUNGAN_ROOT_PASSPHRASE", prompt=True, hide_input=True, help="Of the root key; asked for if left out."
    ),
]


@app.command()
def root(
    file: Annotated[Path, typer.Argument(help="Where the root key is written: a medium that is locked away.")],
    passphrase: Annotated[
        str,
        typer.Option(
            envvar="THUNGAN_ROOT_PASSPHRASE",
            prompt=True,
            confirmation_prompt=True,
            hide_input=True,
            help="Of it.",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Make the root key that signs lists of public keys, on a machine without a network; prints its public half."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        fail(f"the passphrase has fewer than {SHORTEST_PASSPHRASE} characters")
    try:
        made = verifying_key(make_root_key(file, passphrase).public_key())
    except (UnusableKeyError, OSError) as error:
        fail(str(error))
    pem = to_pem(made.public_key)
    if as_json:
        print_json({"key_id": made.key_id.hex(), "public_key_pem": pem})
    else:
        print_line(pem.rstrip())


@app.command("sign-list")
def sign_list(
    keys: Annotated[Path, typer.Argument(help="The list of `thungan keys --out`.", exists=True, dir_okay=False)],
    root_key: Annotated[Path, typer.Option("--root", help="The root key.", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option("--out", help="Where the signed list is written.")],
    passphrase: PassphraseOption,
    as_json: JsonOption = False,
) -> None:
    """Sign a list of public keys with the root key, for `thungan verify --root`; needs no network."""
    try:
        found = list(Keyring.from_text(keys.read_text(encoding="utf-8")))
        signer, moment = read_root_key(root_key, passphrase), now()
        signed = sign_key_list(found, verifying_key(signer.public_key()), moment, signer.sign)
        out.write_bytes(signed)
    except (UnusableKeyError, OSError, UnicodeDecodeError) as error:
        fail(str(error))
    if as_json:
        print_json({"file": str(out), "keys": [key.key_id.hex() for key in found], "signed_at": moment.isoformat()})
    else:
        print_line(f"{out}: {len(found)} keys, signed at {moment:%Y-%m-%d %H:%M:%S} UTC")


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
