"""Settings of billing."""

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings

JUDGEMENT_FILE = Path(__file__).parent / "judgement" / "doubtful_readings.yaml"


class BillingSettings(ServiceSettings):
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

    judgement_file: Path = JUDGEMENT_FILE
    """When readings are held until a person has looked at them, by unit and day."""

    points_on_notice: int = Field(default=3, ge=1, le=20)
    """Collection points named on a notice that sends the customer to one."""

    bank_accounts: str = Field(default="", pattern=r"^[0-9A-Za-z]*(,[0-9A-Za-z]+)*$")
    """The utility's accounts, by their numbers, separated by commas: money on any other waits for a person. Empty: all
    accounts are the utility's."""

    bank_texts_kept_days: int = Field(default=60, ge=7, le=3650)
    """How long the texts of bank credits are kept after the credit is settled; statements of that time still find what
    a webhook has told."""
