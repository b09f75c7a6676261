"""``thungan sms send-test``: one SMS to a number, to see whether a provider works and what it costs."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line
from ops.databases import database
from ops.option_groups import SmsConfigurationOption
from ops.runner import run
from services.notify.domain.kinds import Kind
from services.notify.domain.reminders import NewReminder
from services.notify.providers.configuration import ConfigurationError, load_configuration
from services.notify.store.trials import TrialSms, add_trial, cancel_trial, read_trial
from services.notify.texts.reminder_texts import ReminderTexts
from services.notify.texts.segments import measure
from services.notify.texts.template_file import load_templates
from services.notify.texts.templates import TemplateError
from shared.clock import VIETNAM, now
from shared.contracts.notify import ReminderState
from shared.phones import InvalidPhoneError, is_mobile, normalise

_POLL_SECONDS = 0.2
_UNDER_WAY = {ReminderState.SCHEDULED, ReminderState.SENDING}
_FINE = {ReminderState.SENT, ReminderState.DELIVERED}


def send_test(
    phone: Annotated[str, typer.Argument(help="Your own mobile number, however it is written.")],
    provider: Annotated[
        str | None,
        typer.Option("--provider", help="Only through this one; through the chain of the kind if left out."),
    ] = None,
    kind: Annotated[
        Kind, typer.Option("--kind", help="Whose text is sent, with the values of no customer.")
    ] = Kind.AWAY,
    language: Annotated[Literal["vi", "vi-accents", "en"], typer.Option("--language")] = "vi",
    again: Annotated[bool, typer.Option("--again", help="Also where the number just got a test by this way.")] = False,
    wait: Annotated[float, typer.Option("--wait", min=1, max=600, help="Seconds to wait for the outcome.")] = 60.0,
    report: Annotated[
        float, typer.Option("--report", min=0, max=3600, help="Seconds to wait for the delivery report after it.")
    ] = 0.0,
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records.")] = "operator",
    configuration: SmsConfigurationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send one SMS (or Zalo message) through the running notify service; show what became of it and what it costs.

    It leaves at any hour, counts towards caps and budget, and is recorded as every SMS; a number on the list of
    opt-outs and wrong numbers gets none. The same number gets no second one by the same way within ten minutes.
    """
    number = _mobile(phone)
    if provider is not None and configuration is not None:
        _require_provider(provider, configuration)
    try:
        test = ReminderTexts(load_templates()).trial(kind, language, number, now(), through=provider, by=by)
    except TemplateError as error:
        fail(str(error), 2)
    if (earlier := run(_add(test, again))) is not None:
        fail(
            f"{number} got a test by this way at {earlier.issued_at.astimezone(VIETNAM):%H:%M:%S} ({earlier.state});"
            " --again sends another one"
        )
    found = _settled(test.reminder_id, wait)
    if found.state == ReminderState.SENT and report:
        found = _reported(test.reminder_id, report)
    if as_json:
        print_json(_as_dict(found, number))
    else:
        _print(found, number)
    if found.state not in _FINE:
        raise typer.Exit(1)


def _mobile(phone: str) -> str:
    try:
        number = normalise(phone)
    except InvalidPhoneError as error:
        fail(f"{phone} {error}", 2)
    if not is_mobile(number):
        fail(f"{number} is a landline: it gets no SMS", 2)
    return number


def _require_provider(name: str, configuration: Path) -> None:
    try:
        known = load_configuration(configuration)
    except ConfigurationError as error:
        fail(str(error), 2)
    if known.provider(name) is None:
        fail(f"no provider is named {name}; there are {', '.join(one.name for one in known.providers)}", 2)


def _settled(reminder_id: UUID, seconds: float) -> TrialSms:
    """Return the test once its outcome is known; one that has not left by then is cancelled."""
    found = _poll(reminder_id, seconds, _UNDER_WAY)
    if found.state == ReminderState.SCHEDULED:
        waited_for = found.cause
        run(_cancel(reminder_id))
        found = run(_read(reminder_id))
        if found.state == ReminderState.CANCELLED:
            fail(f"it has not left within {seconds:g} s and is cancelled: {waited_for or 'does notify run?'}")
    return found


def _reported(reminder_id: UUID, seconds: float) -> TrialSms:
    return _poll(reminder_id, seconds, {ReminderState.SENT})


def _poll(reminder_id: UUID, seconds: float, pending: set[ReminderState]) -> TrialSms:
    until = time.monotonic() + seconds
    found = run(_read(reminder_id))
    while found.state in pending and time.monotonic() < until:
        time.sleep(_POLL_SECONDS)
        found = run(_read(reminder_id))
    return found


def _as_dict(found: TrialSms, number: str) -> dict[str, Any]:
    shown = {name: value for name, value in asdict(found).items() if name != "issued_at"}
    return {"phone": number, **shown, "cost": found.cost}


def _print(found: TrialSms, number: str) -> None:
    size = measure(found.text)
    print_line(f"To {number}: {found.text}")
    print_line(
        f"  {size.encoding.value}, {size.units} units, {found.segments} segment{'s' if found.segments > 1 else ''}"
    )
    for one in found.attempts:
        words = [one.outcome or "no answer yet", *([f"id {one.provider_reference}"] if one.provider_reference else [])]
        print_line(f"  {one.provider}: {', '.join(words)}{f' ({one.detail})' if one.detail else ''}")
    print_line(f"{found.state}{f' ({found.cause})' if found.cause else ''}, {found.cost} đồng")


async def _add(test: NewReminder, again: bool) -> TrialSms | None:
    async with database("notify") as connection:
        return await add_trial(connection, test, again=again)


async def _read(reminder_id: UUID) -> TrialSms:
    async with database("notify") as connection:
        return await read_trial(connection, reminder_id)


async def _cancel(reminder_id: UUID) -> None:
    async with database("notify") as connection:
        await cancel_trial(connection, reminder_id)
