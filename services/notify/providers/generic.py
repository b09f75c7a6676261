"""Any provider with an HTTP interface that a person can describe in the configuration, without code.

``docs/runbooks/sms-providers.md`` shows how. What no rule of the configuration names counts as unknown, except what
HTTP itself says (429, 401).
"""

import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any, Literal, Self
from urllib.parse import parse_qsl

import aiohttp
from pydantic import BeforeValidator, Field, model_validator

from services.notify.domain.delivery_reports import DeliveryReport, DeliveryState, InvalidReport
from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms, ReportRequest
from services.notify.providers.http import (
    Answer,
    HttpProvider,
    HttpProviderSettings,
    refused_by_status,
    short,
)
from services.notify.providers.registered_template import registered, values_of
from services.notify.texts.segments import is_gsm7
from shared.clock import Clock, now
from shared.json_pointer import NOTHING, JsonPointer, text_at, value_at
from shared.phones import Operator, as_dialled
from shared.secret_places import Secret, Section

_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
_OF_THE_SMS = {"phone", "phone_84", "phone_0", "text", "client_reference", "segments", "unicode"}
_OF_THE_TEMPLATE = "template_id"


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


def _texts(value: Any) -> Any:
    # YAML reads codes as numbers and truth values; answers are compared as JSON writes them.
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in _several(value)]


class AnswerRule(Section):
    """What an answer means; the first rule that fits is taken."""

    status: Annotated[tuple[int, ...], BeforeValidator(_several)] = ()
    """HTTP statuses; empty: any."""
    at: JsonPointer | None = None
    """A place in the answer's JSON; None: the body does not matter."""
    values: Annotated[tuple[str, ...], BeforeValidator(_texts)] = Field(default=(), alias="is")
    """What stands there; empty: anything."""
    means: Handover

    def fits(self, status: int, document: Any) -> bool:
        """Whether an answer is meant; ``document`` is NOTHING where the body is no JSON."""
        if self.status and status not in self.status:
            return False
        if self.at is None:
            return True
        found = text_at(document, self.at)
        return found is not None and (not self.values or found in self.values)


class BasicAuth(Section):
    """HTTP basic authentication."""

    user: Secret
    password: Secret


class Signature(Section):
    """A report's HMAC over its body."""

    header: str
    secret: Secret
    algorithm: Literal["sha256", "sha1", "sha512"] = "sha256"
    """Its value is compared in hexadecimal, with or without ``sha256=`` in front."""


