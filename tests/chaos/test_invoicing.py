"""Bills are released while the HSM is killed and hangs, and while the tax authority's provider fails in every way."""

from pathlib import Path
from uuid import uuid4

import pytest

from simulation.chaos.plan import KINDS, Fault, Storm
from simulation.chaos.run import Options, run_chaos
from simulation.chaos.testbed import ChaosTestbed


def fault(kind: str, target: str, way: str, *, lasts: float = 2.0) -> Fault:
    return Fault(kind=kind, target=target, copy=0, way=way, after=0.0, lasts=lasts, size=10)


@pytest.mark.timeout(300)
async def test_each_bill_has_one_invoice_and_the_authority_is_told_of_each_once_whatever_the_hsm_and_the_authority_do(
    chaos_home: Path,
) -> None:
    signers = [fault("kill_signer", "invoice", way, lasts=4) for way in ("kill", "hang", "kill")]
    ways = KINDS["authority_fails"].ways
    storms = [
        Storm(
            0.2,
            (*signers[at : at + 1], *(fault("authority_fails", "authority", way, lasts=15) for way in ways[at::3])),
        )
        for at in range(3)
    ]
    # Households' invoices are signed from the first moment on, and told of one by one.
    async with ChaosTestbed(
        chaos_home, copies={"invoice": 1}, namespace=f"chaos_{uuid4().hex[:8]}", invoicing=True
    ) as testbed:
        options = Options(seconds=0, seed=17, phones=2, months=2, patience=150, storms=storms)
        report, history = await run_chaos(testbed, options)
    assert report.violations == [], f"history: {history.path}"
    assert report.not_done == []
    assert report.messages["signer_kill"] > 0
    assert report.messages["signer_hang"] > 0
    assert {way for way in ways if report.messages[f"authority_{way}"]} == set(ways)
    assert report.messages["told_to_the_tax_authority"] > 100
