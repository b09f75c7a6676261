"""``thungan status``: is every copy of every service ready?"""

import asyncio
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import aiohttp
import typer

from ops.console import JsonOption, print_json, print_table
from ops.runner import run
from ops.system import find_system

app = typer.Typer(add_completion=False)


@dataclass(frozen=True)
class CopyStatus:
    """What one copy answered on ``/readyz``."""

    copy: str
    url: str
    ready: bool
    detail: str


@app.command()
def status(
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds to wait for each answer.", min=0.1)] = 3.0,
    as_json: JsonOption = False,
) -> None:
    """Ask every copy of every service whether it can do its work; the exit code is 0 only when all can."""
    found = run(_ask_all(find_system().http_urls(), timeout))
    if as_json:
        print_json([asdict(one) for one in found])
    else:
        print_table(
            "Services",
            ["copy", "address", "ready", "detail"],
            [[one.copy, one.url, "yes" if one.ready else "NO", one.detail] for one in found],
        )
    if not all(one.ready for one in found):
        raise typer.Exit(1)


async def _ask_all(urls: dict[str, str], timeout: float) -> list[CopyStatus]:  # noqa: ASYNC109 - aiohttp's own
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=timeout)) as session:
        return await asyncio.gather(*(_ask(session, copy, url) for copy, url in urls.items()))


async def _ask(session: aiohttp.ClientSession, copy: str, url: str) -> CopyStatus:
    try:
        async with session.get(f"{url}/readyz") as answer:
            return CopyStatus(copy, url, answer.status == 200, _not_ready(await answer.json(content_type=None)))
    except TimeoutError:
        return CopyStatus(copy, url, ready=False, detail="no answer in time")
    except (aiohttp.ClientError, ValueError) as error:
        return CopyStatus(copy, url, ready=False, detail=str(error) or type(error).__name__)


def _not_ready(answer: Any) -> str:
    """Return the checks that did not pass, out of whatever a service reports about itself."""
    checks = answer.get("checks", answer) if isinstance(answer, dict) else {}
    return ", ".join(f"{name}: {value}" for name, value in checks.items() if value not in (True, "ok", "ready"))
