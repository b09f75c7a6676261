"""An HSM in software (SoftHSM2) with a token of its own, and a signing key in it."""

import subprocess
from pathlib import Path

from pydantic import SecretStr

from services.invoice.signatures.key_file import KEY_NAME, make_development_key
from services.invoice.signatures.pkcs11_signer import TokenKey
from shared.clock import now

LABEL = "thungan"
PIN = "493817"

_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/libsofthsm2.so")


def make_token(folder: Path) -> dict[str, str]:
    """Make a token whose key is nowhere else; ``folder`` keeps its certificate. Return what the environment needs."""
    tokens = folder / "tokens"
    tokens.mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n")
    environment = {"SOFTHSM2_CONF": str(configuration)}
    make_development_key(folder, now())
    token = ["--token", LABEL, "--pin", PIN]
    _softhsm2(environment, "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", PIN)
    _softhsm2(environment, "--import", str(folder / KEY_NAME), "--label", LABEL, "--id", "01", *token)
    (folder / KEY_NAME).unlink()
    return environment


def token_key(**changes: str) -> TokenKey:
    """Return how the key is named."""
    named = {"token": LABEL, "key": LABEL, "pin": PIN} | changes
    return TokenKey(module_of(), named["token"], named["key"], SecretStr(named["pin"]))


def module_of() -> Path:
    """Return the library. Raises StopIteration where SoftHSM2 is not installed."""
    return next(path for path in map(Path, _MODULES) if path.exists())


def _softhsm2(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        ["softhsm2-util", *arguments],  # noqa: S607 - where the machine has it
        env=environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
