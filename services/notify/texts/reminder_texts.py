"""The text of a reminder, from a notice or with the debt of a later moment. Pure."""

from dataclasses import dataclass
from datetime import datetime

from services.notify.domain.reminders import AWAY, RECEIPT, DueReminder, NewReminder, Parameters
from services.notify.texts.parameters import away_parameters, receipt_parameters, sms_amount
from services.notify.texts.templates import Rendered, Templates
from shared.contracts.billing import NoticeIssued
from shared.contracts.notify import ReminderState, SendReceiptLink
from shared.ids import new_id


@dataclass(frozen=True)
class ReminderTexts:
    """All templates, and the language in which reminders are sent."""

    templates: Templates
    language: str = "vi"

    def reminder(self, notice: NoticeIssued, debt: int, moment: datetime) -> NewReminder:
        """Return the reminder of an away notice, due at ``moment``; ``debt`` is what the customer owes now."""
        parameters = away_parameters(notice, debt)
        rendered = self.templates.render(AWAY, self.language, parameters)
        return NewReminder(
            reminder_id=new_id(),
            customer_code=notice.customer.customer_code,
            visit_id=notice.visit_id,
            template=rendered.template,
            template_version=rendered.version,
            language=self.language,
            parameters=parameters,
            phone=notice.customer.phone,
            text=rendered.text,
            segments=rendered.size.segments,
            state=ReminderState.SCHEDULED,
            cause="",
            issued_at=notice.issued_at,
            due_at=moment,
        )

    def receipt_link(self, request: SendReceiptLink, moment: datetime) -> NewReminder:
        """Return the message with the link of a receipt, due at ``moment``."""
        parameters = receipt_parameters(request)
        rendered = self.templates.render(RECEIPT, self.language, parameters)
        return NewReminder(
            reminder_id=request.link_id,
            customer_code=request.customer_code,
            visit_id=None,
            template=rendered.template,
            template_version=rendered.version,
            language=self.language,
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

    def with_debt(self, due: DueReminder) -> tuple[Parameters, Rendered]:
        """Return parameters and text of a reminder with what the customer owes now, where it is about a debt."""
        parameters = dict(due.parameters)
        if due.debt is not None:
            parameters["amount"] = sms_amount(due.debt)
        return parameters, self.templates.render(due.template, due.language, parameters)
