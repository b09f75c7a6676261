"""``./dev chaos --sabotage``: run the product with each bug of the catalogue, and fail where one is not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from ops.console import print_line, print_table
from shared.audit import AuditViolation
from simulation.chaos.run import UNCONFIRMED_PRINT, Options, run_chaos
from simulation.chaos.sabotage import GROUPS, Sabotage, command
from simulation.chaos.testbed import ChaosTestbed

_AT_LEAST = {
    "payment": 25,
    "reversal": 3,
    "copy": 2,
    "visit_away": 2,
    UNCONFIRMED_PRINT: 2,
    "print_again": 1,
}
"""What has to be done before each bug has had its occasion."""


@dataclass(frozen=True)
class Found:
    """What became of one sabotage."""

    sabotage: Sabotage
    violations: Sequence[AuditViolation]
    """By which it was found; empty: it was not."""


@dataclass
class SabotageReport:
    """Which bug was found by which rule."""

    found: list[Found] = field(default_factory=list)

    @property
    def missed(self) -> list[str]:
        """Return the bugs that nothing has named."""
        return [each.sabotage.name for each in self.found if not each.violations]

    def as_dict(self) -> dict[str, Any]:
        """Return the report for JSON."""
        return {
            "ok": not self.missed,
            "missed": self.missed,
            "sabotages": [
                {
                    "name": each.sabotage.name,
                    "service": each.sabotage.service,
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
            ["service", "bug", "found by", "times"],
            [
                [
                    each.sabotage.service,
                    (each.sabotage.way.__doc__ or "").split("\n")[0],
                    each.violations[0].rule if each.violations else "NOTHING",
                    str(len(each.violations)),
                ]
                for each in self.found
            ],
            right=["times"],
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
    commands = {service: command(",".join(names), service) for service, names in ways.items()}
    copies: Mapping[str, int] = {"billing": 1, "receipt": 1}
    # Nobody need wait for what a bug has lost.
    # Two months: what is cleared first can be wrong only where there are two bills.
    options = Options(
        seconds=5, seed=seed, phones=4, pace=0.1, patience=6, recovery=12, months=2, storms=[], at_least=_AT_LEAST
    )
    namespace = f"chaos_{uuid4().hex[:8]}"
    async with ChaosTestbed(home, copies=copies, commands=commands, namespace=namespace) as testbed:
        report, _ = await run_chaos(testbed, options)
    return [Found(sabotage, [each for each in report.violations if _names(each, sabotage)]) for sabotage in group]


async def run_catalogue(home: Path, only: Sequence[str] = ()) -> SabotageReport:
    """Run group after group, or those of the bugs that are named."""
    report = SabotageReport()
    for group in GROUPS:
        chosen = [sabotage for sabotage in group if not only or sabotage.name in only]
        if chosen:
            report.found += await run_group(home, chosen)
    return report


def _names(violation: AuditViolation, sabotage: Sabotage) -> bool:
    return violation.rule.startswith(sabotage.rule) and sabotage.detail in violation.detail
