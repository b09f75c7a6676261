"""Every bug of the catalogue is found by the audit or by the harness, and by the rule that is meant for it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from simulation.chaos.sabotage import GROUPS, Sabotage
from simulation.chaos.sabotage_run import run_group


@pytest.mark.timeout(300)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0].name)
async def test_every_bug_of_a_group_is_found(chaos_home: Path, group: Sequence[Sabotage]) -> None:
    found = await run_group(chaos_home, group)
    assert [each.sabotage.name for each in found if not each.violations] == []


def test_the_catalogue_is_long_and_names_each_bug_once() -> None:
    names = [sabotage.name for group in GROUPS for sabotage in group]
    assert len(names) == len(set(names))
    assert len(names) >= 30
