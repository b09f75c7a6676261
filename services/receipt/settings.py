"""Settings of the receipt service, read from ``THUNGAN_`` environment variables."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator, model_validator

from services.receipt.documents import DocumentOptions
from services.receipt.documents.vietqr import BankAccount
from services.receipt.domain.series import FIRST_SUFFIX
from services.receipt.legal_forms.files import SHIPPED, load_legal_forms
from services.receipt.legal_forms.rules import LegalForms
from shared.banks import require_known_bank
from shared.contracts.common import Language
from shared.placeholders import PublicAddress
from shared.settings import ServiceSettings


class ReceiptSettings(ServiceSettings):
    """Which keys sign, how series are named, and what documents show that no message carries."""

    receipt_keys_folder: Path | None = None
    """Folder of the signing keys, shared by all copies; ``.local/keys/<namespace>`` when unset."""

    receipt_key_file: Path | None = None
    """A private key (PKCS#8 PEM) mounted as a secret, in place of one made in the folder."""

    receipt_check_url: Annotated[str, PublicAddress()] = "https://thungan.example"
    """Where receipts can be checked: scheme and host (and port) of the gateway, as the QR code holds them."""

    receipt_first_suffix: str = Field(default=FIRST_SUFFIX, pattern=r"^[A-Z]{2}$")
    """The two letters at the end of the first seller's series; other sellers get the next free ones."""

    receipt_company_name: str = Field(default="", max_length=200)
    """Printed above the name of the managing unit; empty prints none."""

    receipt_legal_forms_file: Path | None = None
    """What receipts are in law and how their series are named, by unit and date, in place of the shipped file."""

    receipt_language: Language = Language.VIETNAMESE
    """Language of documents."""

    receipt_notice_minutes: int = Field(default=120, ge=1, le=7 * 24 * 60)
    """A notice that was not printed within this time is stale and is not printed any more."""

    receipt_bank_bin: Annotated[str, AfterValidator(require_known_bank)] = ""
    receipt_bank_account: str = Field(default="", pattern=r"^[0-9A-Za-z]{0,19}$")
    receipt_bank_account_name: str = Field(default="", max_length=60)
    """Account for transfers: printed on notices as VietQR when BIN and account are set."""

    @field_validator("receipt_check_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        """Refuse what could not stand in capitals before ``/R/``: paths, user names, letters that QR lacks."""
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", parts.netloc):
            raise ValueError("must look like https://host or https://host:port")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must have nothing behind the host")
        return f"{parts.scheme}://{parts.netloc}"

    @model_validator(mode="after")
    def _bank_account_is_whole(self) -> Self:
        if bool(self.receipt_bank_bin) != bool(self.receipt_bank_account):
            raise ValueError("a bank account needs both its bank's BIN and its number")
        return self

    def keys_folder(self) -> Path:
        """Return the folder of the signing keys."""
        return self.receipt_keys_folder or Path(".local/keys") / self.namespace

    def legal_forms(self) -> LegalForms:
        """Return what receipts are in law. Raises LegalFormError when the file is wrong."""
        return load_legal_forms(self.receipt_legal_forms_file or SHIPPED)

    def notice_lifetime(self) -> timedelta:
        """Return how long a notice may wait for its printer."""
        return timedelta(minutes=self.receipt_notice_minutes)

    def document_options(self) -> DocumentOptions:
        """Return what documents show of this installation."""
        account = None
        if self.receipt_bank_bin:
            account = BankAccount(self.receipt_bank_bin, self.receipt_bank_account, self.receipt_bank_account_name)
        return DocumentOptions(
            company_name=self.receipt_company_name,
            check_url=self.receipt_check_url,
            bank_account=account,
        )
