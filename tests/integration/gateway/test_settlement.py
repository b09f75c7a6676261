"""Who may see, close, confirm and decide shifts at the gateway, and what it passes on of who it was."""

import pytest

from shared import clock
from shared.contracts.billing import CloseShift, ConfirmShift, DecideShift, GetShifts, NextShift, ShiftReply, ShiftState
from shared.problems import Problem
from tests.integration.gateway.conftest import GatewaySystem


async def test_a_collector_declares_a_cashier_confirms_and_a_supervisor_decides(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    supervisor = await gateway.desk("supervisor")
    shift = (await phone.open_shift()).shift
    await phone.close_shift(shift.shift_id, 0)
    [closing] = gateway.office.asked_for(CloseShift)
    assert (closing.declared_by, closing.declaring_device_id) == ("collector:TN001", phone.device_id)

    confirmed = await cashier.confirm_shift(shift.shift_id, 5, "Thừa 5 đồng")
    assert confirmed.shift.state is ShiftState.DIFFERENT
    [confirming] = gateway.office.asked_for(ConfirmShift)
    assert (confirming.confirmed_by, confirming.device_id) == (f"cashier:{cashier.device_id}", cashier.device_id)

    decision = {"decision": "written_off", "reason": "Tiền lẻ"}
    path = f"/v1/shifts/{shift.shift_id}/decision"
    decided = await supervisor.write(ShiftReply, "POST", path, decision)
    assert decided.shift.state is ShiftState.SETTLED
    [deciding] = gateway.office.asked_for(DecideShift)
    assert (deciding.decided_by, deciding.device_id) == (f"supervisor:{supervisor.device_id}", supervisor.device_id)


async def test_cashier_and_supervisor_list_and_read_shifts_and_a_collector_sees_the_own_only(
    gateway: GatewaySystem,
) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    supervisor = await gateway.desk("supervisor")
    shift = (await phone.open_shift()).shift
    for desk in (cashier, supervisor):
        assert (await desk.read(ShiftReply, f"/v1/shifts/{shift.shift_id}")).shift == shift
        [listed] = (await desk.shifts(state="open", unit_code="PB1501")).shifts
        assert listed.shift == shift
    asked = gateway.office.asked_for(GetShifts)[-1]
    assert (asked.states, asked.unit_code, asked.limit) == ([ShiftState.OPEN], "PB1501", 50)
    assert (await phone.read(NextShift, "/v1/shifts/next")).refusal is None
    with pytest.raises(Problem) as refused:
        await phone.call("GET", "/v1/shifts")
    assert refused.value.status == 403


async def test_only_the_office_confirms_and_only_a_supervisor_decides(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    shift = (await phone.open_shift()).shift
    confirmation = {"counted_cash": 0}
    with pytest.raises(Problem) as refused:
        await phone.call("POST", f"/v1/shifts/{shift.shift_id}/confirmation", body=confirmation)
    assert refused.value.status == 403
    decision = {"decision": "charged", "reason": "?"}
    with pytest.raises(Problem) as refused:
        await cashier.call("POST", f"/v1/shifts/{shift.shift_id}/decision", body=decision)
    assert refused.value.status == 403


async def test_a_desk_that_closes_a_shift_is_named_as_the_one_that_declares(gateway: GatewaySystem) -> None:
    phone, cashier = await gateway.phone(), await gateway.desk("cashier")
    shift = (await phone.open_shift()).shift
    body = {"counted_cash": 0, "closed_at": clock.now().isoformat()}
    await cashier.call("POST", f"/v1/collectors/TN001/shifts/{shift.shift_id}/closing", body=body)
    [closing] = gateway.office.asked_for(CloseShift)
    assert (closing.declared_by, closing.declaring_device_id) == (f"cashier:{cashier.device_id}", cashier.device_id)
    assert closing.device_id is None, "nothing is printed at a desk"