class ReportForm(Section):
    """How the provider's delivery reports look."""

    place: Literal["query", "form", "json"] = Field(alias="in")
    each: JsonPointer = ""
    """Where the list of reports is, when several come at once; else the document itself is the report."""
    reference: JsonPointer | None = None
    client_reference: JsonPointer | None = None
    state: JsonPointer
    states: Mapping[str, DeliveryState]
    """What the provider writes → what it means; anything else is ``unknown``."""
    code: JsonPointer | None = None
    operator: JsonPointer | None = None
    """Where the network stands that the number is in."""
    operators: Mapping[str, Operator] = Field(default={})
    """What the provider writes there → which network it is; anything else is not looked at."""
    signature: Signature | None = None

    @model_validator(mode="before")
    @classmethod
    def _states_are_texts(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        written = {name: value[name] for name in ("states", "operators") if isinstance(value.get(name), dict)}
        return value | {
            name: {_texts(text)[0]: meant for text, meant in meanings.items()} for name, meanings in written.items()
        }

    @model_validator(mode="after")
    def _names_an_sms(self) -> Self:
        if self.reference is None and self.client_reference is None:
            raise ValueError("reference or client_reference is needed: without either a report belongs to no SMS")
        return self


class GenericSettings(HttpProviderSettings):
    """A provider described by a person."""

    kind: Literal["generic"]
    url: str = Field(pattern=r"^https?://[^/]+")
    method: Literal["GET", "POST", "PUT"] = "POST"
    body: Literal["json", "form", "query"] = "json"
    """Where ``fields`` go."""
    fields: dict[str, Any]
    """Names of the provider → values with placeholders (``{phone}``); in JSON also nested lists and objects."""
    headers: dict[str, str] = Field(default={})
    secrets: dict[str, Secret] = Field(default={})
    """For the placeholders ``{secret.NAME}``."""
    basic: BasicAuth | None = None
    bearer: Secret | None = None
    answers: tuple[AnswerRule, ...] = Field(min_length=1)
    reference: JsonPointer | None = None
    """Where the provider's id lies in an answer that means ``accepted``."""
    detail: JsonPointer | None = None
    """Where its code or words lie, for a person who looks into it."""
    remembers_hours: float = Field(default=0, ge=0, le=24 * 30)
    """For how long it recognises ``{client_reference}`` and sends no second SMS; 0: it does not."""
    report: ReportForm | None = None

    @model_validator(mode="after")
    def _placeholders_are_known(self) -> Self:
        ours = {parameter.ours for template in self.templates for parameter in template.parameters}
        known = _OF_THE_SMS | {f"secret.{name}" for name in self.secrets} | {f"parameter.{name}" for name in ours}
        if self.templates:
            known.add(_OF_THE_TEMPLATE)
        if strange := set(_placeholders((self.fields, self.headers))) - known:
            raise ValueError(f"no such placeholder: {{{min(strange)}}}; there are {', '.join(sorted(known))}")
        if self.body != "json" and any(isinstance(value, dict | list) for value in self.fields.values()):
            raise ValueError(f"nested fields need body: json, not {self.body}")
        if self.remembers_hours and "client_reference" not in _placeholders((self.fields, self.headers)):
            raise ValueError("remembers_hours needs a field with {client_reference}: what else would it recognise?")
        return self


class GenericProvider(HttpProvider):
    """Sends as the configuration describes."""

    def __init__(self, settings: GenericSettings, *, clock: Clock = now) -> None:
        super().__init__(settings, clock)
        self.remembers = timedelta(hours=settings.remembers_hours)
        self._settings = settings
        self._secrets = {f"secret.{name}": secret.reveal() for name, secret in settings.secrets.items()}
        self._authorization: dict[str, str] = {}
        if settings.basic is not None:
            user, password = settings.basic.user.reveal(), settings.basic.password.reveal()
            self._authorization["Authorization"] = aiohttp.encode_basic_auth(user, password)
        if settings.bearer is not None:
            self._authorization["Authorization"] = f"Bearer {settings.bearer.reveal()}"
        signature = settings.report.signature if settings.report is not None else None
        self._report_key = signature.secret.reveal().encode() if signature is not None else b""

    async def send(self, sms: OutgoingSms) -> HandoverResult:
        """Hand one SMS over."""
        values = self._values(sms)
        if isinstance(values, HandoverResult):
            return values
        fields = _filled(self._settings.fields, values)
        answer = await self._client.hand_over(
            self._settings.method,
            self._settings.url,
            headers=_filled(self._settings.headers, values) | self._authorization,
            json_body=fields if self._settings.body == "json" else None,
            form=fields if self._settings.body == "form" else None,
            query=fields if self._settings.body == "query" else None,
        )
        if isinstance(answer, HandoverResult):
            return answer
        return self._read(answer)

    def read_reports(self, request: ReportRequest) -> Sequence[DeliveryReport]:
        """Read what ``report`` of the configuration describes."""
        form = self._settings.report
        if form is None:
            raise InvalidReport("the configuration describes no reports of this provider")
        self._check_signature(form, request)
        found = value_at(_document(form, request), form.each)
        if found is NOTHING:
            raise InvalidReport(f"there is nothing at {form.each}")
        return [self._report(form, one) for one in (found if isinstance(found, list) else [found])]

    def _values(self, sms: OutgoingSms) -> dict[str, str] | HandoverResult:
        values = self._secrets | {
            "phone": sms.phone,
            "phone_84": sms.phone.removeprefix("+"),
            "phone_0": as_dialled(sms.phone),
            "text": sms.text,
            "client_reference": sms.client_reference,
            "segments": str(sms.segments),
            "unicode": "0" if is_gsm7(sms.text) else "1",
        }
        used = set(_placeholders((self._settings.fields, self._settings.headers)))
        if _OF_THE_TEMPLATE in used or any(name.startswith("parameter.") for name in used):
            template = registered(self._settings, sms, text_is_theirs=False)
            if isinstance(template, HandoverResult):
                return template
            parameters = values_of(template, sms, accents=False)
            if isinstance(parameters, HandoverResult):
                return parameters
            ours = {one.name or one.ours: one.ours for one in template.parameters}
            values |= {f"parameter.{ours[name]}": value for name, value in parameters.items()}
            values[_OF_THE_TEMPLATE] = template.id
            if missing := used - values.keys():
                return HandoverResult(Handover.UNREACHABLE, detail=f"template {template.id} lacks {min(missing)}")
        return values

    def _read(self, answer: Answer) -> HandoverResult:
        try:
            document = answer.json()
        except ValueError:
            document = NOTHING
        for rule in self._settings.answers:
            if rule.fits(answer.status, document):
                return self._result(rule.means, answer, document)
        return refused_by_status(answer, self._clock) or self._result(Handover.UNKNOWN, answer, document)

    def _result(self, outcome: Handover, answer: Answer, document: Any) -> HandoverResult:
        words = f"HTTP {answer.status}"
        if self._settings.detail is not None:
            words += f" {short(text_at(document, self._settings.detail) or '')}".rstrip()
        reference = None
        if outcome is Handover.ACCEPTED and self._settings.reference is not None:
            reference = text_at(document, self._settings.reference)
        if outcome is Handover.THROTTLED and (refused := refused_by_status(answer, self._clock)) is not None:
            return HandoverResult(outcome, detail=words, retry_at=refused.retry_at)
        return HandoverResult(outcome, reference, words)

    def _check_signature(self, form: ReportForm, request: ReportRequest) -> None:
        if form.signature is None:
            return
        written = request.headers.get(form.signature.header.lower(), "").strip().lower()
        expected = hmac.new(self._report_key, request.body, form.signature.algorithm).hexdigest()
        if not hmac.compare_digest(written.removeprefix(f"{form.signature.algorithm}=").encode(), expected.encode()):
            raise InvalidReport("the signature is wrong")

    def _report(self, form: ReportForm, found: Any) -> DeliveryReport:
        reference = text_at(found, form.reference) if form.reference is not None else None
        client_reference = text_at(found, form.client_reference) if form.client_reference is not None else None
        state = text_at(found, form.state)
        if state is None or not (reference or client_reference):
            raise InvalidReport("a report without state or reference")
        code = text_at(found, form.code) if form.code is not None else None
        words = short(f"{state} {code or ''}".strip())
        meant = form.states.get(state, DeliveryState.UNKNOWN)
        network = text_at(found, form.operator) if form.operator is not None else None
        return DeliveryReport(
            self.name,
            reference or None,
            client_reference or None,
            meant,
            words,
            operator=form.operators.get(network or ""),
        )


def _document(form: ReportForm, request: ReportRequest) -> Any:
    if form.place == "query":
        return dict(request.query)
    try:
        text = request.body.decode()
        return dict(parse_qsl(text, keep_blank_values=True)) if form.place == "form" else json.loads(text)
    except ValueError as error:
        raise InvalidReport(f"the body is no {form.place}") from error


def _placeholders(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _PLACEHOLDER.findall(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _placeholders(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _placeholders(one)


def _filled(value: Any, values: Mapping[str, str]) -> Any:
    """Return ``value`` with its placeholders filled in once: what a text holds in braces stays as it is."""
    if isinstance(value, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], value)
    if isinstance(value, dict):
        return {name: _filled(one, values) for name, one in value.items()}
    return [_filled(one, values) for one in value] if isinstance(value, list) else value
