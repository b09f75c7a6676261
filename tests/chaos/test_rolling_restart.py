"""A new version goes out while people work: every copy of every service is restarted, one after the other."""

import json
from pathlib import Path
from uuid import uuid4

import pytest

from ops.system import SERVICES
from simulation.chaos.people import HUNG_UP, LOST_ON_ITS_WAY, NO_CONNECTION
from simulation.chaos.plan import EVERYTHING, Fault, Storm
from simulation.chaos.run import Options, run_chaos
from simulation.chaos.testbed import ChaosTestbed

DEPLOYMENT = Fault(kind="rolling_deployment", target=EVERYTHING, copy=0, way="", after=0.0, lasts=0.0, size=0)


@pytest.mark.timeout(300)
async def test_nothing_is_lost_doubled_or_delivered_twice_when_all_copies_are_restarted_under_load(
    chaos_home: Path,
) -> None:
    two_of_each = dict.fromkeys(SERVICES, 2)
    async with ChaosTestbed(chaos_home, copies=two_of_each, namespace=f"chaos_{uuid4().hex[:8]}") as testbed:
        options = Options(seconds=0, seed=3, phones=6, pace=0.1, patience=60, storms=[Storm(1.0, (DEPLOYMENT,))])
        report, history = await run_chaos(testbed, options)
        logs = [testbed.system.log(service, copy).read_text() for service in SERVICES for copy in range(2)]
    assert report.violations == [], f"history: {history.path}"
    assert report.not_done == []
    assert report.operations["payment"].confirmed > 20
    # Who stops finishes what it has taken and acknowledges it: nothing that was done is delivered again. (On a busy
    # machine the mark of an event may come later than the head start of its emitter: then it is sent again, which is
    # another thing.)
    lines = [line for log in logs for line in log.splitlines()]
    duplicates = [json.loads(line) for line in lines if "event_duplicate" in line]
    assert [duplicate for duplicate in duplicates if duplicate["redelivered"]] == []
    # The broker was never told anything that it closes a channel for.
    assert [line for line in lines if "channel_lost" in line] == []
    # No service has left a request without an answer. What remains: a phone hangs up by itself, or asks a copy of the
    # gateway that is away just then and turns to the other one, as a load balancer would for it.
    excused = (HUNG_UP, LOST_ON_ITS_WAY, NO_CONNECTION)
    assert [why for why in report.unanswered if not why.startswith(excused)] == []
