"""The text of a message, from an event or with the debt of a later moment. Pure."""

from dataclasses import dataclass, replace
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
from shared.contracts.receipt import ReceiptIssued
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
        blank = self._blank(kind, self.language_of(rule), away_parameters(notice, debt), notice.customer.phone, due_at)
        return replace(
            blank,
            customer_code=notice.customer.customer_code,
            visit_id=notice.visit_id,
            issued_at=notice.issued_at,
            unit_code=notice.customer.unit.unit_code,
            expires_at=notice.appointment if kind is Kind.PROMISED else None,
        )

    def receipt_link(self, request: SendReceiptLink, moment: datetime, rule: KindRule = _NO_WISHES) -> NewReminder:
        """Return the message with the link of a receipt, due at ``moment``."""
        blank = self._blank(Kind.RECEIPT, self.language_of(rule), receipt_parameters(request), request.phone, moment)
        return replace(
            blank,
            reminder_id=request.link_id,
            customer_code=request.customer_code,
            receipt_id=request.receipt_id,
            payment_id=request.payment_id,
            requested_by=request.requested_by,
            bill_ids=request.bill_ids,
        )

    def thanks(
        self,
        event: ReceiptIssued,
        kind: Kind,
        unit_name: str,
        unit_code: str,
        phone: str,
        moment: datetime,
        rule: KindRule,
    ) -> NewReminder:
        """Return the thanks for a payment, or that it is kept (``kind``), with the link of its receipt."""
        receipt = event.receipt
        blank = self._blank(kind, self.language_of(rule), thanks_parameters(receipt, unit_name), phone, moment)
        return replace(
            blank,
            customer_code=receipt.customer_code,
            issued_at=receipt.issued_at,
            receipt_id=receipt.receipt_id,
            payment_id=receipt.payment_id,
            requested_by="notify",
            unit_code=unit_code,
            bill_ids=event.bill_ids,
        )

    def trial(
        self, kind: Kind, language: str, phone: str, moment: datetime, *, through: str | None, by: str
    ) -> NewReminder:
        """Return an SMS that tries a provider out: the text of a kind with the values of no customer."""
        return replace(
            self._blank(kind, language, sample_parameters(moment), phone, moment),
            requested_by=by,
            unit_code="",
            expires_at=moment + _TRIAL_LASTS,
            is_trial=True,
            through=through,
        )

    def _blank(
        self, kind: Kind, language: str, parameters: Parameters, phone: str | None, due_at: datetime
    ) -> NewReminder:
        """Return a message of a kind that is about nobody yet, made at the moment at which it is due."""
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
            issued_at=due_at,
            due_at=due_at,
        )

    def with_debt(self, due: DueReminder, invoice_link: str | None = None) -> tuple[Parameters, Rendered]:
        """Return parameters and text of a reminder with what the customer owes now, where it is about a debt.

        ``invoice_link`` is where the invoice is looked up that it is to lead to.
        """
        if due.debt_due_on is not None:
            parameters = dict(debt_parameters(due))
        else:
            parameters = dict(due.parameters)
            if due.debt is not None:
                parameters["amount"] = sms_amount(due.debt)
            if due.disputed_debt and "period" in parameters:
                # The months were those of all open bills where the complaint came after the visit.
                parameters["period"] = None
        if invoice_link is not None:
            parameters["invoice_link"] = invoice_link
        return parameters, self.templates.render(due.template, due.language, parameters)
