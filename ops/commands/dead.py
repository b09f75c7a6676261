"""``thungan dead``: the events that a service dead-lettered. List them, look at one, send them again, drop them."""

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.dead_letters import Selection, age, audit_log, select_letters, session_of
from ops.operators import operator_name
from ops.option_groups import spread
from ops.pace import paced
from ops.runner import run
from ops.system import find_system
from shared.clock import now
from shared.logging import mask
from shared.messaging.dead_letters import LOOKED_AT, DeadLetter

app = typer.Typer(add_completion=False, help="Events that a service dead-lettered: list, show, redrive, drop.")

ServiceOption = Annotated[str | None, typer.Option("--service", help="Only of this service.")]
MessageOption = Annotated[str | None, typer.Option("--message", help="Only this event, such as payment.recorded.")]
ReasonOption = Annotated[str | None, typer.Option("--reason", help="Only those dead-lettered for this reason.")]
OlderOption = Annotated[
    float | None, typer.Option("--older-than", min=0, metavar="HOURS", help="Only those dead for so long.")
]
LimitOption = Annotated[int, typer.Option("--limit", min=1, max=LOOKED_AT, help="So many at most, the oldest first.")]
LetterArgument = Annotated[str | None, typer.Argument(help="Only the one with this id.")]


@app.callback(invoke_without_command=True)
def dead(context: typer.Context) -> None:
    """List what is dead when nothing else is asked for."""
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_(
    service: ServiceOption = None,
    message: MessageOption = None,
    reason: ReasonOption = None,
    each: Annotated[bool, typer.Option("--each", help="Every one with its id, instead of counts.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Count the dead letters of each service by event and reason, with the age of the oldest."""
    run(_list(Selection(service, message, reason), each=each, as_json=as_json))


@app.command()
def show(
    letter: Annotated[str, typer.Argument(help="Id of the event, from `thungan dead list --each`.")],
    service: ServiceOption = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="With names, phone numbers and addresses.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show one dead letter: why it died, its headers and its content."""
    run(_show(Selection(service, letter=letter), unmasked=unmasked, as_json=as_json))


@dataclass(frozen=True)
class Chosen:
    """Which dead letters are meant, and how many at most."""

    letter: LetterArgument = None
    service: ServiceOption = None
    message: MessageOption = None
    reason: ReasonOption = None
    older_than: OlderOption = None
    limit: LimitOption = LOOKED_AT

    @property
    def selection(self) -> Selection:
        """The same for a search."""
        older_than = None if self.older_than is None else timedelta(hours=self.older_than)
        return Selection(self.service, self.message, self.reason, self.letter, older_than)


@app.command()
@spread
def redrive(
    chosen: Chosen,
    *,
    rate: Annotated[float, typer.Option("--rate", min=0.1, max=1000, help="So many a second.")] = 20.0,
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")] = "",
    why: Annotated[str, typer.Option("--why", callback=free_text, help="What was put right, for the records.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Send dead letters through their service's queue once more, as if for the first time.

    Put the cause right before: what fails again comes back. What had taken effect already takes none again.
    """
    selection = chosen.selection
    done = run(_redrive(selection, limit=chosen.limit, rate=rate, by=by or operator_name(), why=why))
    _print_done(done, "redriven", "sent again", selection, as_json=as_json)


@app.command()
@spread
def drop(
    chosen: Chosen,
    *,
    why: Annotated[str, typer.Option("--why", callback=free_text, help="Why nothing is lost by it, for the records.")],
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Throw dead letters away for good; who, when, which and why are written down first."""
    selection = chosen.selection
    if selection == Selection():
        fail("name them by an id, --service, --message, --reason or --older-than", 2)
    if not yes and not sys.stdin.isatty():
        fail("nobody is there to ask: look at them with `thungan dead list`, then give --yes", 2)
    done = run(_drop(selection, limit=chosen.limit, by=by or operator_name(), why=why, ask=not yes))
    _print_done(done, "dropped", "dropped", selection, as_json=as_json)


async def _list(selection: Selection, *, each: bool, as_json: bool) -> None:
    system = find_system()
    async with session_of(system) as session:
        letters = await select_letters(session, selection)
    moment = now()
    if each:
        rows = [_facts(letter) for letter in letters]
        columns = ["id", "service", "message", "reason", "error", "attempts", "dead_at"]
    else:
        rows = []
        for key, group in groupby(sorted(letters, key=_group), _group):
            members = list(group)
            oldest = age(members, moment)
            facts = dict(zip(("service", "message", "reason"), key, strict=True))
            rows.append({**facts, "count": len(members), "oldest_seconds": oldest and round(oldest.total_seconds())})
        columns = ["service", "message", "reason", "count", "oldest_seconds"]
    if as_json:
        print_json(rows)
        return
    print_table(
        "Dead letters",
        ["oldest" if column == "oldest_seconds" else column.replace("_", " ") for column in columns],
        [[_readable(column, row[column]) for column in columns] for row in rows],
        right=["count", "attempts"],
        empty="There are no dead letters.",
    )


async def _show(selection: Selection, *, unmasked: bool, as_json: bool) -> None:
    async with session_of(find_system()) as session:
        letters = await select_letters(session, selection)
    if not letters:
        fail(f"no dead letter {selection.letter}")
    shown = []
    for letter in letters:
        # Bytes that cannot be read may hold anything; masked, only their hash is shown.
        content = letter.content
        readable = not (isinstance(content, dict) and set(content) == {"base64"})
        body = content if unmasked else mask(content) if readable else "not JSON; --unmasked shows its bytes"
        headers = letter.headers if unmasked else mask(letter.headers)
        shown.append({**_facts(letter), "body_sha256": letter.body_hash, "headers": headers, "body": body})
    if as_json:
        print_json(shown)
        return
    for one in shown:
        for name, value in one.items():
            if name in {"headers", "body"}:
                print_line(f"{name}:\n{json.dumps(value, indent=2, ensure_ascii=False, default=str)}")
            else:
                print_line(f"{name.replace('_', ' ')}: {'' if value is None else value}")


async def _redrive(selection: Selection, *, limit: int, rate: float, by: str, why: str) -> list[DeadLetter]:
    system, log = find_system(), audit_log()
    done: list[DeadLetter] = []
    async with session_of(system) as session:
        async for letter in paced((await select_letters(session, selection))[:limit], rate):
            log.record("redriven", letter, by=by, why=why)
            await session.redrive(letter)
            done.append(letter)
    return done


async def _drop(selection: Selection, *, limit: int, by: str, why: str, ask: bool) -> list[DeadLetter]:
    system, log = find_system(), audit_log()
    async with session_of(system) as session:
        letters = (await select_letters(session, selection))[:limit]
        if ask and letters:
            await asyncio.to_thread(typer.confirm, f"Drop {len(letters)} dead letters for good?", abort=True, err=True)
        for letter in letters:
            log.record("dropped", letter, by=by, why=why)
            await session.drop(letter)
    return letters


def _print_done(done: list[DeadLetter], key: str, words: str, selection: Selection, *, as_json: bool) -> None:
    if selection.letter is not None and not done:
        fail(f"no dead letter {selection.letter}")
    if as_json:
        print_json({key: [letter.id for letter in done]})
    else:
        print_line(f"{len(done)} dead letter{'' if len(done) == 1 else 's'} {words}")


def _facts(letter: DeadLetter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "service": letter.service,
        "message": letter.kind,
        "reason": letter.reason,
        "error": letter.error,
        "attempts": letter.attempt,
        "redriven": letter.redriven,
        "dead_at": None if letter.dead_at is None else letter.dead_at.isoformat(timespec="seconds"),
    }


def _group(letter: DeadLetter) -> tuple[str, str, str]:
    return letter.service, letter.kind, letter.reason


def _readable(column: str, value: Any) -> Any:
    return str(timedelta(seconds=value)) if column == "oldest_seconds" and value is not None else value
