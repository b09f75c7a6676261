"""eSMS (esms.vn): its JSON interface for customer-care SMS with a brandname.

Shapes, codes, callback and status query: developers.esms.vn, pages "tin-nhan-sms-otp-cskh", "bang-ma-loi",
"callback-url" and "ham-kiem-tra-tin-nhan-theo-smsid" (also the repository devesms/gitbook_esms_for_develop_v2), read on
2026-11-28. That RequestId is recognised for 24 hours is what eSMS tells its customers; its pages name code 124 without
a time. Codes 160 (too fast) and 21614 (a landline) are in public code of its customers, not on its pages.

A repetition with a known RequestId is answered 124 without the SMSID of the first: reports then match by RequestId.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandedOver, HandoverResult, OutgoingSms, ReportRequest
from services.notify.providers.http import (
    Answer,
    AnswerLost,
    HttpProvider,
    HttpProviderSettings,
    refused_by_status,
    short,
    unknown,
)
from services.notify.texts.segments import is_gsm7
from shared.clock import Clock, now
from shared.phones import Operator, as_dialled
from shared.secret_places import Secret


class EsmsSettings(HttpProviderSettings):
    """eSMS in the configuration."""

    kind: Literal["esms"]
    url: str = Field(default="https://rest.esms.vn/MainService.svc/json", pattern=r"^https?://[^/]+(/.*)?$")
    api_key: Secret
    secret_key: Secret
    brandname: str = Field(min_length=1, max_length=20)
    callback_url: str | None = Field(default=None, pattern=r"^https?://")
    """Our address for its delivery reports, where it is not set in the portal of eSMS."""


_ACCEPTED = {"100", "124"}
_OUTCOMES: Mapping[str, Handover] = {
    "99": Handover.REJECTED_NUMBER,  # blocked; the pages say so, some public code takes it for an unknown error
    "101": Handover.REJECTED_PROVIDER,  # keys
    "102": Handover.REJECTED_PROVIDER,  # no price list
    "103": Handover.REJECTED_PROVIDER,  # balance
    "104": Handover.REJECTED_PROVIDER,  # brandname
    "108": Handover.REJECTED_NUMBER,
    "118": Handover.REJECTED_PROVIDER,  # kind of message
    "140": Handover.REJECTED_PROVIDER,  # our address is not on its list
    "146": Handover.REJECTED_TEMPLATE,
    "160": Handover.THROTTLED,
    "177": Handover.REJECTED_PROVIDER,  # the brandname is not registered with this operator
    "21614": Handover.REJECTED_NUMBER,  # a landline
}
_UNDERWAY = {"1", "2", "7"}  # waits for approval, waits to be sent, sent and waits for a report

_OPERATORS: Mapping[str, Operator] = {
    "1": Operator.VIETTEL,
    "2": Operator.MOBIFONE,
    "3": Operator.VINAPHONE,
    "4": Operator.VIETNAMOBILE,
    "5": Operator.GMOBILE,
    "6": Operator.ITEL,
    "7": Operator.WINTEL,
}
"""``telcoid`` of a report (page "callback-url"; 7 is written Reddi there, as Wintel was named before)."""


class EsmsProvider(HttpProvider):
    """Sends by eSMS."""

    remembers = timedelta(hours=24)

    def __init__(self, settings: EsmsSettings, *, clock: Clock = now) -> None:
        super().__init__(settings, clock)
        self._settings = settings
        self._keys = {"ApiKey": settings.api_key.reveal(), "SecretKey": settings.secret_key.reveal()}

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""
        body = self._keys | {
            "Content": sms.text,
            "Phone": as_dialled(sms.phone),
            "Brandname": self._settings.brandname,
            "SmsType": "2",
            "IsUnicode": "0" if is_gsm7(sms.text) else "1",
            "RequestId": sms.client_reference,
        }
        if self._settings.callback_url is not None:
            body["CallbackUrl"] = self._settings.callback_url
        url = f"{self._settings.url}/SendMultipleMessage_V4_post_json/"
        answer = await self._client.hand_over("POST", url, json_body=body)
        if isinstance(answer, HandoverResult):
            return answer
        return refused_by_status(answer, self._clock) or _read(answer)

    async def status(self, sms: HandedOver) -> DeliveryReport | None:
        """Ask by SMSID; by RequestId eSMS cannot be asked."""
        if sms.provider_reference is None:
            raise LookupError("eSMS is asked by its SMSID, which never came")
        query = self._keys | {"RefId": sms.provider_reference}
        answer = await self._client.request("GET", f"{self._settings.url}/GetSendStatus", query=query)
        found = answer.json()
        code = str(found.get("CodeResponse"))
        if code == "105":
            return None
        if answer.status != 200 or code != "100":
            raise AnswerLost(f"HTTP {answer.status}, code {short(code)}")
        return self._report(found, sms.provider_reference, None)

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Read its HTTPS GET."""
        reference = request.query.get("SMSID") or None
        client_reference = request.query.get("RequestId") or None
        if reference is None and client_reference is None:
            raise InvalidReport("neither SMSID nor RequestId")
        return [self._report(request.query, reference, client_reference)]

    def _report(self, found: Mapping[str, Any], reference: str | None, client_reference: str | None) -> DeliveryReport:
        state = str(found.get("SendStatus", ""))
        try:
            succeeded, failed = int(found.get("SendSuccess") or 0), int(found.get("SendFailed") or 0)
        except ValueError as error:
            raise InvalidReport("SendSuccess and SendFailed are not numbers") from error
        code = f"SendStatus {short(state)[:20]}, {succeeded} succeeded, {failed} failed"
        return DeliveryReport(
            self.name,
            reference,
            client_reference,
            _state(state, succeeded, failed),
            code,
            operator=_OPERATORS.get(str(found.get("telcoid"))),
        )


def _state(state: str, succeeded: int, failed: int) -> DeliveryState:
    if state in _UNDERWAY:
        return DeliveryState.UNDERWAY
    if state == "4" or (state == "5" and failed):
        return DeliveryState.FAILED
    return DeliveryState.DELIVERED if state == "5" and succeeded else DeliveryState.UNKNOWN


def _read(answer: Answer) -> HandoverResult:
    try:
        found = answer.json()
        code = str(found["CodeResult"])
    except (ValueError, KeyError, TypeError):
        return unknown(f"HTTP {answer.status}, an answer that cannot be read")
    words = f"{short(code)} {short(found.get('ErrorMessage') or '')}".strip()
    if code in _ACCEPTED:
        return HandoverResult(Handover.ACCEPTED, found.get("SMSID") or None, words)
    # A code that nobody has named may stand for anything: what may have been sent is not sent again.
    return HandoverResult(_OUTCOMES.get(code, Handover.UNKNOWN), detail=words)
