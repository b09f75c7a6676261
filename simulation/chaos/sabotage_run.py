"""``./dev chaos --sabotage``: run the product with each bug of the catalogue, and fail where one is not found."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from ops.console import print_line, print_table
from shared.audit import AuditViolation
from simulation.chaos.run import Options, run_chaos
from simulation.chaos.sabotage import GROUPS, Sabotage, acts_of, command
from simulation.chaos.testbed import ChaosTestbed

_ACTS = 2
"""So often has each bug to act before the day ends."""


@dataclass(frozen=True)
class Found:
    """What became of one sabotage."""

    sabotage: Sabotage
    violations: Sequence[AuditViolation]
    """By which it was found; empty: it was not."""
    acts: int
    """How often it did something wrongly. Without an act, whatever was found has another cause."""

    @property
    def is_found(self) -> bool:
        """Whether it has acted, and the rule that is meant for it has named it."""
        return bool(self.acts and self.violations)

    @property
    def by(self) -> str:
        """By which rule, or why not."""
        if not self.acts:
            return "NEVER ACTED"
        return self.violations[0].rule if self.violations else "NOTHING"


@dataclass
class SabotageReport:
    """Which bug was found by which rule."""

    found: list[Found] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Return the bugs that nothing has named, or that had no occasion to act."""
        return [each.sabotage.name for each in self.found if not each.is_found]

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "ok": not self.missed,
            "missed": self.missed,
            "sabotages": [
                {
                    "name": each.sabotage.name,
                    "service": each.sabotage.service,
                    "acts": each.acts,
                    "rule": each.violations[0].rule if each.violations else None,
                    "violations": len(each.violations),
                    "example": each.violations[0].as_dict() if each.violations else None,
                }
                for each in self.found
            ],
        }

    def print(self) -> None:
        """Print what was found by what."""
        print_table(
            "Sabotage",
            ["service", "bug", "acts", "found by", "times"],
            [
                [
                    each.sabotage.service,
                    (each.sabotage.way.__doc__ or "").split("\n")[0],
                    str(each.acts),
                    each.by,
                    str(len(each.violations)),
                ]
                for each in self.found
            ],
            right=["acts", "times"],
        )
        if self.missed:
            print_line(f"{len(self.missed)} of {len(self.found)} were not found: {', '.join(self.missed)}")
        else:
            print_line(f"All {len(self.found)} were found.")


async def run_group(home: Path, group: Sequence[Sabotage], *, seed: int = 5) -> list[Found]:
    """Run with the bugs of a group side by side, and say which rule has found which of them."""
    ways: dict[str, list[str]] = {}
    for sabotage in group:
        ways.setdefault(sabotage.service, []).append(sabotage.name)
    namespace = f"chaos_{uuid4().hex[:8]}"
    folder = home / "sabotage" / namespace
    folder.mkdir(parents=True)
    commands = {service: command(",".join(names), service, folder) for service, names in ways.items()}
    copies: Mapping[str, int] = {"billing": 1, "receipt": 1}
    # Nobody need wait for what a bug has lost.
    # Two months: what is cleared first can be wrong only where there are two bills.
    options = Options(
        seconds=5,
        seed=seed,
        phones=4,
        pace=0.1,
        patience=6,
        recovery=12,
        months=2,
        storms=[],
        until=lambda: all(acts_of(folder, sabotage.name) >= _ACTS for sabotage in group),
    )
    async with ChaosTestbed(home, copies=copies, commands=commands, namespace=namespace) as testbed:
        report, _ = await run_chaos(testbed, options)
    found = [
        Found(
            sabotage,
            [each for each in report.violations if _names(each, sabotage)],
            acts_of(folder, sabotage.name),
        )
        for sabotage in group
    ]
    shutil.rmtree(folder)
    return found


async def run_catalogue(
    home: Path, only: Sequence[str] = (), *, say: Callable[[str], None] = lambda _: None
) -> SabotageReport:
    """Run group after group, or those of the bugs that are named; ``say`` how it goes."""
    report = SabotageReport()
    for number, group in enumerate(GROUPS, 1):
        chosen = [sabotage for sabotage in group if not only or sabotage.name in only]
        if chosen:
            found = await run_group(home, chosen)
            report.found += found
            missed = ", ".join(f"{each.sabotage.name} ({each.by})" for each in found if not each.is_found)
            say(f"group {number} of {len(GROUPS)}: {missed or f'all {len(found)} found'}")
    return report


def _names(violation: AuditViolation, sabotage: Sabotage) -> bool:
    return violation.rule.startswith(sabotage.rule) and sabotage.detail in violation.detail
