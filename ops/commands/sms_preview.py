"""``thungan sms preview``: the messages that a customer would get, with the data of this moment."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from ops.console import JsonOption, fail, print_json, print_line, typed_code
from ops.option_groups import SmsConfigurationOption
from ops.requests import build_request, send_request
from services.notify.domain.kinds import Kind, KindRule, MessageRule, kind_rule
from services.notify.providers.configuration import ConfigurationError, SmsConfiguration, load_configuration
from services.notify.settings import NotifySettings
from services.notify.texts.parameters import (
    sms_amount,
    sms_appointment,
    sms_date,
    sms_day,
    sms_period,
    sms_phone,
)
from services.notify.texts.reminder_texts import ReminderTexts
from services.notify.texts.template_file import load_templates
from services.notify.texts.templates import Rendered, TemplateError
from shared.clock import VIETNAM, business_day, now
from shared.contracts.billing import BillState, CustomerAccount, GetAccount
from shared.contracts.customer import CustomerDetails, GetCustomer
from shared.contracts.receipt import GetReceipt, Receipt
from shared.phones import operator_of
from shared.problems import NotFound
from shared.rule_files import RuleFileError, load_rules

_RULES_FILE = NotifySettings.model_fields["message_rules_file"].default


@dataclass(frozen=True)
class Previewed:
    """One message as it would leave now."""

    kind: str
    switched_on: bool
    language: str
    version: int
    form: int
    encoding: str
    units: int
    segments: int
    text: str
    registered: dict[str, str]
    """Provider → its id of the template; only those that have one."""


def preview(
    code: Annotated[str, typer.Argument(callback=typed_code, help="Customer code.")],
    kind: Annotated[Kind | None, typer.Option("--kind", help="Only this kind; all if left out.")] = None,
    language: Annotated[
        Literal["vi", "vi-accents", "en"] | None,
        typer.Option("--language", help="In place of that of the customer or unit."),
    ] = None,
    rules: Annotated[
        Path, typer.Option("--rules", help="File of message kinds.", envvar="THUNGAN_MESSAGE_RULES_FILE")
    ] = _RULES_FILE,
    configuration: SmsConfigurationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the messages that a customer would get, as text and in segments; nothing is sent."""
    try:
        known = load_rules(rules, MessageRule)
        providers = load_configuration(configuration) if configuration else None
    except (RuleFileError, ConfigurationError) as error:
        fail(str(error), 2)
    details = send_request(build_request(GetCustomer, customer_code=code))
    account = send_request(build_request(GetAccount, customer_code=code, history=5))
    texts, moment = ReminderTexts(load_templates()), now()
    found = []
    for one in [kind] if kind else list(Kind):
        rule = kind_rule(known, details.facts.unit.unit_code, one, business_day(moment))
        parameters = _parameters(details, account, _last_receipt(account), rule, moment)
        wanted = language or details.facts.sms_language or texts.language_of(rule)
        try:
            rendered = texts.templates.render(one, wanted, parameters)
        except TemplateError as error:
            fail(str(error))
        found.append(_previewed(one, rule, wanted, rendered, parameters, providers))
    if as_json:
        print_json([asdict(one) for one in found])
        return
    phone = details.facts.phone
    operator = operator_of(phone) if phone else None
    print_line(f"To {phone or 'no number'}{f' ({operator})' if operator else ''}")
    for shown in found:
        _print(shown)


def _print(shown: Previewed) -> None:
    on = "" if shown.switched_on else ", not switched on for the unit"
    print_line()
    print_line(f"{shown.kind} (version {shown.version}, {shown.language}, form {shown.form}{on})")
    print_line(f"  {shown.text}")
    print_line(f"  {shown.encoding}, {shown.units} units, {shown.segments} segment{'s' if shown.segments > 1 else ''}")
    for provider, template in shown.registered.items():
        print_line(f"  {provider}: template {template}")


def _previewed(
    kind: Kind,
    rule: KindRule,
    language: str,
    rendered: Rendered,
    parameters: dict[str, str | None],
    providers: SmsConfiguration | None,
) -> Previewed:
    filled = [name for name, value in parameters.items() if value]
    registered = {}
    for provider in providers.providers if providers else ():
        template = provider.template_for(kind, rendered.version, language, rendered.form, filled)
        if template is not None:
            registered[provider.name] = template.id
    size = rendered.size
    return Previewed(
        kind=kind.value,
        switched_on=rule.switched_on,
        language=language,
        version=rendered.version,
        form=rendered.form,
        encoding=size.encoding.value,
        units=size.units,
        segments=size.segments,
        text=rendered.text,
        registered=registered,
    )


def _last_receipt(account: CustomerAccount) -> Receipt | None:
    """Return the receipt of the last payment that has one."""
    for payment in account.payments:
        if payment.receipt_id is not None:
            try:
                return send_request(build_request(GetReceipt, receipt_id=payment.receipt_id)).receipt
            except NotFound:
                continue
    return None


def _parameters(
    details: CustomerDetails, account: CustomerAccount, receipt: Receipt | None, rule: KindRule, moment: datetime
) -> dict[str, str | None]:
    """Return every parameter that a template can have. What has not happened yet is shown as it would be."""
    facts = details.facts
    open_bills = [bill for bill in account.bills if bill.state is BillState.OPEN and not bill.is_disputed]
    open_bills = open_bills or account.bills
    disputed = account.account.disputed
    due = account.account.oldest_due_date if disputed is None else disputed.other_due_date
    due = due or (open_bills[0].due_date if open_bills else business_day(moment))
    cut_at = datetime.combine(business_day(moment), rule.at, VIETNAM) + timedelta(hours=rule.hours_to_cut)
    appointment = details.appointment or moment + timedelta(days=1)
    return {
        "unit": facts.unit.name,
        "unit_phone": sms_phone(facts.unit.phone),
        "customer_code": facts.customer_code,
        "amount": sms_amount(account.account.debt - (0 if disputed is None else disputed.debt)),
        "period": sms_period([(bill.year, bill.month) for bill in open_bills] or [_month(due)]),
        "date": sms_date(moment),
        "due_date": sms_day(due),
        "collector_name": facts.collector.name,
        "collector_phone": sms_phone(facts.collector.phone),
        "appointment": sms_appointment(appointment),
        "cut_at": sms_appointment(cut_at),
        "receipt": f"{receipt.series} {receipt.number:08d}" if receipt else "BN26-AA 00000000",
        "address": (receipt.short_url or receipt.url) if receipt else "https://.../r/XXXXXXXXXXXX",
        "invoice_link": "https://.../hd/XXXXXXXXXXXXXXXX" if rule.invoice_link else None,
    }


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
