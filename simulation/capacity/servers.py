"""How many cores and servers a system needs, and how long its bill run takes beside people who pay. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from simulation.capacity.plan import Plan, System
from simulation.capacity.queues import p99, waits

_COLLECTIONS = 20_000
_DATABASE, _BROKER = "postgresql", "rabbitmq"


@dataclass(frozen=True, slots=True)
class Servers:
    """What a system needs."""

    system: System
    per_second: float
    """Collections in the peak hour; payments that come from elsewhere count as the part that they cost."""
    cores: Mapping[str, int]
    """Of each kind of process, all copies together."""
    wait_p99_ms: float
    """For a core, with a bill run beside it."""
    run_minutes: float
    """From the readings to bills that are released, in the peak hour."""
    gigabytes: float
    """On the disks of the databases when all months that are kept are there."""
    of_it_events: float
    names: tuple[str, ...]
    """Of the servers."""


def servers_of(system: System, plan: Plan, seed: int) -> Servers:
    """Return what a system needs so that its peak hour holds beside a bill run."""
    per_second = _per_second(system, plan)
    work = plan.measured.collection
    beside = _cores_of_a_run(plan)
    cores = {
        process: math.ceil(per_second * mean / 1000 / plan.wanted.utilization + beside.get(process, 0))
        for process, mean in work.items()
    }
    while True:
        # What a run takes is not there for people: it is at work all the time.
        left = {process: max(1, count - math.ceil(beside.get(process, 0))) for process, count in cores.items()}
        found = p99(waits(per_second, work, left, _COLLECTIONS, seed))
        if found <= plan.wanted.wait_p99_ms:
            break
        tightest = max(work, key=lambda process: per_second * work[process] / 1000 / left[process])
        cores[tightest] += 1
    payments, kept = system.customers, plan.month.months_kept
    events = payments * plan.measured.bytes["events_of_a_payment"] * plan.measured.event_days / 30
    rows = system.customers * kept * (plan.measured.bytes["bill"] + plan.measured.bytes["payment"])
    run_us = sum(plan.measured.run.values())
    return Servers(
        system,
        per_second,
        cores,
        found,
        system.customers * run_us / 1e6 / plan.measured.workers_of_a_run / 60,
        (events + rows) / 1e9,
        events / 1e9,
        _names(system, cores, plan),
    )


def _per_second(system: System, plan: Plan) -> float:
    month = plan.month
    cost = month.at_the_door + (1 - month.at_the_door) * plan.measured.share_of_other_payment
    return system.customers * cost / (month.paid_days * month.hours_of_a_day * 3600) * month.peak_hour


def _cores_of_a_run(plan: Plan) -> dict[str, float]:
    """Return how many cores of each process a run keeps at work, with all of its messages under way."""
    whole = sum(plan.measured.run.values())
    return {process: plan.measured.workers_of_a_run * us / whole for process, us in plan.measured.run.items()}


def _names(system: System, cores: Mapping[str, int], plan: Plan) -> tuple[str, ...]:
    """Return the names of servers: databases and their standby, brokers, and what runs the services."""
    size = plan.wanted.cores_of_a_server
    databases = max(1, math.ceil(cores[_DATABASE] / size))
    services = sum(count for process, count in cores.items() if process not in (_DATABASE, _BROKER))
    # One more than is needed: one may be down, or be brought up to date.
    apps = math.ceil(services / size) + 1
    kinds = (("db", databases), ("standby", databases), ("mq", plan.wanted.servers_of_a_broker), ("app", apps))
    return tuple(f"{system.name}-{kind}-{number}" for kind, count in kinds for number in range(1, count + 1))
