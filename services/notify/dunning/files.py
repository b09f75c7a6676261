"""Reads the file of the steps of dunning."""

from collections.abc import Sequence
from pathlib import Path

from services.notify.domain.kinds import MessageRule
from services.notify.dunning.rules import Dunning, DunningRule, mistakes
from shared.rule_files import RuleFileError, load_rules


def load_dunning(path: Path, messages: Sequence[MessageRule]) -> Dunning:
    """Return the steps of a file, with the kinds of message that they name.

    Raises :class:`~shared.rule_files.RuleFileError`, of all that cannot work together at once.
    """
    rules = load_rules(path, DunningRule)
    if found := mistakes(rules, messages):
        raise RuleFileError("\n".join(f"{path}: {mistake}" for mistake in found))
    return Dunning(rules)
