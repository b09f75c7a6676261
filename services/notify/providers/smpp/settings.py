"""What the configuration says about a provider that is reached by SMPP."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from services.notify.domain.outcome import Handover
from services.notify.providers.provider_settings import ProviderSettings
from shared.secret_places import LocalPath, Secret, Section


class TlsSettings(Section):
    """TLS around the connection; the SMSC's certificate is always checked."""

    ca_file: LocalPath | None = None
    """Who signs the SMSC's certificate; None: the machine's own list."""
    server_name: str | None = None
    """The name in the certificate; None: the host."""
    certificate_file: LocalPath | None = None
    """Ours, with its key in the same file, where the SMSC asks for one."""


class SmppSettings(ProviderSettings):
    """An SMSC of an operator or an aggregator."""

    kind: Literal["smpp"]
    host: str
    port: int = Field(default=2775, ge=1, le=65535)
    system_id: str = Field(max_length=15)
    password: Secret
    system_type: str = Field(default="", max_length=12)
    bind: Literal["transceiver", "transmitter_and_receiver"] = "transceiver"
    tls: TlsSettings | None = None

    source: str = Field(min_length=1, max_length=20)
    """Brandname (at most 11 characters), short code, or number with its +84."""
    source_ton: int | None = Field(default=None, ge=0, le=6)
    source_npi: int | None = Field(default=None, ge=0, le=18)
    """None: 5/0 for a brandname, 1/1 for a number with +, 3/0 for a short code."""
    destination_ton: int = Field(default=1, ge=0, le=6)
    destination_npi: int = Field(default=1, ge=0, le=18)
    service_type: str = Field(default="", max_length=5)
    validity_hours: int = Field(default=24, ge=1, le=24 * 30)
    """How long the SMSC goes on trying."""
    receipts: bool = True

    window: int = Field(default=32, ge=1, le=5000)
    """Parts on the way without an answer, and SMS that one copy hands over at the same time."""
    enquire_link_seconds: float = Field(default=30.0, gt=0)
    silence_seconds: float = Field(default=10.0, gt=0)
    """A peer that has not reacted for so long to ``enquire_link`` is gone."""
    reconnect_seconds: float = Field(default=1.0, gt=0)
    reconnect_longest_seconds: float = Field(default=60.0, gt=0)

    statuses: Mapping[int, Handover] = Field(default={})
    """Codes of this SMSC that the specification does not explain, for example ``{0x421: rejected_template}``."""
    time_zone: str = "Asia/Ho_Chi_Minh"
    """Of the SMSC's clock in receipts."""

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ValueError, OSError):
            raise ValueError("no such time zone") from None
        return value

    @field_validator("statuses")
    @classmethod
    def _none_counts_as_accepted(cls, value: Mapping[int, Handover]) -> Mapping[int, Handover]:
        if 0 in value or Handover.ACCEPTED in value.values():
            raise ValueError("an error of the SMSC does not mean that it has accepted")
        return value

    @model_validator(mode="after")
    def _brandname_is_short(self) -> Self:
        if not self.source.removeprefix("+").isdecimal() and (len(self.source) > 11 or not self.source.isascii()):
            raise ValueError("a brandname has at most 11 characters without accents")
        return self

    @property
    def longest_send(self) -> timedelta:
        """Time for all parts of an SMS: what is left of it afterwards is for the outcome."""
        return timedelta(seconds=self.timeout_seconds * 0.9)
