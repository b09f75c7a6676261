"""What bugs that act within one process have in common: how one is put in, and the rule of the audit that finds it."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Put = Callable[[Any, str, Any], None]
"""Puts something in the place of a member, such as ``monkeypatch.setattr``."""


@dataclass(frozen=True, slots=True)
class SabotageInProcess:
    """A bug, and the beginning of the rule that is to name it."""

    way: Callable[[Put], None]
    rule: str

    @property
    def name(self) -> str:
        """How it is called."""
        return self.way.__name__


def module(name: str) -> Any:
    """Return a module by its name: what is replaced in it has no type here."""
    return importlib.import_module(name)


def otherwise(statement: str, right: str, wrong: str) -> str:
    """Return a statement with something wrong in it. Raises :class:`ValueError` where nothing was there to be wrong."""
    if right not in statement:
        raise ValueError(f"not in the statement: {right}")
    return statement.replace(right, wrong)
