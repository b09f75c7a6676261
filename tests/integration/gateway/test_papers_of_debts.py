"""Warnings of a cut and agreements come out of the collector's own printer, or of the one that the office names."""

from uuid import UUID

import pytest

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import PrintAgreement
from shared.contracts.notify import PrintWarning
from shared.ids import new_id
from shared.problems import NotAllowed, NotFound
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.people import person

PAPERS = pytest.mark.parametrize(("papers", "asking"), [("warnings", PrintWarning), ("agreements", PrintAgreement)])
STAFF = {"warnings": StaffRole.SUPERVISOR, "agreements": StaffRole.CASHIER}


def prints(papers: str, of: UUID) -> str:
    """The address at which a paper is asked for."""
    return f"/v1/customers/{CUSTOMER}/{papers}/{of}/prints"


@PAPERS
async def test_a_collector_has_it_printed_on_the_own_phone_once_for_each_key(
    gateway: GatewaySystem, papers: str, asking: type[PrintWarning] | type[PrintAgreement]
) -> None:
    phone, paper, key = await gateway.phone(), new_id(), new_id()
    for _ in range(2):
        assert await phone.call("POST", prints(papers, paper), body={}, key=key) == {"print_id": str(key)}
    asked = gateway.office.asked_for(asking)
    assert {(one.print_id, one.device_id) for one in asked} == {(key, phone.device_id)}
    assert asked[0].model_dump()[f"{papers[:-1]}_id"] == paper


@PAPERS
async def test_nobody_prints_on_the_phone_of_another_collector_or_for_a_customer_of_another_route(
    gateway: GatewaySystem, papers: str, asking: type[PrintWarning] | type[PrintAgreement]
) -> None:
    own, other = await gateway.phone(), await gateway.phone("TN002")
    with pytest.raises(NotAllowed):
        await own.call("POST", prints(papers, new_id()), body={"device_id": str(other.device_id)}, key=new_id())
    with pytest.raises(NotFound):
        await other.call("POST", prints(papers, new_id()), body={}, key=new_id())
    assert gateway.office.asked_for(asking) == []


@PAPERS
async def test_the_office_names_the_phone_that_prints_it(
    gateway: GatewaySystem, papers: str, asking: type[PrintWarning] | type[PrintAgreement]
) -> None:
    phone = await gateway.phone()
    browser = await person(gateway, "lan", STAFF[papers])
    place = prints(papers, new_id())
    nowhere = await browser.call("POST", place, {}, key=new_id())
    assert (nowhere.status, nowhere.slug) == (409, "no-printer-named")
    unknown = await browser.call("POST", place, {"device_id": str(new_id())}, key=new_id())
    assert (unknown.status, unknown.slug) == (409, "unknown-device")
    done = await browser.call("POST", place, {"device_id": str(phone.device_id)}, key=new_id())
    assert done.status == 202
    (asked,) = gateway.office.asked_for(asking)
    assert asked.device_id == phone.device_id
