"""Settings of the invoice service, read from ``THUNGAN_`` environment variables."""

import re
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from shared.contracts.invoice import INVOICE_PATH
from shared.placeholders import Credentials, PublicAddress
from shared.settings import ServiceSettings


class InvoiceSettings(ServiceSettings):
    """Which key signs, how rows of numbers are named, and what stands on every invoice."""

    invoice_key_folder: Path | None = None
    """Folder of the signing key and its certificate, shared by all copies; ``.local/invoice-key`` when unset."""

    invoice_pkcs11_module: Path | None = None
    """Shared library of an HSM's maker (PKCS#11): it has the key then, and the folder the certificate alone."""

    invoice_pkcs11_token: str = ""
    """Label of the token that has the key."""

    invoice_pkcs11_key: str = ""
    """Label of the private key in the token."""

    invoice_pkcs11_pin: SecretStr | None = None
    """PIN of the token's user; also from a file (``THUNGAN_INVOICE_PKCS11_PIN_FILE``)."""

    invoice_first_suffix: str = Field(default="AA", pattern=r"^[A-Z]{2}$")
    """The two letters at the end of the first seller's symbol; other sellers get the next free ones."""

    invoice_solution_tax_code: str = Field(default="", pattern=r"^[0-9-]{0,14}$")
    """Tax code of whoever made the program that issues invoices (MSTTCGP); empty: the seller's own."""

    invoice_most_lines: int = Field(default=30, ge=1, le=9999)
    """With more lines, an invoice has one line for all and refers to a list (bảng kê)."""

    invoice_lookup_url: Annotated[str, PublicAddress()] = "https://thungan.example"
    """Where customers look invoices up: scheme and host of the gateway. On invoices and receipts its page stands
    behind it."""

    invoice_poll_seconds: float = Field(default=2.0, ge=0.1, le=600.0)
    """How often it is looked for what waits, when nothing has woken the service."""

    invoice_ask_seconds: float = Field(default=60.0, ge=1.0, le=3600.0)
    """After which time billing is asked again what a bill says, when it has not told."""

    invoice_per_second: float = Field(default=40.0, ge=0.0, le=10_000.0)
    """How many bills a copy asks about in a second after the first hundred, so that a month of invoices leaves room
    for payments; 0: as many as it can."""

    invoice_sign_seconds: float = Field(default=10.0, ge=0.1, le=600.0)
    """How long signing a batch may take before the signer counts as away."""

    invoice_authority_rules: Path | None = None
    """File of dated rules on what the tax authority is told and when; the shipped one when unset."""

    invoice_authority_url: Annotated[str, Credentials()] = Field(default="", pattern=r"^(https?://.+)?$")
    """Address of the provider (T-VAN) that carries messages to the tax authority; empty: nothing is sent."""

    invoice_authority_token: SecretStr | None = None
    """What the provider knows this installation by (``Authorization: Bearer``)."""

    invoice_authority_sender: str = Field(default="", pattern=r"^[0-9A-Z-]{0,14}$")
    """Code of the sender (``MNGui``) as the provider has given it; empty: the seller's tax code."""

    invoice_authority_receiver: str = Field(default="", pattern=r"^[0-9A-Z-]{0,14}$")
    """Code of the receiver (``MNNhan``) as the provider has given it."""

    invoice_authority_poll_seconds: float = Field(default=5.0, ge=0.05, le=600.0)
    """How often it is looked for messages whose turn it is."""

    invoice_authority_retry_seconds: float = Field(default=60.0, ge=0.05, le=3600.0)
    """After which time a message is sent again whose fate is not known; twice as long each further time."""

    invoice_authority_ask_seconds: float = Field(default=300.0, ge=0.05, le=86_400.0)
    """How often it is asked what became of a message."""

    invoice_authority_timeout_seconds: float = Field(default=60.0, ge=0.1, le=100.0)
    """How long the provider may take for one request."""

    @field_validator("invoice_lookup_url")
    @classmethod
    def _is_an_origin(cls, url: str) -> str:
        """Refuse what leads nowhere: it would stand on signed invoices for ever."""
        parts = urlsplit(url)
        if parts.scheme not in {"https", "http"} or not re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?", parts.netloc):
            raise ValueError("must look like https://host or https://host:port")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must have nothing behind the host")
        return f"{parts.scheme}://{parts.netloc}"

    def lookup_address(self) -> str:
        """Return the address of the page where customers look invoices up."""
        return self.invoice_lookup_url + INVOICE_PATH

    @field_validator(
        *("invoice_pkcs11_module", "invoice_pkcs11_pin", "invoice_authority_rules", "invoice_authority_token"),
        mode="before",
    )
    @classmethod
    def _nothing_given(cls, value: object) -> object:
        # Compose files pass on what is not set as an empty text.
        return None if value == "" else value

    @model_validator(mode="after")
    def _names_a_key(self) -> Self:
        if self.invoice_pkcs11_module is not None and not (
            self.invoice_pkcs11_token and self.invoice_pkcs11_key and self.invoice_pkcs11_pin
        ):
            raise ValueError("with THUNGAN_INVOICE_PKCS11_MODULE go …_TOKEN, …_KEY and …_PIN (or …_PIN_FILE)")
        if self.invoice_authority_url and not self.invoice_authority_receiver:
            raise ValueError("with THUNGAN_INVOICE_AUTHORITY_URL goes …_RECEIVER, which the provider has given")
        if self.invoice_authority_url and not (self.invoice_authority_token or SecretStr("")).get_secret_value():
            raise ValueError(
                "with THUNGAN_INVOICE_AUTHORITY_URL goes …_TOKEN (or …_TOKEN_FILE), as the provider gave it"
            )
        return self

    def key_folder(self) -> Path:
        """Return the folder of the signing key."""
        return self.invoice_key_folder or Path(".local/invoice-key")
