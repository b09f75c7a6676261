"""Short storms of every kind of fault that does not take long."""

from collections.abc import Mapping

from simulation.chaos.plan import KINDS, LENGTHY, OF_INVOICES, Storm, make_plan


def once_each(seed: int, *, copies: Mapping[str, int] | None = None) -> list[Storm]:
    """Return short storms, three faults at a time, until every kind that does not take long has had its turn."""
    missing = set(KINDS) - LENGTHY - OF_INVOICES
    kinds = [kind for kind in KINDS if kind in missing]
    storms = []
    for storm in make_plan(seed, 100, kinds=kinds, copies=copies, at_once=3):
        storms.append(storm)
        missing -= {fault.kind for fault in storm.faults}
        if not missing:
            return storms
    raise AssertionError(f"a plan of 100 s without {missing}")
