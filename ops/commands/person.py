"""``thungan person``: what people ask for about their data, and what is done: export, correct, erase, incidents.

What is asked for stands in a register with the law's clocks. What is held, and why: docs/personal-data.md.
"""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.databases import database
from ops.operators import operator
from ops.personal_data import Erased, as_json, as_text, erase, held_of, until, why
from ops.requests import build_request, send_request, started_bus
from ops.runner import run
from services.customer.store.touched import Scope, Touched, touched
from services.gateway.store.personal_data import looked_at
from shared.clock import VIETNAM, now
from shared.contracts.customer import (
    CorrectPhoneAtDesk,
    GetCustomer,
    GetPersonRequests,
    NotePersonRequest,
    OpenPersonRequest,
    PersonRequest,
    PersonRequestKind,
    PersonRequestStep,
)
from shared.contracts.personal_data import HeldData
from shared.csv_files.export import as_csv
from shared.ids import new_id
from shared.messaging.acts import add_act
from shared.personal_data.kinds import personal_data
from shared.phones import InvalidPhoneError, normalise
from shared.text import plain_code

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Personal data: the register of requests, export, correct, erase, incidents, retention.",
)

Note = Annotated[str, typer.Option("--note", callback=free_text, help="For the register; no more than is needed.")]
RequestId = Annotated[UUID, typer.Argument(help="As `requests` shows it.")]
CustomerArgument = Annotated[str, typer.Argument(callback=typed_code, help="The customer's code.")]


class Step(StrEnum):
    """What can be noted of a request."""

    ACKNOWLEDGE = "acknowledge"
    EXTEND = "extend"
    DONE = "done"
    REFUSE = "refuse"


@app.command("open")
def open_(
    kind: Annotated[PersonRequestKind, typer.Argument(help="What is asked for, or `incident`.")],
    note: Note,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Whose data it is about.")
    ] = None,
    with_processors: Annotated[
        bool, typer.Option("--with-processors", help="Others (SMS, Zalo, a partner) have to do it, too: more time.")
    ] = False,
    received: Annotated[
        str, typer.Option("--received", help="When it came, or the incident was detected: 2026-11-30T08:00. Now.")
    ] = "",
    as_json_: JsonOption = False,
) -> None:
    """Put a request, or an incident, into the register; its clocks run from when it came."""
    if kind not in {PersonRequestKind.INCIDENT, PersonRequestKind.SEE} and customer is None:
        fail("--customer names whose data it is about", 2)
    request = build_request(
        OpenPersonRequest,
        request_id=new_id(),
        kind=kind,
        customer_code=customer,
        note=note,
        with_processors=with_processors,
        received_at=_moment(received),
    )
    opened = send_request(request)
    if as_json_:
        print_json(opened.model_dump(mode="json"))
        return
    print_line(f"{opened.request_id}   {opened.kind}")
    if opened.acknowledge_by is not None:
        print_line(f"to be acknowledged until {_day(opened.acknowledge_by)}, dealt with until {_day(opened.due_at)}")
    else:
        print_line(f"to be told to the authority until {_minute(opened.due_at)}: docs/runbooks/personal-data.md")


@app.command()
def requests(
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    as_json_: JsonOption = False,
) -> None:
    """List the register: what is due first before the others. The exit code is 1 when a clock has run out."""
    found = send_request(GetPersonRequests(open_only=not everything)).requests
    late = [request for request in found if _lateness(request)]
    if as_json_:
        print_json([{**request.model_dump(mode="json"), "late": _lateness(request)} for request in found])
    else:
        print_table(
            "Requests about personal data",
            ["id", "kind", "customer", "received", "acknowledge by", "due", "late", "state", "note"],
            [_row(request) for request in found],
            empty="No request is open." if not everything else "There are no requests.",
        )
    if late:
        raise typer.Exit(1)


@app.command()
def note(request_id: RequestId, step: Step, note: Note, as_json_: JsonOption = False) -> None:
    """Note what was done about a request: acknowledge, extend (once, by as long again), done, refuse."""
    noted = send_request(
        build_request(
            NotePersonRequest, act_id=new_id(), request_id=request_id, step=PersonRequestStep(step.value), note=note
        )
    )
    if as_json_:
        print_json(noted.model_dump(mode="json"))
    else:
        print_line(f"{noted.request_id}   {step}; " + ("ended" if noted.ended_at else f"due {_day(noted.due_at)}"))


