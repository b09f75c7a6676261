"""Settings of the customer service, read from ``THUNGAN_`` environment variables."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from services.customer.domain.occasions import OccasionRule
from services.customer.domain.visits import VisitRules
from shared.rule_files import load_rules
from shared.settings import ServiceSettings


class CustomerSettings(ServiceSettings):
    """What the utility decides about visits."""

    cannot_pay_before_collection_point: int = Field(default=2, ge=1, le=20)
    """``cannot_pay`` on so many occasions for one debt send the customer to a collection point."""

    occasion_rules_file: Path = Path(__file__).parent / "visits" / "occasions.yaml"
    """When a further ``cannot_pay`` is one on another occasion, by unit and day."""

    days_to_appointment: int = Field(default=3, ge=0, le=60)
    """Days until the appointment after a ``cannot_pay`` for which none was agreed; 0 makes none."""

    longest_appointment_days: int = Field(default=60, ge=1, le=366)
    most_clock_skew_hours: int = Field(default=24, ge=0, le=72)
    """How far a phone's clock may be ahead before its visits are refused."""

    oldest_visit_days: int = Field(default=7, ge=1, le=30)
    """How long ago a visit may have been made that a phone sends only now."""

    photo_days: int = Field(default=180, ge=1, le=3660)
    """Days for which photos of meters are kept."""

    days_to_answer_complaints: int = Field(default=15, ge=1, le=365)
    """Days in which a complaint is answered (Luật Điện lực 61/2024/QH15: 15)."""

    settled_complaint_days: int = Field(default=730, ge=1, le=3660)
    """Days for which a complaint is kept after it was settled; one that is open is kept."""

    person_clocks_file: Path = Path(__file__).parent / "personal_data" / "clocks.yaml"
    """How long there is for requests of people about their data, by day."""

    @property
    def visit_rules(self) -> VisitRules:
        """The same as the rules of the domain."""
        return VisitRules(
            cannot_pay_before_collection_point=self.cannot_pay_before_collection_point,
            occasions=load_rules(self.occasion_rules_file, OccasionRule),
            days_to_appointment=self.days_to_appointment,
            longest_appointment=timedelta(days=self.longest_appointment_days),
            most_clock_skew=timedelta(hours=self.most_clock_skew_hours),
            oldest_visit=timedelta(days=self.oldest_visit_days),
        )
