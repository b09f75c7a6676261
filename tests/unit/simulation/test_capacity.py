"""The simulation of many customers: queues as theory has them, and servers that hold what was asked of them."""

from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from simulation.capacity.plan import COUNTRY, System, read_plan
from simulation.capacity.queues import p99, waits
from simulation.capacity.servers import servers_of

PLAN = read_plan()


def test_nobody_waits_where_there_is_a_core_for_everybody() -> None:
    assert set(waits(10, {"one": 5.0, "other": 8.0}, {"one": 500, "other": 500}, 400, seed=1)) == {0.0}


def test_the_mean_wait_for_one_core_is_that_of_the_theory() -> None:
    half_at_work = waits(50, {"one": 10.0}, {"one": 1}, 200_000, seed=2)
    assert sum(half_at_work) / len(half_at_work) == pytest.approx(10.0, rel=0.05)


def test_waits_of_processes_one_after_the_other_add_up() -> None:
    both = waits(50, {"one": 10.0, "other": 10.0}, {"one": 1, "other": 1}, 200_000, seed=3)
    assert sum(both) / len(both) == pytest.approx(20.0, rel=0.05)


def test_p99_is_one_of_the_values() -> None:
    assert p99([float(number) for number in range(1, 101)]) == 99


def test_the_country_has_thirty_million_customers() -> None:
    assert sum(system.customers for system in PLAN.systems) == 30_000_000


@pytest.mark.parametrize("system", PLAN.systems, ids=lambda system: system.name)
def test_the_cores_of_a_system_hold_the_peak_hour_beside_a_run(system: System) -> None:
    found = servers_of(system, PLAN, seed=1)
    assert found.wait_p99_ms <= PLAN.wanted.wait_p99_ms
    for process, milliseconds in PLAN.measured.collection.items():
        assert found.per_second * milliseconds / 1000 <= found.cores[process] * PLAN.wanted.utilization
    assert len(set(found.names)) == len(found.names)
    assert all(name.startswith(f"{system.name}-") for name in found.names)


def test_more_customers_never_need_fewer_cores_or_disks() -> None:
    sizes = [servers_of(System(name="x", customers=count * 1_000_000), PLAN, seed=1) for count in (1, 4, 16, 64)]
    for fewer, more in pairwise(sizes):
        assert all(fewer.cores[process] <= more.cores[process] for process in fewer.cores)
        assert fewer.gigabytes < more.gigabytes


def test_a_plan_with_a_slip_of_the_pen_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "plan.yaml"
    file.write_text(COUNTRY.read_text(encoding="utf-8").replace("peak_hour:", "peek_hour:"), encoding="utf-8")
    with pytest.raises(ValidationError, match="peek_hour"):
        read_plan(file)
