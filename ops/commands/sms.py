"""``thungan sms``: what the sandbox has sent; and its commands."""

import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ops.commands import sms_ported
from ops.commands.sms_backfill import backfill
from ops.commands.sms_language import language
from ops.commands.sms_preview import preview
from ops.commands.sms_providers import providers
from ops.commands.sms_report import report
from ops.commands.sms_send_test import send_test
from ops.console import JsonOption, print_json, print_line, print_table
from ops.system import sms_folder
from services.notify.providers.sandbox import SandboxSms, read_sandbox

app = typer.Typer(add_completion=False)
app.command("backfill")(backfill)
app.command("language")(language)
app.add_typer(sms_ported.app, name="ported")
app.command("preview")(preview)
app.command("providers")(providers)
app.command("report")(report)
app.command("send-test")(send_test)

_POLL_SECONDS = 0.5


@app.callback(invoke_without_command=True)
def sms(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="The sandbox's folder; that of the local system if left out.")
    ] = None,
    phone: Annotated[str, typer.Option("--phone", help="Only numbers that end so.")] = "",
    last: Annotated[int, typer.Option("--last", help="Only so many of the latest.", min=1)] = 1_000_000,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Wait for more until Ctrl-C.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the SMS that left for the operator (in the sandbox: that would have left)."""
    if context.invoked_subcommand is not None:
        return
    place = folder or sms_folder()
    sent = read_sandbox(place)
    shown = _matching(sent, phone)[-last:]
    if as_json and not follow:
        print_json([asdict(one) for one in shown])
        return
    if not follow:
        print_table(
            f"SMS in {place}",
            ["accepted (UTC)", "phone", "parts", "text"],
            [[one.accepted_at[:19], one.phone, one.segments, one.text] for one in shown],
            right=["parts"],
            empty=f"No SMS has been sent yet ({place}).",
        )
        return
    while True:
        for one in shown:
            if as_json:
                print_json(asdict(one))
            else:
                print_line(f"{one.accepted_at[:19]}  {one.phone}  {one.text}")
        time.sleep(_POLL_SECONDS)
        new = read_sandbox(place, skip=len(sent))
        sent += new
        shown = _matching(new, phone)


def _matching(sent: list[SandboxSms], phone: str) -> list[SandboxSms]:
    digits = "".join(filter(str.isdigit, phone)).removeprefix("0")
    return [one for one in sent if one.phone.endswith(digits)]
