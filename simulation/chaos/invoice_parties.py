"""What signs the invoices of a chaos run, and whom they are told to: an HSM in software, a tax authority that fails.

Households' invoices go to the authority one by one while the run lasts, those of buyers with a tax code by summaries at
its end: so both ways are under way when something breaks.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from simulation.soft_hsm import LABEL, PIN, make_token, module_of
from simulation.tax_authority.stand_in import StandIn

RECEIVER = "V0000000001"
_TOKEN = "chaos"  # noqa: S105 - a stand-in's
_LATE_SECONDS = 3.0
_TIMEOUT_SECONDS = 2.0
"""What comes later than this counts as lost."""
SIGN_SECONDS = 2.0
"""A batch that takes longer is given up."""

_RULES = """\
rules:
  - {from: 2020-01-01, period: month, due_day: 20, invoice_due_day: 7, most_rows: 50, summary_by: [tax_code],
     goods: Điện năng}
"""


class InvoiceParties:
    """A token with the only key there is, and a stand-in for provider and authority, in this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = StandIn(token=_TOKEN, late_seconds=_LATE_SECONDS)

    @property
    def rules_file(self) -> Path:
        """The dated rules of what the authority is told."""
        return (self._folder / "rules.yaml").resolve()

    async def start(self, stack: AsyncExitStack) -> Mapping[str, str]:
        """Start until the stack ends; return invoice's settings."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        environment = make_token(self._folder.resolve())
        self.rules_file.write_text(_RULES, encoding="utf-8")
        await stack.enter_async_context(self.authority.serving())
        return environment | {
            "THUNGAN_INVOICE_KEY_FOLDER": str(self._folder.resolve()),
            "THUNGAN_INVOICE_PKCS11_MODULE": str(module_of()),
            "THUNGAN_INVOICE_PKCS11_TOKEN": LABEL,
            "THUNGAN_INVOICE_PKCS11_KEY": LABEL,
            "THUNGAN_INVOICE_PKCS11_PIN": PIN,
            "THUNGAN_INVOICE_SIGN_SECONDS": str(SIGN_SECONDS),
            "THUNGAN_INVOICE_PER_SECOND": "0",
            "THUNGAN_INVOICE_AUTHORITY_URL": self.authority.url,
            "THUNGAN_INVOICE_AUTHORITY_TOKEN": _TOKEN,
            "THUNGAN_INVOICE_AUTHORITY_RECEIVER": RECEIVER,
            "THUNGAN_INVOICE_AUTHORITY_RULES": str(self.rules_file),
            "THUNGAN_INVOICE_AUTHORITY_POLL_SECONDS": "0.3",
            "THUNGAN_INVOICE_AUTHORITY_RETRY_SECONDS": "0.5",
            "THUNGAN_INVOICE_AUTHORITY_ASK_SECONDS": "0.5",
            "THUNGAN_INVOICE_AUTHORITY_TIMEOUT_SECONDS": str(_TIMEOUT_SECONDS),
        }
