"""Zalo ZBS templates (once ZNS): a message in the customer's Zalo, before an SMS is paid for.

``POST https://business.openapi.zalo.me/message/template`` with the header ``access_token``; HTTP 200 also for errors,
which are in ``error`` of the body. Shapes and codes: the npm package @warriorteam/redai-zalo-sdk, eSMS's pages about
Zalo and public code of Zalo's customers, read on 2026-11-28; Zalo's own pages could not be read. Zalo does not
recognise a ``tracking_id``: a repetition is a second message. Not verified: the hour at which its day's limits begin
anew (midnight in Vietnam is taken), and -1 of the status query for "never had it".
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, ClassVar, Literal

import structlog
from asyncpg import Pool
from pydantic import Field

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandedOver, HandoverResult, OutgoingSms, ReportRequest
from services.notify.providers.http import (
    Answer,
    AnswerLost,
    HttpClient,
    HttpProvider,
    HttpProviderSettings,
    refused_by_status,
    short,
    unknown,
)
from services.notify.providers.provider_settings import RegisteredTemplate
from services.notify.providers.registered_template import registered, values_of
from services.notify.providers.zalo_tokens import ZaloTokenStore
from shared.clock import VIETNAM, Clock, now
from shared.secret_places import Secret

log = structlog.get_logger()


class ZaloSettings(HttpProviderSettings):
    """An official account in the configuration. Its tariff is for a message, whatever its length."""

    charges_messages: ClassVar[bool] = True

    kind: Literal["zalo"]
    url: str = Field(default="https://business.openapi.zalo.me", pattern=r"^https?://[^/]+")
    oauth_url: str = Field(default="https://oauth.zaloapp.com/v4/oa/access_token", pattern=r"^https?://[^/]+")
    app_id: str
    app_secret: Secret
    refresh_token: Secret
    """The first one, from the authorisation of the account; its successors are kept in the database. Another one here
    replaces what is kept there."""
    oa_secret: Secret | None = None
    """The account's own secret, which signs reports; None: the secret address alone protects it."""
    development: bool = False
    """Messages to the account's administrators only, without cost."""

    @property
    def longest_seconds(self) -> float:
        """A token is waited for, refused, waited for anew: twice that, and twice the message."""
        return 4 * self.timeout_seconds


_RENEWAL_SECONDS = 25.0
"""For so long the answer to a renewal is waited for; messages wait for :attr:`ZaloSettings.timeout_seconds` only."""
_TOKEN_EXPIRED = {-124, -220}
_OUTCOMES: Mapping[int, Handover] = {
    -108: Handover.UNREACHABLE,  # a number that Zalo does not take may be right for SMS
    -114: Handover.UNREACHABLE,  # inactive, or an old version
    -118: Handover.UNREACHABLE,  # no Zalo
    -119: Handover.UNREACHABLE,  # cannot get it
    -139: Handover.UNREACHABLE,  # declines this kind
    -140: Handover.UNREACHABLE,
    -141: Handover.UNREACHABLE,  # declines the account
    -133: Handover.CLOSED,  # at night
    -144: Handover.CLOSED,  # the account's limit of the day
    -147: Handover.CLOSED,  # the template's, or the customer's
    -115: Handover.REJECTED_PROVIDER,  # balance
    -120: Handover.REJECTED_PROVIDER,  # rights
    -135: Handover.REJECTED_PROVIDER,
    -124: Handover.REJECTED_PROVIDER,  # the token, also after it was renewed
    -220: Handover.REJECTED_PROVIDER,
    -126: Handover.REJECTED_PROVIDER,  # balance or limit of development
    -136: Handover.REJECTED_PROVIDER,  # the ZBS account
    -137: Handover.REJECTED_PROVIDER,
    # A wrong template here must not keep the customer from the SMS, whose text is registered elsewhere.
    -109: Handover.UNREACHABLE,
    -127: Handover.UNREACHABLE,
    -131: Handover.UNREACHABLE,
    -1121: Handover.UNREACHABLE,
    -1122: Handover.UNREACHABLE,
}
_WRONG_TEMPLATE = {-109, -127, -131, -1121, -1122}
_MORNING = time(7)
_LONGEST: Mapping[str, int] = {
    "unit": 30,
    "collector_name": 30,
    "customer_name": 30,
    "customer_code": 30,
    "collector_phone": 15,
    "amount": 20,
    "address": 200,
}
"""Characters that Zalo takes by kind of parameter, where the configuration names no other number."""


