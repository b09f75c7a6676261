"""Reads files of dated rules; a mistake in one stops the service before it consumes a message."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.dated_rules import DatedRule
from shared.misconfigured import Misconfigured

R = TypeVar("R", bound=DatedRule)


class RuleFileError(Misconfigured):
    """The file is wrong; the message names it and the place."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: list[Any] = Field(min_length=1)


def load_rules(path: Path, kind: type[R]) -> tuple[R, ...]:
    """Return the rules of a YAML file, in its order. Raises :class:`RuleFileError`."""
    try:
        read = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise RuleFileError(f"{path}: {_in_a_line(error)}") from error
    rules = tuple(_rule(entry, kind, f"{path}, rule {number}") for number, entry in enumerate(read.rules, start=1))
    named = [(rule.in_force_from, unit) for rule in rules for unit in rule.scopes()]
    twice = {name for name in named if named.count(name) > 1}
    if twice:
        day, unit = min(twice)
        raise RuleFileError(f"{path}: two rules from {day} for {unit}")
    return rules


def _rule(entry: Any, kind: type[R], place: str) -> R:
    try:
        return kind.model_validate(entry)
    except ValidationError as error:
        raise RuleFileError(f"{place}: {_in_a_line(error)}") from error


def _in_a_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        mistakes = ((".".join(map(str, each["loc"])), each["msg"]) for each in error.errors())
        return "; ".join(f"{where}: {what}" if where else what for where, what in mistakes)
    return error.strerror or str(error) if isinstance(error, OSError) else " ".join(str(error).split())