@app.command()
def export(
    customer: CustomerArgument,
    out: Annotated[Path, typer.Option("--out", help="Folder for the two files; only you can read them.")],
    as_json_: JsonOption = False,
) -> None:
    """Write all that is held of a person as JSON, and as a text for people."""
    moment, held = run(_export(build_request(GetCustomer, customer_code=customer)))
    paths = [out / f"{customer}.json", out / f"{customer}.txt"]
    for path, text in zip(paths, (as_json(customer, held, moment), as_text(customer, held, moment)), strict=True):
        _write(path, text.encode())
    if as_json_:
        print_json({"files": [str(path) for path in paths]})
    else:
        print_line("\n".join(map(str, paths)))


@app.command()
def correct(
    customer: CustomerArgument,
    phone: Annotated[str, typer.Option("--phone", help="The right number, however it is written.")],
    note: Note,
    as_json_: JsonOption = False,
) -> None:
    """Correct the phone number. Name and address are the list's; an invoice's buyer by `invoices notice` (04/SS)."""
    try:
        number = normalise(phone)
    except InvalidPhoneError as error:
        fail(str(error), 2)
    done = send_request(
        build_request(CorrectPhoneAtDesk, correction_id=new_id(), customer_code=customer, phone=number, reason=note)
    )
    if as_json_:
        print_json({"customer_code": done.customer_code, "correction_id": str(done.correction_id)})
    else:
        print_line(f"The number of {done.customer_code} is corrected.")


@app.command("erase")
def erase_(
    customer: CustomerArgument,
    request: Annotated[
        UUID | None, typer.Option("--request", help="The open request to erase; needed unless there is just one.")
    ] = None,
    finish: Annotated[
        bool, typer.Option("--done/--not-done", help="Note the request as done, unless something is left to do.")
    ] = True,
    as_json_: JsonOption = False,
) -> None:
    """Erase what no law keeps of a person, in every service, and say what is kept and why.

    Can be repeated, also after it was killed: what was erased stays so, and the rest is done.
    """
    asked = build_request(GetPersonRequests, customer_code=customer, open_only=True)
    request_id, result = run(_erase(customer, asked, request, finish=finish))
    if as_json_:
        print_json({"request_id": str(request_id), "customer_code": customer, **result.as_dict()})
        return
    print_table(
        f"Removed of {customer}", ["kind", "rows"], [[one.kind, one.rows] for one in result.removed], empty="Nothing."
    )
    print_table(
        "Held still",
        ["kind", "rows", "why", "until"],
        [[one.kind, len(one.rows) + one.left_off, why(one.kind), until(one.kind)] for one in result.kept],
        empty="Nothing is held of this customer.",
    )
    print_line("Events between the services keep what they said for 30 days, and backups as long as they are kept.")
    print_line("Ask the processors (thungan person processors), and take the number out of the list that is imported.")


@app.command("touched")
def touched_(
    incident: Annotated[UUID, typer.Option("--incident", help="The incident of the register.")],
    out: Annotated[Path, typer.Option("--out", help="The CSV; only you can read it.")],
    unit: Annotated[list[str] | None, typer.Option("--unit", help="Customers of a unit.")] = None,
    route: Annotated[list[str] | None, typer.Option("--route", help="Customers on a route.")] = None,
    collector: Annotated[list[str] | None, typer.Option("--collector", help="A collector's customers.")] = None,
    customer: Annotated[list[str] | None, typer.Option("--customer", help="A customer.")] = None,
    login: Annotated[
        list[str] | None, typer.Option("--login", help="Whom this person of the office has looked at, or changed.")
    ] = None,
    since: Annotated[str, typer.Option("--since", help="With --login: since 2026-11-30T08:00.")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="All customers.")] = False,
    as_json_: JsonOption = False,
) -> None:
    """Write the list of whom an incident touches: code, name, phone number, address, unit."""
    if not (unit or route or collector or customer or login or everybody):
        fail("name whom it touches: --unit, --route, --collector, --customer, --login or --everybody", 2)
    looked = Scope(
        units=_codes(unit),
        routes=_codes(route),
        collectors=_codes(collector),
        customers=_codes(customer),
        everybody=everybody,
    )
    begin = _moment(since) if since else datetime(2000, 1, 1, tzinfo=UTC)
    found = run(_touched(incident, looked, login or [], begin))
    _write(out, as_csv(("customer_code", "name", "phone", "address", "unit_code"), found))
    if as_json_:
        print_json({"incident": str(incident), "people": len(found), "file": str(out)})
    else:
        print_line(f"{len(found):,} people: {out}")


