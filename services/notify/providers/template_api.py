"""A provider that takes a registered template and its parameters and no free text: VNPT's and Viettel's way.

Shape: ``RQST`` with ``REQID``, ``LABELID`` (the brandname), ``TEMPLATEID`` and ``PARAMS`` (``NUM`` from 1,
``CONTENT``). VNPT gives its document to customers only: neither it nor public code that uses it was found on
2026-11-28, and the answer (``RPLY`` with ``ERROR`` and ``ERROR_DESC``) is not verified. So the configuration says which
``ERROR`` means what (default: 0 is accepted, anything else unknown), whether ``REQID`` is recognised (default: it is
not), and what a report's ``STATUS`` means. Viettel's "Insert MT_QUEUE: OK" is of this kind: it says queued, never
delivered.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms, ReportRequest
from services.notify.providers.http import (
    Answer,
    HttpProvider,
    HttpProviderSettings,
    refused_by_status,
    short,
    unknown,
)
from services.notify.providers.registered_template import registered, values_of
from shared.clock import Clock, now
from shared.secret_places import Secret


class TemplateApiSettings(HttpProviderSettings):
    """A template API in the configuration."""

    kind: Literal["template_api"]
    url: str = Field(pattern=r"^https?://[^/]+")
    label_id: str
    """The brandname's number."""
    contract_type_id: str = "1"
    contract_id: str = ""
    agent_id: str = ""
    user_name: str = ""
    api_user: Secret
    api_password: Secret
    errors: Mapping[str, Handover] = Field(default={"0": Handover.ACCEPTED})
    """``ERROR`` of the answer → what it means; anything else is ``unknown``."""
    remembers_hours: float = Field(default=0, ge=0, le=24 * 30)
    """For how long a ``REQID`` is recognised, if the provider says so in writing."""
    report_states: Mapping[str, DeliveryState] = Field(default={})
    """``STATUS`` of a delivery report → what it means; anything else is ``unknown``."""


class TemplateApiProvider(HttpProvider):
    """Sends registered templates."""

    def __init__(self, settings: TemplateApiSettings, *, clock: Clock = now) -> None:
        super().__init__(settings, clock)
        self.remembers = timedelta(hours=settings.remembers_hours)
        self._settings = settings
        self._keys = {"APIUSER": settings.api_user.reveal(), "APIPASS": settings.api_password.reveal()}

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""
        template = registered(self._settings, sms, text_is_theirs=True)
        if isinstance(template, HandoverResult):
            return template
        values = values_of(template, sms, accents=False)
        if isinstance(values, HandoverResult):
            return values
        order = {
            "name": "send_sms_list",
            "REQID": sms.client_reference,
            "LABELID": self._settings.label_id,
            "CONTRACTTYPEID": self._settings.contract_type_id,
            "CONTRACTID": self._settings.contract_id,
            "TEMPLATEID": template.id,
            "PARAMS": [{"NUM": str(number), "CONTENT": value} for number, value in enumerate(values.values(), start=1)],
            "SCHEDULETIME": "",
            "MOBILELIST": sms.phone.removeprefix("+"),
            "ISTELCOSUB": "0",
            "AGENTID": self._settings.agent_id,
            "USERNAME": self._settings.user_name,
            "DATACODING": "0",
        }
        answer = await self._client.hand_over("POST", self._settings.url, json_body={"RQST": order | self._keys})
        if isinstance(answer, HandoverResult):
            return answer
        return refused_by_status(answer, self._clock) or self._read(answer)

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Read ``{"REQID", "STATUS"}``, one or a list: an agreed form, since no public one was found."""
        try:
            found = json.loads(request.body)
            return [self._report(one) for one in (found if isinstance(found, list) else [found])]
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidReport("no JSON with REQID and STATUS") from error

    def _report(self, found: Mapping[str, Any]) -> DeliveryReport:
        status = str(found["STATUS"])
        state = self._settings.report_states.get(status, DeliveryState.UNKNOWN)
        words = short(f"{status} {found.get('DESC') or ''}")
        return DeliveryReport(self.name, found.get("SMSID"), str(found["REQID"]), state, words)

    def _read(self, answer: Answer) -> HandoverResult:
        try:
            found: Mapping[str, Any] = answer.json()["RPLY"]
            error = str(found["ERROR"])
        except (ValueError, KeyError, TypeError):
            return unknown(f"HTTP {answer.status}, an answer that cannot be read")
        outcome = self._settings.errors.get(error, Handover.UNKNOWN)
        words = short(f"{error} {found.get('ERROR_DESC') or ''}")
        reference = str(found["SMSID"]) if outcome is Handover.ACCEPTED and found.get("SMSID") else None
        return HandoverResult(outcome, reference, words)
