"""The text of a message, from an event or with the debt of a later moment. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notify.domain.kinds import Kind, KindRule
from services.notify.domain.reminders import DueReminder, NewReminder, Parameters
from services.notify.texts.parameters import (
    away_parameters,
    debt_parameters,
    receipt_parameters,
    sample_parameters,
    sms_amount,
    thanks_parameters,
)
from services.notify.texts.templates import ACCENTED, Rendered, Templates
from shared.contracts.billing import NoticeIssued
from shared.contracts.notify import ReminderState, SendReceiptLink
from shared.contracts.receipt import Receipt
from shared.ids import new_id

_NO_WISHES = KindRule()
_TRIAL_LASTS = timedelta(minutes=5)
"""Whoever tries a provider out waits for the SMS: it must not leave hours later."""


@dataclass(frozen=True)
class ReminderTexts:
    """All templates, and the language in which messages are sent."""

    templates: Templates
    language: str = "vi"

    def language_of(self, rule: KindRule) -> str:
        """Return the language of the texts that a rule wants."""
        language = rule.language or self.language
        return ACCENTED if language == "vi" and rule.accents else language

    def reminder(
        self, notice: NoticeIssued, debt: int, due_at: datetime, kind: Kind = Kind.AWAY, rule: KindRule = _NO_WISHES
    ) -> NewReminder:
        """Return the reminder of a visit, due at ``due_at``; ``debt`` is what the customer owes now."""
        parameters, language = away_parameters(notice, debt), self.language_of(rule)
        rendered = self.templates.render(kind, language, parameters)
        return NewReminder(
            reminder_id=new_id(),
            customer_code=notice.customer.customer_code,
            visit_id=notice.visit_id,
            template=rendered.template,
            template_version=rendered.version,
            language=language,
            parameters=parameters,
            phone=notice.customer.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=notice.issued_at,
            due_at=due_at,
            unit_code=notice.customer.unit.unit_code,
            expires_at=notice.appointment if kind is Kind.PROMISED else None,
        )

    def receipt_link(self, request: SendReceiptLink, moment: datetime, rule: KindRule = _NO_WISHES) -> NewReminder:
        """Return the message with the link of a receipt, due at ``moment``."""
        parameters, language = receipt_parameters(request), self.language_of(rule)
        rendered = self.templates.render(Kind.RECEIPT, language, parameters)
        return NewReminder(
            reminder_id=request.link_id,
            customer_code=request.customer_code,
            visit_id=None,
            template=rendered.template,
            template_version=rendered.version,
            language=language,
            parameters=parameters,
            phone=request.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=moment,
            due_at=moment,
            receipt_id=request.receipt_id,
            payment_id=request.payment_id,
            requested_by=request.requested_by,
        )

    def thanks(
        self, receipt: Receipt, unit_name: str, unit_code: str, phone: str, moment: datetime, rule: KindRule
    ) -> NewReminder:
        """Return the thanks for a payment with the link of its receipt, due at ``moment``."""
        parameters, language = thanks_parameters(receipt, unit_name), self.language_of(rule)
        rendered = self.templates.render(Kind.PAID, language, parameters)
        return NewReminder(
            reminder_id=new_id(),
            customer_code=receipt.customer_code,
            visit_id=None,
            template=rendered.template,
            template_version=rendered.version,
            language=language,
            parameters=parameters,
            phone=phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=receipt.issued_at,
            due_at=moment,
            receipt_id=receipt.receipt_id,
            payment_id=receipt.payment_id,
            requested_by="notify",
            unit_code=unit_code,
        )

    def trial(
        self, kind: Kind, language: str, phone: str, moment: datetime, *, through: str | None, by: str
    ) -> NewReminder:
        """Return an SMS that tries a provider out: the text of a kind with the values of no customer."""
        parameters = sample_parameters(moment)
        rendered = self.templates.render(kind, language, parameters)
        return NewReminder(
            reminder_id=new_id(),
            customer_code="",
            visit_id=None,
            template=rendered.template,
            template_version=rendered.version,
            language=language,
            parameters=parameters,
            phone=phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=moment,
            due_at=moment,
            requested_by=by,
            unit_code="",
            expires_at=moment + _TRIAL_LASTS,
            is_trial=True,
            through=through,
        )

    def with_debt(self, due: DueReminder) -> tuple[Parameters, Rendered]:
        """Return parameters and text of a reminder with what the customer owes now, where it is about a debt."""
        if due.debt_due_on is not None:
            parameters = dict(debt_parameters(due))
        else:
            parameters = dict(due.parameters)
            if due.debt is not None:
                parameters["amount"] = sms_amount(due.debt)
        return parameters, self.templates.render(due.template, due.language, parameters)
