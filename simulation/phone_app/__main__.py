"""``./dev screenshots``: a picture of every screen of the phone app and of the office, made on the real system."""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

from simulation.phone_app.environment import app_environment
from simulation.termination import interrupt_on_sigterm
from stack.processes import StackError
from stack.state import PROJECT

_SCRIPTS = ("tests/browser/app/screenshots.ts", "tests/browser/office/screenshots.ts")


async def _run(folder: Path, namespace: str, browser: str, *, stay: bool) -> int:
    async with app_environment(namespace, folder) as environment:
        variables = {
            **os.environ,
            **environment.variables(),
            "THUNGAN_BROWSER": browser,
            "THUNGAN_SCREENSHOTS": str(folder),
        }
        if stay:
            for name, value in environment.variables().items():
                sys.stdout.write(f"export {name}='{value}'\n")
            sys.stdout.write(f"export THUNGAN_SCREENSHOTS='{folder}'\n")
            sys.stdout.flush()
            await asyncio.Event().wait()
        results = []
        for script in _SCRIPTS:
            process = await asyncio.create_subprocess_exec(PROJECT / "dev", "web", "node", script, env=variables)
            results.append(await process.wait())
        return max(results)


def main() -> int:
    """Make the pictures; 0 when every screen was reached."""
    parser = argparse.ArgumentParser(prog="./dev screenshots", description="A picture of every screen of the apps.")
    parser.add_argument("--out", type=Path, default=PROJECT / ".local" / "screenshots", metavar="FOLDER")
    parser.add_argument("--namespace", default="screenshots")
    parser.add_argument("--stay", action="store_true", help="start the system only, and print what scripts need")
    arguments = parser.parse_args()
    shutil.rmtree(arguments.out, ignore_errors=True)
    arguments.out.mkdir(parents=True)
    interrupt_on_sigterm()
    try:
        browser = subprocess.run([PROJECT / "dev", "web", "browser"], check=True, stdout=subprocess.PIPE, text=True)
        stay: bool = arguments.stay
        return asyncio.run(_run(arguments.out.resolve(), arguments.namespace, browser.stdout.strip(), stay=stay))
    except KeyboardInterrupt:
        return 130
    except StackError as error:
        sys.stderr.write(f"screenshots: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
