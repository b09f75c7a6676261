"""Held readings in the office: who decides over them, and for which units."""

from datetime import date

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import (
    CorrectedPeriod,
    CorrectReadings,
    GetHeldReadings,
    ReleaseReadings,
    SendReadingsBack,
)
from shared.ids import new_id
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

REASON = {"reason": "Đã xem ảnh công tơ"}


async def test_a_billing_clerk_decides_over_held_readings_of_the_own_units(gateway: GatewaySystem) -> None:
    clerk = await person(gateway, "lan", StaffRole.BILLING_CLERK, units=("PB1502",))
    period_id = new_id()
    place = f"/v1/held-readings/{period_id}"
    assert (await clerk.call("GET", "/v1/held-readings?rule=gap")).status == 200
    right = {"readings": [{"new_reading": 1_240}], "period": {"period_to": "2026-10-31", "cos_phi": "0.85"}, **REASON}
    done = [
        await clerk.call("POST", f"{place}/release", REASON, key=new_id()),
        await clerk.call("POST", f"{place}/correction", right, key=new_id()),
        await clerk.call("POST", f"{place}/return", REASON, key=new_id()),
    ]
    assert [one.status for one in done] == [200, 200, 200]
    (listed,) = gateway.office.asked_for(GetHeldReadings)
    (released,) = gateway.office.asked_for(ReleaseReadings)
    (corrected,) = gateway.office.asked_for(CorrectReadings)
    (sent_back,) = gateway.office.asked_for(SendReadingsBack)
    assert (listed.rule, listed.unit_codes) == ("gap", ["PB1502"])
    assert {one.period_id for one in (released, corrected, sent_back)} == {period_id}
    assert [one.unit_codes for one in (released, corrected, sent_back)] == [["PB1502"]] * 3
    assert [one.new_reading for one in corrected.readings] == [1_240]
    assert corrected.period == CorrectedPeriod(period_to=date(2026, 10, 31), cos_phi="0.85")


async def test_whoever_reads_held_readings_alone_changes_none(gateway: GatewaySystem) -> None:
    supervisor = await person(gateway, "minh", StaffRole.SUPERVISOR)
    assert (await supervisor.call("GET", "/v1/held-readings")).status == 200
    refused = await supervisor.call("POST", f"/v1/held-readings/{new_id()}/release", REASON, key=new_id())
    assert refused.status == 403