@app.command()
def processors(as_json_: JsonOption = False) -> None:
    """List to whom personal data goes."""
    found = personal_data().processors
    if as_json_:
        print_json([one.model_dump() for one in found])
        return
    print_table(
        "To whom personal data goes",
        ["who", "gets", "why", "erased"],
        [[one.who, one.gets, one.why, one.erased] for one in found],
    )


@app.command()
def kinds(as_json_: JsonOption = False) -> None:
    """List which personal data is held, why, for how long, and what becomes of it when it is to be erased."""
    found = [*personal_data().kinds, *personal_data().shared]
    if as_json_:
        print_json([{**kind.model_dump(mode="json"), "how_long": kind.how_long} for kind in found])
        return
    print_table(
        "Personal data",
        ["kind", "holds", "why", "how long", "erased"],
        [[kind.kind, kind.holds, kind.why, kind.how_long, kind.erased] for kind in found],
    )


async def _export(known: GetCustomer) -> tuple[datetime, list[HeldData]]:
    async with started_bus() as bus:
        await bus.request(known)
        held = await held_of(bus, known.customer_code)
    async with database("gateway") as connection:
        await add_act(connection, "person.exported", known.customer_code, {"kinds": len(held)}, actor=operator())
    return now(), held


async def _erase(
    customer: str, question: GetPersonRequests, request: UUID | None, *, finish: bool
) -> tuple[UUID, Erased]:
    async with started_bus() as bus:
        asked = await bus.request(question)
        fitting = [
            one for one in asked.requests if one.kind is PersonRequestKind.ERASE and request in (None, one.request_id)
        ]
        if len(fitting) != 1:
            fail(
                f"{customer} has {len(fitting)} open requests to erase"
                + (" of this id" if request else "; name one with --request" if fitting else "")
                + ("" if fitting else f": thungan person open erase --customer {customer} --note …"),
                2,
            )
        request_id = fitting[0].request_id
        result = await erase(bus, request_id, customer)
        if finish:
            words = ", ".join(f"{one.kind} {one.rows}" for one in result.removed) or "nothing was left"
            await bus.request(
                NotePersonRequest(
                    act_id=new_id(), request_id=request_id, step=PersonRequestStep.DONE, note=f"Erased: {words}"[:500]
                )
            )
        return request_id, result


async def _touched(incident: UUID, scope: Scope, logins: list[str], since: datetime) -> list[Touched]:
    if logins:
        async with database("gateway") as connection:
            scope = scope.and_customers(await looked_at(connection, logins, since))
    async with started_bus() as bus:
        found = (await bus.request(GetPersonRequests(request_id=incident, open_only=False))).requests
    if [one.kind for one in found] != [PersonRequestKind.INCIDENT]:
        fail("the register has no incident of this id: thungan person open incident --note …", 2)
    async with database("customer") as connection:
        rows = await touched(connection, scope)
        await add_act(connection, "incident.listed", str(incident), {"people": len(rows)}, actor=operator())
    return rows


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _codes(typed: list[str] | None) -> list[str]:
    return [plain_code(code) for code in typed or []]


def _moment(text: str) -> datetime:
    if not text:
        return now()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no moment: write it as 2026-11-30T08:00", 2)
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _lateness(request: PersonRequest) -> str:
    if request.ended_at is not None:
        return ""
    if request.due_at < now():
        return "due"
    if request.acknowledged_at is None and request.acknowledge_by is not None and request.acknowledge_by < now():
        return "acknowledge"
    return ""


def _row(request: PersonRequest) -> list[str]:
    state = "ended" if request.ended_at else "acknowledged" if request.acknowledged_at else "new"
    return [
        str(request.request_id),
        request.kind,
        request.customer_code or "",
        _minute(request.received_at),
        _day(request.acknowledge_by) if request.acknowledge_by else "",
        _minute(request.due_at) if request.acknowledge_by is None else _day(request.due_at),
        _lateness(request),
        f"{request.acts[-1].step}" if request.acts else state,
        request.note,
    ]


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y}"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
