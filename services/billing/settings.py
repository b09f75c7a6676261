"""Settings of billing."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import ServiceSettings

JUDGEMENT_FILE = Path(__file__).parent / "judgement" / "doubtful_readings.yaml"
DUE_DAYS_FILE = Path(__file__).parent / "imports" / "due_days.yaml"


class AgreedTermsSettings(BaseSettings):
    """Files of what the utility owes others for collecting; the audit reads them, too. No other settings are needed."""

    model_config = SettingsConfigDict(env_prefix="THUNGAN_", extra="ignore", frozen=True)

    partner_terms_file: Path = Path(__file__).parent / "partners" / "terms.yaml"
    """What is agreed with partners: which bills they take, until when they cancel, fees; by partner, unit and day."""

    commissions_file: Path = Path(__file__).parent / "commissions" / "commissions.yaml"
    """What collectors earn for a receipt, by unit and day."""


class BillingSettings(AgreedTermsSettings, ServiceSettings):
    """What the utility decides about money on the road and on notices."""

    cash_ceiling: int = Field(default=200_000_000, gt=0, le=10**12)
    """Cash in đồng that a collector may hold where the unit's rule says nothing; a shift keeps that of its opening."""

    cash_boxes_file: Path = Path(__file__).parent / "shifts" / "cash_boxes.yaml"
    """The largest float, the ceiling and the difference that needs a supervisor, by unit and day."""

    cash_rounding_file: Path = Path(__file__).parent / "rounding" / "cash_rounding.yaml"
    """To which whole amount cash is rounded up, by unit and day."""

    plausible_amounts_file: Path = Path(__file__).parent / "payments" / "plausible_amounts.yaml"
    """Dated rules: how much more than is owed one payment may bring."""

    part_payments_file: Path = Path(__file__).parent / "part_payments" / "part_payments.yaml"
    """Where a part of what is owed may be paid in cash, by unit and day."""

    fees_file: Path = Path(__file__).parent / "arrears" / "fees.yaml"
    """What is asked for beside electricity, by unit and day."""

    agreements_file: Path = Path(__file__).parent / "arrears" / "agreements.yaml"
    """Whether and how customers may pay in parts, by unit and day."""

    interest_file: Path = Path(__file__).parent / "arrears" / "late_interest.yaml"
    """Interest on late payment, by unit and day."""

    judgement_file: Path = JUDGEMENT_FILE
    """When readings are held until a person has looked at them, by unit and day."""

    due_days_file: Path = DUE_DAYS_FILE
    """How long there is to pay, where readings name no due date: by unit and day. For files that the office hands in;
    ``thungan`` reads the same variable."""

    points_on_notice: int = Field(default=3, ge=1, le=20)
    """Collection points named on a notice that sends the customer to one."""

    bank_accounts: str = Field(default="", pattern=r"^[0-9A-Za-z]*(,[0-9A-Za-z]+)*$")
    """The utility's accounts, by their numbers, separated by commas: money on any other waits for a person. Empty: all
    accounts are the utility's."""

    bank_texts_kept_days: int = Field(default=60, ge=7, le=3650)
    """How long the texts of bank credits are kept after the credit is settled; statements of that time still find what
    a webhook has told."""
