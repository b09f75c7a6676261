"""The demo's provider of SMS: its configuration, with the stand-in's address, and the address that it reports to."""

from pathlib import Path

_FILE = Path(__file__).with_name("sms.yaml")
_REPORT_SECRET = "demo-0c2f6b1e9a7d"  # noqa: S105 - of a stand-in


def sms_settings(folder: Path, url: str) -> dict[str, str]:
    """Write the configuration into the demo's folder and return notify's settings."""
    written = folder / "sms.yaml"
    written.write_text(_FILE.read_text(encoding="utf-8").replace("{url}", url), encoding="utf-8")
    return {
        "THUNGAN_SMS_CONFIGURATION": str(written.resolve()),
        "DEMO_SMS_TOKEN": "demo-token",
        "DEMO_SMS_REPORT_SECRET": _REPORT_SECRET,
    }


def report_address(gateway_url: str) -> str:
    """Return the address that the provider calls with delivery reports."""
    return f"{gateway_url}/v1/sms/reports/nha_mang/{_REPORT_SECRET}"
