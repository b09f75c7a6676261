"""``./dev demo``: a day of collecting bills on the real system."""

import argparse
import asyncio
import shutil
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from simulation.demo.context import open_context
from simulation.demo.report import DemoReport
from simulation.demo.scenario import run_steps
from simulation.demo.sms_provider import report_address, sms_settings
from simulation.occasions import EVERY_VISIT
from simulation.providers.process import stand_in
from simulation.termination import interrupt_on_sigterm
from stack.processes import StackError
from stack.services import LocalSystem
from stack.state import PROJECT

_ANY_HOUR = {"THUNGAN_SMS_OPENS": "00:00", "THUNGAN_SMS_CLOSES": "23:59:59.999999"}
"""The demo may be watched at night; in service, reminders leave between 07:00 and 22:00."""


async def _run(report: DemoReport, folder: Path, *, namespace: str, keep: bool) -> None:
    async with AsyncExitStack() as running:
        with report.step("start", "Six services, a broker, six databases") as step:
            operator = await running.enter_async_context(stand_in("generic", "--record", str(folder / "sms.jsonl")))
            notify = _ANY_HOUR | sms_settings(folder, operator.url)
            system = LocalSystem(namespace, keep=keep, settings={"notify": notify, "customer": EVERY_VISIT})
            await running.enter_async_context(system)
            await operator.report_to(report_address(system.gateway_url))
            step.print(
                f"customer, billing, receipt, notify and gateway run as processes of their own: {system.gateway_url}"
            )
            step.print(f"SMS leave over HTTP to a process that plays a Vietnamese provider: {operator.url}")
            step.check("every service is ready", all(map(system.is_ready, system.addresses.passwords)))
            step.record(gateway=system.gateway_url)
        demo = open_context(system, folder, operator)
        running.push_async_callback(demo.close)
        await run_steps(demo, report)


def main() -> int:
    """Run the demo; 0 only when every step held."""
    parser = argparse.ArgumentParser(prog="./dev demo", description="A day of collecting bills on the real system.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write each step with ok and the facts to FILE")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="where printouts and tokens go", default=None)
    parser.add_argument(
        "--namespace", default="demo", help="name of the system, so that several can be watched at once"
    )
    parser.add_argument("--keep", action="store_true", help="keep the databases for a look with THUNGAN_NAMESPACE=demo")
    arguments = parser.parse_args()
    folder: Path = arguments.out or PROJECT / ".local" / arguments.namespace
    if arguments.out is None:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    report = DemoReport(arguments.json)
    interrupt_on_sigterm()
    try:
        asyncio.run(_run(report, folder, namespace=arguments.namespace, keep=arguments.keep))
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except Exception as error:  # noqa: BLE001  it was printed with its step; here it becomes the exit code
        sys.stderr.write(f"demo: {type(error).__name__}: {error}\n")
    report.end(folder)
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
