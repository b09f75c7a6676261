"""The demo's provider of SMS: its configuration, with the address of the stand-in."""

from pathlib import Path

_FILE = Path(__file__).with_name("sms.yaml")


def sms_settings(folder: Path, url: str) -> dict[str, str]:
    """Write the configuration into the demo's folder and return notify's settings."""
    written = folder / "sms.yaml"
    written.write_text(_FILE.read_text(encoding="utf-8").replace("{url}", url), encoding="utf-8")
    return {"THUNGAN_SMS_CONFIGURATION": str(written.resolve()), "DEMO_SMS_TOKEN": "demo-token"}
