"""A minute of everything that can break, on the real system: in the end all is where it belongs."""

from pathlib import Path

import pytest

from simulation.chaos.plan import KINDS, LENGTHY, OF_INVOICES
from simulation.chaos.restore_faults import ENOUGH_TO_LOSE
from simulation.chaos.run import Options, run_chaos
from simulation.chaos.testbed import ChaosTestbed
from tests.chaos.short_storms import once_each

SEED = 20_261_122


@pytest.mark.timeout(420)
async def test_money_stays_exact_whatever_breaks(chaos_home: Path) -> None:
    async with ChaosTestbed(chaos_home) as testbed:
        storms = once_each(SEED, copies=testbed.copies)
        options = Options(seconds=0, seed=SEED, phones=4, patience=120, storms=storms)
        report, history = await run_chaos(testbed, options)
    assert report.violations == [], f"history: {history.path}"
    assert report.not_done == []
    assert set(report.faults) == set(KINDS) - LENGTHY - OF_INVOICES
    assert report.operations["payment"].confirmed > 0
    assert report.messages["events_delivered_again"] > 0
    assert report.messages["events_reordered"] > 1
    assert report.messages["events_deleted"] > 0
    assert report.messages["receipts_set_back"] >= ENOUGH_TO_LOSE
    assert report.messages["dishonest_acts_refused"] > 10
    assert report.repeats > 0
