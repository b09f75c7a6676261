"""SpeedSMS (speedsms.vn).

Address, authentication, ``sms/send``, its error codes and its limit of 60 requests a minute (429 with
``X-Rate-Limit-Reset``): speedsms.vn/sms-api/, read on 2026-11-28. It documents no reference of ours: a repetition would
be a second SMS. Reports come as POST with ``type: report``, ``tranId``, ``phone`` and a ``status``; that 0 is success
was not found on a page that is public today. The address for them is set in its portal. A status query was not found.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Literal

import aiohttp
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
from shared.clock import Clock, now
from shared.secret_places import Secret


class SpeedSmsSettings(HttpProviderSettings):
    """SpeedSMS in the configuration."""

    kind: Literal["speedsms"]
    url: str = Field(default="https://api.speedsms.vn/index.php", pattern=r"^https?://[^/]+(/.*)?$")
    access_token: Secret
    sender: str = Field(min_length=1, max_length=20)
    """The brandname, or "Verify" or "Notify" with type 4."""
    sms_type: Literal[2, 3, 4, 5] = 3
    """2 a random number, 3 our brandname, 4 its own brandname, 5 an Android telephone of ours."""


_OUTCOMES: Mapping[str, Handover] = {
    "007": Handover.REJECTED_PROVIDER,  # our address is locked
    "008": Handover.REJECTED_PROVIDER,  # account
    "009": Handover.REJECTED_PROVIDER,  # account may not use the interface
    "101": Handover.REJECTED_PROVIDER,  # parameters: a wrong configuration
    "105": Handover.REJECTED_NUMBER,
    "110": Handover.REJECTED_TEMPLATE,
    "113": Handover.REJECTED_TEMPLATE,
    "300": Handover.REJECTED_PROVIDER,  # balance
}


class SpeedSmsProvider(HttpProvider):
    """Sends by SpeedSMS."""

    remembers = timedelta()

    def __init__(self, settings: SpeedSmsSettings, *, clock: Clock = now) -> None:
        super().__init__(settings, clock)
        self._settings = settings
        self._authorization = aiohttp.encode_basic_auth(settings.access_token.reveal(), "x")

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""
        body = {
            "to": [sms.phone.removeprefix("+")],
            "content": sms.text,
            "sms_type": self._settings.sms_type,
            "sender": self._settings.sender,
        }
        headers = {"Authorization": self._authorization}
        answer = await self._client.hand_over("POST", f"{self._settings.url}/sms/send", headers=headers, json_body=body)
        if isinstance(answer, HandoverResult):
            return answer
        return refused_by_status(answer, self._clock) or _read(answer)

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Read its POST; ``type: sms`` (somebody has answered) is no report."""
        try:
            found = json.loads(request.body)
            kind, reference = found["type"], str(found["tranId"] if found.get("type") == "report" else "")
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidReport("no JSON object with type and tranId") from error
        if kind != "report":
            return []
        status = short(found.get("status"))[:20]
        state = DeliveryState.DELIVERED if status == "0" else DeliveryState.FAILED
        if not status.lstrip("-").isdigit():
            state = DeliveryState.UNKNOWN
        return [DeliveryReport(self.name, reference, None, state, f"status {status}")]


def _read(answer: Answer) -> HandoverResult:
    try:
        found: dict[str, Any] = answer.json()
        status, code = found["status"], str(found.get("code", ""))
        data = found.get("data") or {}
        reference = str(data["tranId"]) if status == "success" else None
        invalid = found.get("invalidPhone") or data.get("invalidPhone")
    except (ValueError, KeyError, TypeError, AttributeError):
        return unknown(f"HTTP {answer.status}, an answer that cannot be read")
    words = f"{short(code)} {short(found.get('message') or '')}".strip()
    if status == "success":
        if invalid and not data.get("totalSMS"):
            return HandoverResult(Handover.REJECTED_NUMBER, detail="invalidPhone")
        return HandoverResult(Handover.ACCEPTED, reference, words)
    # 500 is its own error in the middle of something: unknown, as whatever nobody has named.
    return HandoverResult(_OUTCOMES.get(code, Handover.UNKNOWN), detail=words)
