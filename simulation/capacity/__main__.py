"""``./dev capacity``: how many servers a number of customers needs."""

import argparse
import sys
from pathlib import Path

from simulation.capacity.plan import COUNTRY, read_plan
from simulation.capacity.servers import servers_of


def main() -> int:
    """Print what each system of a plan needs."""
    parser = argparse.ArgumentParser(
        prog="./dev capacity", description="Servers for a number of customers, by figures that were measured."
    )
    parser.add_argument("--plan", type=Path, default=COUNTRY, help="a file like simulation/capacity/country.yaml")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    plan = read_plan(arguments.plan)
    servers = 0
    for system in plan.systems:
        found = servers_of(system, plan, arguments.seed)
        servers += len(found.names)
        cores = ", ".join(f"{process} {count}" for process, count in found.cores.items())
        sys.stdout.write(
            f"{system.name}: {system.customers:,} customers, {found.per_second:.0f} collections a second in the peak"
            " hour\n"
            f"  cores: {cores}; {sum(found.cores.values())} in all\n"
            f"  a collection waits {found.wait_p99_ms:.0f} ms for a core (p99) beside a bill run of "
            f"{found.run_minutes:.0f} minutes\n"
            f"  disks: {found.gigabytes:,.0f} GB with {plan.month.months_kept} months, {found.of_it_events:,.0f} of"
            " them events\n"
            f"  servers: {', '.join(found.names)}\n"
        )
    sys.stdout.write(
        f"{sum(system.customers for system in plan.systems):,} customers: {servers} servers of "
        f"{plan.wanted.cores_of_a_server} cores\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
