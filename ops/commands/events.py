"""``thungan events``: events that were sent and that a service has not consumed; send them to it again."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Annotated, Any

import typer

from ops.archive import Selection, missing_events, open_sender
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.dead_letters import Selection as DeadSelection
from ops.dead_letters import audit_log, select_letters, session_of
from ops.operators import operator_name
from ops.pace import paced
from ops.runner import run
from ops.system import SERVICES, find_system
from shared.messaging.archive import SentEvent

app = typer.Typer(
    add_completion=False,
    help="Events that were sent and not consumed: send them again (resend), or only count them (resend --dry-run).",
)

_WHEN = "2026-11-28T14:30+07:00"


@app.callback()
def events() -> None:
    """Keep ``resend`` a command of its own."""


@app.command()
def resend(
    consumer: Annotated[str | None, typer.Option("--consumer", help="Only what this service has not consumed.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="Only what this service emitted.")] = None,
    message: Annotated[str | None, typer.Option("--message", help="Only this event, such as payment.recorded.")] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="TIME", help=f"Sent after, like {_WHEN}.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="TIME", help=f"Sent before, like {_WHEN}.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="So many at most, the oldest first.")] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.1, max=5000, help="So many a second.")] = 100.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")] = "",
    why: Annotated[str, typer.Option("--why", callback=free_text, help="What was lost, for the records.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Send what a service has not consumed to it again, from the archives of those who emitted it.

    Events are kept for 30 days; dead letters are left out (thungan dead redrive). What is under way is not consumed yet
    either: sent twice, it takes effect once.
    """
    selection = Selection(consumer, service, message, _moment("--since", since), _moment("--until", until))
    found = run(resend_events(selection, limit=limit, rate=rate, dry_run=dry_run, by=by or operator_name(), why=why))
    counts = _counts(found)
    if as_json:
        print_json({"resent": 0 if dry_run else len(found), "not_consumed": len(found), "events": counts})
        return
    columns = ["consumer", "service", "message", "count", "oldest", "newest"]
    print_table(
        "Sent and not consumed",
        columns,
        [[row[column] for column in columns] for row in counts],
        right=["count"],
        empty="Everything that was sent has been consumed.",
    )
    if found:
        events = f"{len(found)} event{'' if len(found) == 1 else 's'}"
        print_line(f"{events} would be sent again" if dry_run else f"{events} sent again")


async def resend_events(
    selection: Selection, *, limit: int | None, rate: float, dry_run: bool, by: str, why: str
) -> list[SentEvent]:
    """Send what was not consumed again, the oldest first; returns it. Each is written down before it is sent."""
    system = find_system()
    # By the event and the service on which it died.
    async with session_of(system) as session:
        dead = {
            (letter.service, letter.id) for letter in await select_letters(session, DeadSelection(selection.consumer))
        }
    urls = {service: system.database_url(service) for service in SERVICES}
    found = [event async for event in missing_events(urls, selection) if (event.consumer, event.id) not in dead]
    found.sort(key=sent_again_in_order)
    found = found[:limit]
    if dry_run or not found:
        return found
    log = audit_log()
    async with open_sender(system) as sender:
        async for event in paced(found, rate):
            log.record_resent(event, by=by, why=why)
            await sender.send(event)
    return found


def sent_again_in_order(event: SentEvent) -> tuple[bool, datetime]:
    """Return what events are sorted by: invoices first, whose numbers the receipts of payments quote; then by time."""
    return event.emitter != "invoice", event.published_at


def _counts(found: Iterable[SentEvent]) -> list[dict[str, Any]]:
    def group(event: SentEvent) -> tuple[str, str, str]:
        return event.consumer, event.emitter, event.kind

    rows = []
    for key, members in groupby(sorted(found, key=group), group):
        moments = sorted(event.published_at for event in members)
        rows.append(
            {
                **dict(zip(("consumer", "service", "message"), key, strict=True)),
                "count": len(moments),
                "oldest": moments[0].isoformat(timespec="seconds"),
                "newest": moments[-1].isoformat(timespec="seconds"),
            }
        )
    return rows


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fail(f"{option} {text!r} is no time with its zone, like {_WHEN}", 2)
    return moment
