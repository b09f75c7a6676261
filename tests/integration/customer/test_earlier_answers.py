"""Visits and corrections that version 0.1 has recorded: their answers are still given."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.common import NextStep, Outcome
from shared.contracts.customer import CorrectPhone, PhoneCorrected, RecordVisit, Visit, VisitReply
from shared.contracts.message import Request
from shared.problems import Conflict
from tests.integration.customer.accounts import billed
from tests.integration.customer.customer_service import NOW, Service

HANH = "PB14010000001"
VISIT = RecordVisit(
    visit_id=UUID(int=8),
    customer_code=HANH,
    collector_code="TN1",
    device_id=UUID(int=4),
    outcome=Outcome.CANNOT_PAY,
    visited_at=NOW,
    appointment=NOW + timedelta(days=1),
    note="mai",
)
CORRECTION = CorrectPhone(
    correction_id=UUID(int=9), customer_code=HANH, collector_code="TN1", phone="0912 345 678", reason="Khách đổi số"
)
RECORDED_VISIT = f"""
INSERT INTO visits (visit_id, customer_code, collector_code, outcome, visited_at, note, next_step, misses,
    account_version)
VALUES ('{UUID(int=8)}', '{HANH}', 'TN1', 'cannot_pay', '2026-11-23T03:00:00Z', 'mai', 'revisit', 1, 0);
INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at)
VALUES ('{UUID(int=8)}', 'cannot_pay', 'ba26de04254b4d5d5caeec169b9107477e93d27722cbf555fd610c66d83a7d96',
    '{{"visit_id": "{UUID(int=8)}", "customer_code": "{HANH}", "collector_code": "TN1", "outcome": "cannot_pay",
      "visited_at": "2026-11-23T03:00:00Z", "appointment": "2026-11-24T03:00:00Z", "note": "mai",
      "next_step": "revisit", "misses": 1}}', now());
"""
RECORDED_CORRECTION = f"""
INSERT INTO phone_corrections (correction_id, customer_code, collector_code, old_phone, new_phone, reason, fingerprint,
    corrected_at)
VALUES ('{UUID(int=9)}', '{HANH}', 'TN1', '+84953000101', '+84912345678', 'Khách đổi số',
    '50696ad87631f7def1e5c18f4842cd97035e342994db99d2863605c725690544', now());
"""
"""As version 0.1 has written them."""


async def refusal(service: Service, request: Request[Any]) -> str:
    with pytest.raises(Conflict) as refused:
        await service.ask(request)
    return refused.value.slug


async def test_a_visit_that_version_0_1_has_recorded_gets_its_answer(service: Service) -> None:
    await service.pool.execute(RECORDED_VISIT)

    assert await service.ask(VISIT) == VisitReply(
        visit=Visit(
            visit_id=UUID(int=8),
            customer_code=HANH,
            collector_code="TN1",
            outcome=Outcome.CANNOT_PAY,
            visited_at=NOW,
            appointment=NOW + timedelta(days=1),
            note="mai",
            next_step=NextStep.REVISIT,
            misses=1,
        )
    )
    for other in ({"note": "mốt"}, {"device_id": UUID(int=5)}):
        assert await refusal(service, VISIT.model_copy(update=other)) == "same-id-other-content"


async def test_a_correction_that_version_0_1_has_recorded_gets_its_answer(service: Service) -> None:
    await service.pool.execute(RECORDED_CORRECTION)

    assert await service.ask(CORRECTION) == PhoneCorrected(
        correction_id=UUID(int=9), customer_code=HANH, old_phone="+84953000101", new_phone="+84912345678"
    )
    assert await refusal(service, CORRECTION.model_copy(update={"phone": "0912 345 679"})) == "same-id-other-content"


async def test_a_copy_of_version_0_1_that_still_runs_knows_what_the_new_one_has_recorded(service: Service) -> None:
    await service.consume(billed(HANH, 1))
    await service.ask(VISIT)
    await service.ask(CORRECTION)

    fingerprints = (
        await service.pool.fetchval("SELECT fingerprint FROM visit_records"),
        await service.pool.fetchval("SELECT fingerprint FROM phone_corrections"),
    )
    assert fingerprints == (
        "ba26de04254b4d5d5caeec169b9107477e93d27722cbf555fd610c66d83a7d96",
        "50696ad87631f7def1e5c18f4842cd97035e342994db99d2863605c725690544",
    )
