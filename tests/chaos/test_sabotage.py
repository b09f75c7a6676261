"""Bugs of the catalogue are found by the audit or by the harness, each by the rule that is meant for it.

One group here, six services at once; ``./dev chaos --sabotage`` runs all groups.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.audit import AuditViolation
from simulation.chaos.sabotage import GROUPS
from simulation.chaos.sabotage_run import Found, SabotageReport, run_group


@pytest.mark.timeout(300)
async def test_every_bug_of_a_group_is_found(chaos_home: Path) -> None:
    found = await run_group(chaos_home, GROUPS[0])
    assert [(each.sabotage.name, each.by) for each in found if not each.is_found] == []


def test_a_bug_that_never_acted_is_not_found_whatever_was_named() -> None:
    sabotage = GROUPS[0][0]
    named = [AuditViolation("between", sabotage.rule, "0190", "detail")]
    report = SabotageReport([Found(sabotage, named, acts=0), Found(sabotage, named, acts=1), Found(sabotage, [], 1)])
    assert [each.by for each in report.found] == ["NEVER ACTED", sabotage.rule, "NOTHING"]
    assert report.missed == [sabotage.name, sabotage.name]
    assert report.as_dict()["ok"] is False


def test_the_catalogue_is_long_and_names_each_bug_once() -> None:
    names = [sabotage.name for group in GROUPS for sabotage in group]
    assert len(names) == len(set(names))
    assert len(names) >= 30


_PUT_EACH_IN = """
import importlib, os, traceback
from ops.system import SERVICES
from simulation.chaos.sabotage import WAYS
for service in SERVICES:
    importlib.import_module(f"services.{service}.app")
for way in WAYS:
    child = os.fork()
    if not child:
        try:
            WAYS[way]()
        except Exception:
            traceback.print_exc()
            print(way, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def test_each_bug_can_still_be_put_in_where_it_belongs() -> None:
    # Each in a process of its own, because what it replaces stays replaced.
    done = subprocess.run([sys.executable, "-c", _PUT_EACH_IN], capture_output=True, text=True, check=True)
    assert done.stdout == "", done.stderr
