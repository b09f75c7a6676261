"""Settings of the receipt service, read from ``THUNGAN_`` environment variables."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator

from services.receipt.documents import DocumentOptions
from services.receipt.documents.vietqr import BankAccount
from services.receipt.domain.series import FIRST_SUFFIX
from services.receipt.legal_forms.files import SHIPPED, load_legal_forms
from services.receipt.legal_forms.rules import LegalForms
from services.receipt.witness.bucket import BucketAccount, BucketPlace
from services.receipt.witness.folder import FolderPlace
from services.receipt.witness.keeper import KeeperOptions
from services.receipt.witness.mail import MailAccount, MailPlace
from services.receipt.witness.places import Place
from shared.banks import require_known_bank
from shared.contracts.common import Language
from shared.placeholders import Credentials, PublicAddress
from shared.settings import ServiceSettings


def _mail_server(url: SecretStr) -> SecretStr:
    parts = urlsplit(url.get_secret_value())
    if url.get_secret_value() and not (parts.scheme in {"smtp", "smtps"} and parts.hostname):
        raise ValueError("must look like smtp://user:password@host:587 or smtps://…")
    return url


DEFAULT_REACH = 50_000
"""Receipts that a series may be ahead of every witness."""


class ReceiptSettings(ServiceSettings):
    """Which keys sign, how series are named, and what documents show that no message carries."""

    receipt_keys_folder: Path | None = None
    """Folder of the signing keys, shared by all copies; ``.local/keys/<namespace>`` when unset."""

    receipt_key_file: Path | None = None
    """A private key (PKCS#8 PEM) mounted as a secret, in place of one made in the folder."""

    receipt_witness_folder: Path | None = None
    """Folder for checkpoints of the register, outside of the databases and best on another machine;
    ``.local/witness/<namespace>`` when unset."""

    receipt_witness_bucket_url: Annotated[str, Credentials()] = Field(default="", pattern=r"^(https?://\S+)?$")
    """Address of an S3-compatible store that gets the checkpoints as well; empty: none does."""
    receipt_witness_bucket_region: str = "us-east-1"
    receipt_witness_bucket: str = ""
    """Name of the bucket."""
    receipt_witness_bucket_prefix: str = ""
    """What the names of the checkpoints in the bucket begin with, such as ``camau/``."""
    receipt_witness_bucket_key_id: str = ""
    receipt_witness_bucket_secret: SecretStr = SecretStr("")
    """The account: it needs to read and to write, not to delete."""

    receipt_witness_mail_url: Annotated[SecretStr, AfterValidator(_mail_server), Credentials()] = SecretStr("")
    """``smtp://user:password@host:587`` or ``smtps://…``: sends the checkpoint of each day; empty: none is sent."""
    receipt_witness_mail_from: str = ""
    receipt_witness_mail_to: str = ""
    """Addresses, with commas between them."""

    receipt_witness_name: str = Field(default="", pattern=r"^[^\s+]*$", max_length=200)
    """Name of the register in its checkpoints, the same for good; ``thungan/<namespace>`` when unset."""

    receipt_witness_every: int = Field(default=500, ge=1, le=1_000_000)
    """A checkpoint is kept after so many receipts, and each day."""

    receipt_witness_seconds: float = Field(default=5.0, ge=1.0, le=600.0)
    """How often the register is compared, and new receipts go into the newest checkpoint."""

    receipt_witness_reach: int = Field(default=DEFAULT_REACH, ge=1, le=10_000_000)
    """How many receipts a series may be ahead of every witness before no more are issued. After a recovery, so many
    numbers behind the witness are never taken."""

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

    receipt_compact_units: str = Field(default="", pattern=r"^[A-Z0-9*?, ]*$", max_length=2000)
    """Codes of units whose papers say the same in fewer lines, with commas between them; ``*`` stands for any
    characters. Empty: none does."""

    receipt_unsigned_after_seconds: float = Field(default=60.0, ge=0.0, le=1e9)
    """For how long a signer may be away before receipts are issued without a signature, which they get later."""

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

    @model_validator(mode="after")
    def _places_outside_are_whole(self) -> Self:
        bucket = (self.receipt_witness_bucket, self.receipt_witness_bucket_key_id)
        if self.receipt_witness_bucket_url and not (all(bucket) and self.receipt_witness_bucket_secret):
            raise ValueError("a bucket for checkpoints needs its name, the id of a key and its secret")
        mail = (self.receipt_witness_mail_from, self.receipt_witness_mail_to)
        if self.receipt_witness_mail_url.get_secret_value() and not all("@" in address for address in mail):
            raise ValueError("checkpoints by e-mail need a sender and recipients")
        return self

    def keys_folder(self) -> Path:
        """Return the folder of the signing keys."""
        return self.receipt_keys_folder or Path(".local/keys") / self.namespace

    def witness_name(self) -> str:
        """Return the name of the register in its checkpoints."""
        return self.receipt_witness_name or f"thungan/{self.namespace}"

    def witness_folder(self) -> Path:
        """Return the folder for checkpoints."""
        return self.receipt_witness_folder or Path(".local/witness") / self.namespace

    def witness_places(self) -> list[Place]:
        """Return the places outside that get checkpoints."""
        places: list[Place] = [FolderPlace(self.witness_folder())]
        if self.receipt_witness_bucket_url:
            places.append(
                BucketPlace(
                    BucketAccount(
                        endpoint=self.receipt_witness_bucket_url,
                        region=self.receipt_witness_bucket_region,
                        bucket=self.receipt_witness_bucket,
                        prefix=self.receipt_witness_bucket_prefix,
                        key_id=self.receipt_witness_bucket_key_id,
                        secret=self.receipt_witness_bucket_secret,
                    )
                )
            )
        if self.receipt_witness_mail_url.get_secret_value():
            recipients = tuple(filter(None, (item.strip() for item in self.receipt_witness_mail_to.split(","))))
            account = MailAccount(self.receipt_witness_mail_url, self.receipt_witness_mail_from, recipients)
            places.append(MailPlace(account))
        return places

    def keeper_options(self) -> KeeperOptions:
        """Return how often checkpoints are made, and under which name."""
        pause = timedelta(seconds=self.receipt_witness_seconds)
        return KeeperOptions(self.witness_name(), self.receipt_witness_every, pause)

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
            compact_units=tuple(filter(None, (part.strip() for part in self.receipt_compact_units.split(",")))),
        )
