"""Bugs of the catalogue are found by the audit or by the harness, each by the rule that is meant for it.

One group here, five services at once; ``./dev chaos --sabotage`` runs all groups.
"""

from pathlib import Path

import pytest

from simulation.chaos.sabotage import GROUPS
from simulation.chaos.sabotage_run import run_group


@pytest.mark.timeout(300)
async def test_every_bug_of_a_group_is_found(chaos_home: Path) -> None:
    found = await run_group(chaos_home, GROUPS[0])
    assert [each.sabotage.name for each in found if not each.violations] == []


def test_the_catalogue_is_long_and_names_each_bug_once() -> None:
    names = [sabotage.name for group in GROUPS for sabotage in group]
    assert len(names) == len(set(names))
    assert len(names) >= 30
