"""Shape of the YAML files under ``data/``: what must be there, and that nothing else is."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from services.billing.tariffs.models import DecidingDay, GroupKind, Register


class TariffFile(BaseModel):
    """Base of all: nothing beside what is named here, values as the right type."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(TariffFile):
    """A price in đồng per kWh, with its ratio to the average price where the law gives one."""

    price: int = Field(gt=0)
    ratio: Decimal | None = None


class TierPrice(Price):
    """Price of one household tier."""

    tier: int
    ratio: Decimal


class HouseholdPrices(TariffFile):
    """Household part of a decision."""

    schedule: str
    tiers: list[TierPrice]
    prepaid: Price


class DecisionFile(TariffFile):
    """``decisions/*.yaml``."""

    decision: str
    in_force_from: date
    average_price: Decimal
    household: HouseholdPrices
    registers: dict[str, dict[Register, Price]]
    single: dict[str, Price]


class Tier(TariffFile):
    """A tier of a schedule; the last one has no width."""

    tier: int
    width: int | None = Field(default=None, gt=0)
    ratio: Decimal


class ScheduleEntry(TariffFile):
    """A household schedule."""

    basis: str
    tiers: list[Tier]
    undeclared_tenants_pay_tier: int


class SchedulesFile(TariffFile):
    """``schedules.yaml``."""

    schedules: dict[str, ScheduleEntry]


class GroupEntry(TariffFile):
    """A price group and its other names."""

    kind: GroupKind
    reactive: bool = False
    vi: str
    en: str
    line: str
    aliases: list[str] = []


class GroupsFile(TariffFile):
    """``groups.yaml``."""

    groups: dict[str, GroupEntry]


class VatEntry(TariffFile):
    """A VAT rate from a day on."""

    since: date = Field(alias="from")
    percent: Decimal
    basis: str


class DecidingDayEntry(TariffFile):
    """Which day decides over VAT, for periods that end on a day or later."""

    since: date = Field(alias="from")
    day: DecidingDay
    basis: str


class VatFile(TariffFile):
    """``vat.yaml``."""

    deciding_days: list[DecidingDayEntry] = Field(min_length=1)
    rates: list[VatEntry]


class Tenants(TariffFile):
    """Quota of tenants."""

    people_per_household: int
    household_step: Decimal
    contract_months_for_own_tiers: int


class TimeOfUseRule(TariffFile):
    """Who must have registers by time of use."""

    mandatory_from_kva: int
    mandatory_from_kwh_per_month: int


class ReactivePower(TariffFile):
    """Reactive power money."""

    applies_from_kw: int
    free_from: Decimal
    capped_below: Decimal
    cap_percent: Decimal
    percent: dict[Decimal, Decimal]


class Bounds(TariffFile):
    """What is refused as a mistake."""

    longest_period_days: int
    most_kwh: int
    most_households: int


class RulesFile(TariffFile):
    """``rules.yaml``."""

    tenants: Tenants
    time_of_use: TimeOfUseRule
    reactive_power: ReactivePower
    bounds: Bounds


Days = dict[Literal["monday_to_saturday", "sunday"], list[str]]


class Hours(TariffFile):
    """Hours of each register."""

    name: str
    bills_from: Annotated[date | None, BeforeValidator(lambda text: text or None)]
    normal: Days
    peak: Days
    off_peak: Days


class TimeOfUseFile(TariffFile):
    """``time_of_use.yaml``."""

    schedules: list[Hours]
