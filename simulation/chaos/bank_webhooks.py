"""Who may tell of money in a chaos run: two sources of one account, as the gateway's file names them."""

from pathlib import Path

FIRST, SECOND = "bank", "go-between"
KEYS = {FIRST: "a secret of the bank", SECOND: "a secret of the go-between"}


def configure(folder: Path) -> Path:
    """Write the file with its secrets, and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, key in KEYS.items():
        (folder / f"{name}.secret").write_text(key, "utf-8")
    found = folder / "webhooks.yaml"
    rows = [f"  - {{name: {name}, kind: sepay, secret: {{file: {name}.secret}}}}" for name in KEYS]
    found.write_text("\n".join(["webhooks:", *rows, ""]), "utf-8")
    return found
