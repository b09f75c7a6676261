"""``python -m simulation.tax_authority --port N [--token TEXT]``: play provider and tax authority until stopped."""

import argparse
import asyncio
import sys

from simulation.tax_authority.stand_in import StandIn
from simulation.termination import interrupt_on_sigterm


async def _serve(stand_in: StandIn, port: int) -> None:
    async with stand_in.serving(port):
        sys.stdout.write(f"{stand_in.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> int:
    """Serve; the first line on standard output is the address."""
    parser = argparse.ArgumentParser(prog="python -m simulation.tax_authority", description="Play the tax authority.")
    parser.add_argument("--port", type=int, default=0, help="a free one if left out")
    parser.add_argument("--token", default="", help="what requests have to bear")
    arguments = parser.parse_args()
    interrupt_on_sigterm()
    try:
        asyncio.run(_serve(StandIn(arguments.token), arguments.port))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
