"""Readings that may be wrong, held back from the bill: the office releases, corrects, or has them read again."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import READERS, READING_CLERKS
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Day, Id, Incoming, IncomingMoment, Nothing, TypedCustomerCode, Words
from shared.contracts.billing import (
    CorrectedPeriod,
    CorrectedReading,
    CorrectReadings,
    GetHeldReadings,
    HeldReadingsPage,
    ReadingsReply,
    ReleaseReadings,
    SendReadingsBack,
)
from shared.contracts.common import MeterNumber
from shared.problems import NotFound, SameIdOtherContent

TAG = "readings"


class PeriodPath(Incoming):
    """One metered period."""

    period_id: Id


class HeldQuery(Incoming):
    """Which held readings."""

    customer_code: TypedCustomerCode | None = None
    rule: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,60}$")] | None = Field(
        default=None, description="Only those that this rule has found."
    )
    held_before: IncomingMoment | None = Field(default=None, description="Only those that have waited since before it.")
    after: Id | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class Reasoned(Incoming):
    """Why."""

    reason: Words = Field(examples=["Đã xem ảnh công tơ, chỉ số đúng"])


class RegisterRead(Incoming):
    """What a register showed in truth; what is left out stays as it was."""

    meter_number: MeterNumber | None = None
    meter_register: Annotated[str, StringConstraints(pattern=r"^(KT|BT|CD|TD|VC)$")] | None = Field(
        default=None, description="Meter and register may be left out where the period has one register only."
    )
    old_reading: int | None = Field(default=None, ge=0, lt=10**9)
    new_reading: int | None = Field(default=None, ge=0, lt=10**9)


class PeriodRead(Incoming):
    """What else of the period was wrong; what is left out stays as it was."""

    period_from: Day | None = None
    period_to: Day | None = None
    cut_days: int | None = Field(default=None, ge=0, le=366, description="Days without supply, if not dated.")
    cut_from: Day | None = Field(default=None, description="The first day without supply; `cut_to` is the last one.")
    cut_to: Day | None = None
    cos_phi: Annotated[str, StringConstraints(pattern=r"^(0\.[0-9]{1,4}|1(\.0{1,4})?)$")] | None = Field(
        default=None, description="The power factor, such as `0.85`."
    )
    due_date: Day | None = None


class Correction(Reasoned):
    """The right readings, and why."""

    readings: list[RegisterRead] = Field(max_length=50)
    period: PeriodRead | None = Field(default=None, description="Days, supply and power factor where these were wrong.")


async def held(call: Call[Nothing, HeldQuery, None], dependencies: Dependencies) -> HeldReadingsPage:
    """Read which readings wait for a person."""
    query = call.query
    return await dependencies.request(
        GetHeldReadings(
            unit_codes=call.member.unit_codes,
            customer_code=query.customer_code,
            rule=query.rule,
            held_before=query.held_before,
            after=query.after,
            limit=query.limit,
        )
    )


async def release(call: Call[PeriodPath, Nothing, Reasoned], dependencies: Dependencies) -> ReadingsReply:
    """Let held readings be billed as they are."""
    return await dependencies.request(
        ReleaseReadings(
            release_id=call.key,
            period_id=call.path.period_id,
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


async def correct(call: Call[PeriodPath, Nothing, Correction], dependencies: Dependencies) -> ReadingsReply:
    """Put readings right; they are judged again."""
    return await dependencies.request(
        CorrectReadings(
            correction_id=call.key,
            period_id=call.path.period_id,
            readings=[CorrectedReading(**one.model_dump()) for one in call.body.readings],
            period=None if call.body.period is None else CorrectedPeriod(**call.body.period.model_dump()),
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


async def send_back(call: Call[PeriodPath, Nothing, Reasoned], dependencies: Dependencies) -> ReadingsReply:
    """Have a period read again."""
    return await dependencies.request(
        SendReadingsBack(
            sending_id=call.key,
            period_id=call.path.period_id,
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


_JUDGED = (refusals.MONTH_ARCHIVED,)
_SETTLED_BY_OTHERS = (refusals.READINGS_BILLED, refusals.READINGS_REPLACED, refusals.UNREADABLE_TEXT)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/held-readings",
        name="listHeldReadings",
        tag=TAG,
        summary="List readings that are held back from the bill, with the reasons",
        handler=held,
        query_model=HeldQuery,
        answer=HeldReadingsPage,
        roles=NO_DEVICE,
        staff=READERS,
    ),
    Operation(
        method="POST",
        path="/v1/held-readings/{period_id}/release",
        name="releaseReadings",
        tag=TAG,
        summary="Let held readings be billed as they are",
        handler=release,
        path_model=PeriodPath,
        body=Reasoned,
        key="release_id",
        answer=ReadingsReply,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=(NotFound, SameIdOtherContent, refusals.READINGS_NOT_HELD, *_JUDGED, *_SETTLED_BY_OTHERS),
    ),
    Operation(
        method="POST",
        path="/v1/held-readings/{period_id}/correction",
        name="correctReadings",
        tag=TAG,
        summary="Put readings right that have no bill yet",
        description="They are judged again: `doubts` of the answer is empty where they now wait for a bill.",
        handler=correct,
        path_model=PeriodPath,
        body=Correction,
        key="correction_id",
        answer=ReadingsReply,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=(NotFound, SameIdOtherContent, refusals.READINGS_UNBILLABLE, *_JUDGED, *_SETTLED_BY_OTHERS),
    ),
    Operation(
        method="POST",
        path="/v1/held-readings/{period_id}/return",
        name="sendReadingsBack",
        tag=TAG,
        summary="Have a period read again",
        description="The next import of the period takes its place.",
        handler=send_back,
        path_model=PeriodPath,
        body=Reasoned,
        key="sending_id",
        answer=ReadingsReply,
        roles=NO_DEVICE,
        staff=READING_CLERKS,
        problems=(NotFound, SameIdOtherContent, *_SETTLED_BY_OTHERS),
    ),
]
