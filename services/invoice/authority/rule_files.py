"""Reads ``rules.yaml``, or the seller's own file in its place."""

from functools import cache
from pathlib import Path

from services.invoice.authority.rules import AuthorityRule
from shared.rule_files import load_rules

SHIPPED = Path(__file__).with_name("rules.yaml")


@cache
def authority_rules(file: Path = SHIPPED) -> tuple[AuthorityRule, ...]:
    """Return the rules. Raises RuleFileError."""
    return load_rules(file, AuthorityRule)
