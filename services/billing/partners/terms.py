"""What is agreed with partners, by partner, unit and day. Pure."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from pydantic import Field

from shared.clock import VIETNAM, business_day
from shared.contracts.billing import BillChoice, PartnerCode
from shared.dated_rules import DatedRule, rule_in_force

_MILLION = 1_000_000


class PartnerTerms(DatedRule):
    """What holds for payments over the partner interface."""

    partners: frozenset[PartnerCode] = frozenset()
    """The partners that it is for; empty: all that have none of their own."""
    bills: BillChoice
    cancel_until: int = Field(ge=0, le=24)
    """Hour in Vietnam; 24: until midnight, 0: never."""
    fee: int = Field(ge=0, le=1_000_000)
    """đồng for each payment."""
    fee_per_million: int = Field(ge=0, le=100_000)
    """đồng for each million đồng."""
    file_due: int = Field(ge=0, le=23)
    """Hour of the day after."""
    file_days: int = Field(ge=1, le=366)

    def scopes(self) -> set[str]:
        """Return for whom it is, so that two rules of one day for the same are refused."""
        return {
            f"{partner} {unit}" for partner in self.partners or {"all"} for unit in super(PartnerTerms, self).scopes()
        }


USUAL_TERMS = PartnerTerms(
    in_force_from=date.min,
    bills=BillChoice.OLDEST_FIRST,
    cancel_until=22,
    fee=0,
    fee_per_million=0,
    file_due=6,
    file_days=31,
)


def terms_in_force(rules: Sequence[PartnerTerms], partner_code: str, unit_code: str, day: date) -> PartnerTerms:
    """Return what holds for a partner's payments of a unit's customers on a day."""
    own = [rule for rule in rules if partner_code in rule.partners and rule.in_force_from <= day]
    for_all = [rule for rule in rules if not rule.partners]
    general = rule_in_force(for_all, unit_code, day, default=USUAL_TERMS)
    return rule_in_force(own, unit_code, day, default=general)


def cancellable_until(terms: PartnerTerms, day: date) -> datetime:
    """Return the moment after which a payment of a business day is no longer taken back by the partner."""
    return datetime.combine(day, time(), VIETNAM) + timedelta(hours=terms.cancel_until)


def fee_of(terms: PartnerTerms, amount: int) -> int:
    """Return the fee of one payment, in đồng."""
    share = Decimal(amount) * terms.fee_per_million / _MILLION
    return terms.fee + int(share.quantize(Decimal(1), ROUND_HALF_UP))


def is_late(terms: PartnerTerms, day: date, taken_at: datetime) -> bool:
    """Whether a reconciliation file of a business day came after it was due."""
    return taken_at > datetime.combine(day, time(), VIETNAM) + timedelta(days=1, hours=terms.file_due)


def is_taken_still(terms: PartnerTerms, day: date, moment: datetime) -> bool:
    """Whether a reconciliation file of a business day is taken: when the day is over, and not too long after it."""
    return timedelta(0) < business_day(moment) - day <= timedelta(days=terms.file_days)
