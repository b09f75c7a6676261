"""What is planned for: systems, when people pay, what was measured, and what is wanted."""

from collections.abc import Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

COUNTRY = Path(__file__).with_name("country.yaml")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class System(_Part):
    """One installation: its own databases, broker and services."""

    name: str
    customers: PositiveInt


class MonthOfPayments(_Part):
    """When the bills of a month are paid."""

    paid_days: PositiveFloat
    hours_of_a_day: PositiveFloat
    peak_hour: PositiveFloat
    """The greatest hour beside the mean one."""
    at_the_door: PositiveFloat
    """Share of all payments."""
    months_kept: PositiveInt


class Measured(_Part):
    """Figures of benchmarks: CPU of a collection in milliseconds, of a bill in microseconds, bytes on the disk."""

    collection: Mapping[str, PositiveFloat]
    share_of_other_payment: PositiveFloat
    run: Mapping[str, PositiveFloat]
    workers_of_a_run: PositiveInt
    bytes: Mapping[str, PositiveInt]
    event_days: PositiveInt


class Wanted(_Part):
    """What the servers have to hold."""

    utilization: PositiveFloat
    wait_p99_ms: PositiveFloat
    cores_of_a_server: PositiveInt
    servers_of_a_broker: PositiveInt


class Plan(_Part):
    """All of it."""

    systems: tuple[System, ...]
    month: MonthOfPayments
    measured: Measured
    wanted: Wanted


def read_plan(file: Path = COUNTRY) -> Plan:
    """Return the plan of a file. Raises ``pydantic.ValidationError`` for one that does not fit."""
    return Plan.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
