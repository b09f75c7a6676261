"""Reads the rules of rounding; a mistake in the file stops the service before it consumes a message."""

from datetime import date
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.billing.rounding.rules import RoundingRule
from shared.contracts.common import UnitCode

FILE = Path(__file__).with_name("cash_rounding.yaml")


class RoundingFileError(Exception):
    """The file is wrong; the message names it and the place."""


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    in_force_from: date = Field(alias="from")
    units: frozenset[UnitCode] = frozenset()
    step: int = Field(ge=1, le=10_000)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: list[_Rule] = Field(min_length=1)


def load_rounding_rules(path: Path = FILE) -> tuple[RoundingRule, ...]:
    """Return the rules of a file. Raises :class:`RoundingFileError`."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise RoundingFileError(f"{path}: {error}") from error
    named = [(rule.in_force_from, unit) for rule in read.rules for unit in rule.units or {"all"}]
    twice = {name for name in named if named.count(name) > 1}
    if twice:
        day, unit = min(twice)
        raise RoundingFileError(f"{path}: two rules from {day} for {unit}")
    return tuple(RoundingRule(rule.in_force_from, rule.units, rule.step) for rule in read.rules)
