"""Which faults happen when follows from the seed alone."""

from itertools import pairwise

import pytest

from ops.system import SERVICES
from simulation.chaos.faults import PARTS
from simulation.chaos.plan import KINDS, LENGTHY, OF_INVOICES, Fault, make_plan
from tests.chaos.short_storms import once_each

COPIES = {"billing": 2}


def test_the_same_seed_gives_the_same_storms() -> None:
    assert make_plan(7, 300, copies=COPIES) == make_plan(7, 300, copies=COPIES)


def test_another_seed_gives_other_storms() -> None:
    assert make_plan(7, 300) != make_plan(8, 300)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("seconds", [55, 300])
def test_a_run_of_a_minute_has_faults_of_every_kind(seed: int, seconds: float) -> None:
    kinds = {fault.kind for storm in make_plan(seed, seconds, copies=COPIES) for fault in storm.faults}
    assert kinds == set(KINDS)


@pytest.mark.parametrize("seed", range(20))
def test_faults_of_one_storm_do_not_make_each_other_impossible(seed: int) -> None:
    for storm in make_plan(seed, 600, copies=COPIES):
        away = [part for fault in storm.faults for part in KINDS[fault.kind].takes]
        assert len(away) == len(set(away))
        needed = {part for fault in storm.faults for part in (*KINDS[fault.kind].needs, KINDS[fault.kind].link)}
        assert not needed & set(away)
        proxies = sorted((KINDS[fault.kind].link, fault.target) for fault in storm.faults if KINDS[fault.kind].link)
        assert all(one != other for one, other in pairwise(proxies))


def test_only_the_faults_that_were_asked_for_happen() -> None:
    storms = make_plan(1, 120, kinds=["kill_broker", "poison"])
    assert {fault.kind for storm in storms for fault in storm.faults} == {"kill_broker", "poison"}


def test_a_plan_without_faults_is_empty() -> None:
    assert make_plan(1, 120, kinds=[]) == []


def test_a_fault_that_there_is_not_is_named() -> None:
    with pytest.raises(ValueError, match="earthquake"):
        make_plan(1, 60, kinds=["earthquake"])


def test_faults_hit_copies_that_there_are() -> None:
    faults = [fault for storm in make_plan(3, 1200, copies=COPIES) for fault in storm.faults]
    assert {fault.copy for fault in faults if fault.target == "billing"} == {0, 1}
    assert {fault.copy for fault in faults if fault.target != "billing"} == {0}


def test_every_service_has_its_turn_before_another_has_its_second() -> None:
    storms = make_plan(4, 3600, copies=COPIES)
    killed = [fault.target for storm in storms for fault in storm.faults if fault.kind == "kill_service"]
    turn = len(SERVICES)
    assert set(killed[:turn]) == set(killed[turn : 2 * turn]) == set(SERVICES)


def test_who_is_restarted_already_is_not_killed_meanwhile() -> None:
    for storm in make_plan(6, 3600, kinds=["power_cut", "rolling_deployment", "kill_service", "kill_broker"]):
        kinds = {fault.kind for fault in storm.faults}
        assert kinds == {"power_cut"} or "power_cut" not in kinds
        assert not kinds >= {"rolling_deployment", "kill_service"}


def test_every_kind_of_fault_can_be_done() -> None:
    for kind in KINDS:
        assert [part for part in PARTS if hasattr(part, kind)], kind


def test_a_fault_says_what_it_is() -> None:
    fault = Fault("alarm", "broker", 0, "disk", 0.0, 1.5, 10)
    assert str(fault) == "alarm (disk) for 1.5 s"


@pytest.mark.parametrize("seed", range(30))
def test_every_kind_of_fault_but_the_lengthy_ones_fits_into_a_minute_of_short_storms(seed: int) -> None:
    storms = once_each(seed, copies=COPIES)
    assert {fault.kind for storm in storms for fault in storm.faults} == set(KINDS) - LENGTHY - OF_INVOICES
    assert sum(storm.calm + storm.lasts for storm in storms) < 40