class ZaloProvider(HttpProvider):
    """Sends by an official account."""

    remembers = timedelta()

    def __init__(self, settings: ZaloSettings, pool: Pool, *, clock: Clock = now) -> None:
        super().__init__(settings, clock)
        self._settings = settings
        self._oa_secret = settings.oa_secret.reveal() if settings.oa_secret is not None else None
        # The answer to a renewal is there once: without it a person has to authorise the account anew.
        self._token_client = HttpClient(timeout_seconds=_RENEWAL_SECONDS, proxy=settings.proxy)
        self._tokens = ZaloTokenStore(
            pool,
            self._token_client,
            provider=settings.name,
            oauth_url=settings.oauth_url,
            app_id=settings.app_id,
            secret_key=settings.app_secret.reveal(),
            refresh_token=settings.refresh_token.reveal(),
            patience_seconds=settings.timeout_seconds,
            clock=clock,
        )

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one message over; the access token is renewed once where it has ended."""
        template = registered(self._settings, sms, text_is_theirs=True)
        if isinstance(template, HandoverResult):
            return template
        values = values_of(_with_lengths(template), sms, accents=True)
        if isinstance(values, HandoverResult):
            return HandoverResult(Handover.UNREACHABLE, detail=values.detail)
        body = {
            "phone": sms.phone.removeprefix("+"),
            "template_id": template.id,
            "template_data": values,
            "tracking_id": sms.client_reference,
        }
        if self._settings.development:
            body["mode"] = "development"
        token = await self._tokens.access_token()
        if isinstance(token, HandoverResult):
            return token
        error, result = await self._post(token, body)
        if error in _TOKEN_EXPIRED:
            token = await self._tokens.access_token(refused=token)
            if isinstance(token, HandoverResult):
                return token
            error, result = await self._post(token, body)
        if result.outcome is Handover.REJECTED_PROVIDER or error in _WRONG_TEMPLATE:
            # A person has to act: the alert is on the provider's state and on this line.
            log.error("zalo_stopped" if error not in _WRONG_TEMPLATE else "zalo_template_refused", code=error)
        return result

    async def status(self, sms: HandedOver) -> DeliveryReport | None:
        """Ask by the id of the message."""
        if sms.provider_reference is None:
            raise LookupError("Zalo is asked by its msg_id, which never came")
        token = await self._tokens.access_token()
        if isinstance(token, HandoverResult):
            raise AnswerLost(token.detail)
        query = {"message_id": sms.provider_reference, "phone": sms.phone.removeprefix("+")}
        url = f"{self._settings.url}/message/status"
        answer = await self._client.request("GET", url, headers={"access_token": token}, query=query)
        found = answer.json()
        if answer.status != 200 or found.get("error") != 0:
            raise AnswerLost(f"HTTP {answer.status}, error {short(found.get('error'))}")
        data = found.get("data") or {}
        status = data.get("status")
        if status == -1:
            return None
        states: dict[object, DeliveryState] = {1: DeliveryState.DELIVERED, 0: DeliveryState.UNDERWAY}
        state = states.get(status, DeliveryState.UNKNOWN)
        moment = _moment(data.get("delivery_time"))
        return DeliveryReport(
            self.name, sms.provider_reference, sms.client_reference, state, f"status {short(status)}", moment
        )

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Read the event ``user_received_message`` of a template; the account's other events are no reports."""
        try:
            found = json.loads(request.body)
            event, message = found["event_name"], found.get("message") or {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidReport("no JSON object with event_name") from error
        self._check_signature(request, found)
        # The same event without delivery_time is about an ordinary message of the account.
        if event != "user_received_message" or not isinstance(message, dict) or "delivery_time" not in message:
            return []
        reference, tracking = message.get("msg_id"), message.get("tracking_id")
        if not (reference or tracking):
            raise InvalidReport("neither msg_id nor tracking_id")
        moment = _moment(message["delivery_time"])
        return [DeliveryReport(self.name, reference, tracking or None, DeliveryState.DELIVERED, event, moment)]

    async def close(self) -> None:
        """Close connections."""
        await self._tokens.close()
        await self._token_client.close()
        await super().close()

    async def _post(self, token: str, body: Mapping[str, Any]) -> tuple[int | None, HandoverResult]:
        url = f"{self._settings.url}/message/template"
        answer = await self._client.hand_over("POST", url, headers={"access_token": token}, json_body=body)
        if isinstance(answer, HandoverResult):
            return None, answer
        refused = refused_by_status(answer, self._clock)
        return (None, refused) if refused is not None else self._read(answer)

    def _read(self, answer: Answer) -> tuple[int | None, HandoverResult]:
        try:
            found = answer.json()
            error = int(found["error"])
            reference = str(found["data"]["msg_id"]) if error == 0 else None
        except (ValueError, KeyError, TypeError):
            return None, unknown(f"HTTP {answer.status}, an answer that cannot be read")
        words = f"{error} {short(found.get('message') or '')}".strip()
        if error == 0:
            return error, HandoverResult(Handover.ACCEPTED, reference, words)
        outcome = _OUTCOMES.get(error, Handover.UNKNOWN)
        until = self._opens_again(error) if outcome is Handover.CLOSED else None
        return error, HandoverResult(outcome, detail=words, retry_at=until)

    def _opens_again(self, error: int) -> datetime:
        """Return the next morning: after a limit of the day that of tomorrow."""
        local = self._clock().astimezone(VIETNAM)
        tomorrow = error != -133 or local.time() >= _MORNING
        day = local.date() + timedelta(days=1) if tomorrow else local.date()
        return datetime.combine(day, _MORNING, VIETNAM)

    def _check_signature(self, request: ReportRequest, found: Mapping[str, Any]) -> None:
        """SHA-256 of app id, body, timestamp and the account's secret (hainh.me, read on 2026-11-28)."""
        if self._oa_secret is None:
            return
        signed = self._settings.app_id.encode() + request.body + f"{found.get('timestamp')}{self._oa_secret}".encode()
        written = request.headers.get("x-zevent-signature", "").removeprefix("mac=").strip().lower()
        if not hmac.compare_digest(written.encode(), hashlib.sha256(signed).hexdigest().encode()):
            raise InvalidReport("the signature is wrong")


def _with_lengths(template: RegisteredTemplate) -> RegisteredTemplate:
    parameters = tuple(
        parameter.model_copy(update={"longest": parameter.longest or _LONGEST.get(parameter.ours)})
        for parameter in template.parameters
    )
    return template.model_copy(update={"parameters": parameters})


def _moment(milliseconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(str(milliseconds)) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
