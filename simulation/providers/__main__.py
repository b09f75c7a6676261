"""``python -m simulation.providers KIND --port N [--fault …]``: play a provider of SMS until stopped."""

import argparse
import asyncio
import sys
from pathlib import Path

from aiohttp import web

from simulation.providers.faults import Fault
from simulation.providers.kinds import KINDS
from simulation.providers.stand_in import StandIn
from simulation.termination import interrupt_on_sigterm


async def _serve(stand_in: StandIn, port: int) -> None:
    runner = web.AppRunner(stand_in.app(), shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    sys.stdout.write(f"http://127.0.0.1:{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _share(text: str) -> tuple[Fault, float]:
    name, _, share = text.partition("=")
    try:
        return Fault(name), float(share)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not like late=0.01") from None


def main() -> int:
    """Serve; the first line on standard output is the address."""
    parser = argparse.ArgumentParser(prog="python -m simulation.providers", description="Play a provider of SMS.")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--port", type=int, default=0, help="a free one if left out")
    parser.add_argument(
        "--fault", action="append", default=[], type=Fault, choices=list(Fault), help="at every request"
    )
    parser.add_argument(
        "--share", action="append", default=[], type=_share, metavar="FAULT=SHARE", help="at some requests (late=0.01)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of what happens by share")
    parser.add_argument("--report-url", help="address that is called with delivery reports")
    parser.add_argument("--record", type=Path, help="file to which accepted SMS are appended")
    parser.add_argument("--late-seconds", type=float, default=30.0, help="delay of the fault late")
    arguments = parser.parse_args()
    stand_in = StandIn(
        KINDS[arguments.kind](),
        faults=tuple(arguments.fault),
        shares=dict(arguments.share),
        seed=arguments.seed,
        report_url=arguments.report_url,
        record=arguments.record,
        late_seconds=arguments.late_seconds,
    )
    interrupt_on_sigterm()
    try:
        asyncio.run(_serve(stand_in, arguments.port))
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
