"""The office arranges routes: all or nothing, from what it has looked at, and an old list does not undo it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.customer import (
    ArrangeRoute,
    CustomerChanged,
    CustomersChanged,
    FurtherRoute,
    GetCollector,
    GetRoutePlan,
    RouteArranged,
    RoutePlan,
)
from shared.ids import new_id
from shared.problems import Problem
from tests.integration.customer.customer_service import TOWN, Service

HANH, HANG, UT, THANH = (f"PB1401000000{number}" for number in (1, 2, 3, 4))


async def plan(service: Service, route: str = "R1", **which: Any) -> RoutePlan:
    return await service.ask(GetRoutePlan(route_code=route, **which))


async def order(service: Service, route: str = "R1") -> list[str]:
    return [stop.customer_code for stop in (await plan(service, route)).stops]


async def arrange(service: Service, customers: list[str], *, made: UUID | None = None, **how: Any) -> RouteArranged:
    version = how.pop("version", None) or (await plan(service)).version
    return await service.ask(
        ArrangeRoute(arrangement_id=made or new_id(), route_code="R1", version=version, customers=customers, **how)
    )


def lines(codes: list[str], route: str) -> list[str]:
    """Return lines of a list with these customers at the end of a route."""
    return [
        f"{code},Khách,1 Lê Lợi,,,PB1401,{route},{100 + place},household,1,true" for place, code in enumerate(codes)
    ]


async def slug_of(work: Any) -> str:
    with pytest.raises(Problem) as refused:
        await work
    return refused.value.slug


async def test_a_route_is_put_into_another_order_and_phones_are_told_of_those_who_moved(service: Service) -> None:
    assert await order(service) == [HANH, HANG]
    before = len(await service.emitted(CustomerChanged))
    done = await arrange(service, [HANG, HANH])
    assert done.moved == 2
    found = await plan(service)
    assert ([stop.customer_code for stop in found.stops], found.version) == ([HANG, HANH], done.version)
    told = (await service.emitted(CustomerChanged))[before:]
    assert [event.customer.customer_code for event in told] == [HANH, HANG]


async def test_many_who_moved_are_told_together(service: Service) -> None:
    many = [f"PB14010001{number:03}" for number in range(30)]
    await service.import_town(customers=[*TOWN["customers.csv"], *lines(many, "R1")])
    before = len(await service.emitted(CustomersChanged))
    await arrange(service, [*reversed(many), HANG, HANH])
    [told] = (await service.emitted(CustomersChanged))[before:]
    assert {one.customer_code for one in told.customers} == {*many, HANH, HANG}


async def test_an_arrangement_is_repeated_without_harm(service: Service) -> None:
    version, made = (await plan(service)).version, new_id()
    first = await arrange(service, [HANG, HANH], made=made, version=version)
    assert await arrange(service, [HANG, HANH], made=made, version=version) == first
    assert await slug_of(arrange(service, [HANH, HANG], made=made, version=version)) == "same-id-other-content"


async def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(service: Service) -> None:
    version = (await plan(service)).version
    await arrange(service, [HANG, HANH], version=version)
    assert await slug_of(arrange(service, [HANH, HANG], version=version)) == "route-changed"
    assert await order(service) == [HANG, HANH]


async def test_of_two_arrangements_at_once_one_counts(service: Service) -> None:
    version = (await plan(service)).version
    done = await asyncio.gather(
        *(arrange(service, [HANG, HANH], version=version) for _ in range(4)), return_exceptions=True
    )
    assert sorted(one.slug if isinstance(one, Problem) else "done" for one in done) == ["done", *["route-changed"] * 3]


@pytest.mark.parametrize("customers", [[HANH], [HANH, HANG, HANG], [HANH, HANG, UT], []])
async def test_who_is_forgotten_named_twice_or_elsewhere_refuses_the_whole(
    service: Service, customers: list[str]
) -> None:
    assert await slug_of(arrange(service, customers)) == "incomplete-arrangement"
    assert await order(service) == [HANH, HANG]


async def test_a_route_is_split_into_a_new_one_of_another_collector(service: Service) -> None:
    further = FurtherRoute(route_code="R9", name="Khóm 9", collector_code="TN2", customers=[HANG])
    await arrange(service, [HANH], further=further)
    assert await order(service) == [HANH]
    new = await plan(service, "R9")
    assert (new.name, new.unit_code, new.collector_code) == ("Khóm 9", "PB1401", "TN2")
    assert [stop.customer_code for stop in new.stops] == [HANG]
    assert "R9" in (await service.ask(GetCollector(collector_code="TN2"))).routes
    told = (await service.emitted(CustomerChanged))[-1].customer
    assert (told.customer_code, told.route_code, told.collector.collector_code) == (HANG, "R9", "TN2")


async def test_customers_go_to_the_end_of_a_route_that_is_there(service: Service) -> None:
    await arrange(service, [HANG], further=FurtherRoute(route_code="R3", customers=[HANH]))
    assert await order(service, "R3") == [THANH, HANH]


async def test_where_customers_may_not_go_nothing_is_changed(service: Service) -> None:
    other = "PB1502,Điện lực Năm Căn,1 Hùng Vương,0300942001,19001006"
    await service.import_town(
        units=[*TOWN["units.csv"], other],
        collectors=[*TOWN["collectors.csv"], "TN9,Võ Văn Chín,0950 000 009,PB1502,true"],
        routes=[*TOWN["routes.csv"], "R8,Khóm 8,PB1502,TN9"],
    )
    for slug, further in (
        ("route-code-taken", FurtherRoute(route_code="R2", name="Khóm 9", collector_code="TN2", customers=[HANG])),
        ("foreign-collector", FurtherRoute(route_code="R9", name="Khóm 9", collector_code="TN9", customers=[HANG])),
        ("not-found", FurtherRoute(route_code="R8", customers=[HANG])),
        ("incomplete-arrangement", FurtherRoute(route_code="R1", customers=[HANG])),
    ):
        assert await slug_of(arrange(service, [HANH], further=further)) == slug
    assert await slug_of(arrange(service, [HANH, HANG], collector_code="TN9")) == "foreign-collector"
    assert await order(service) == [HANH, HANG]


async def test_a_stand_in_takes_a_route_over(service: Service) -> None:
    done = await arrange(service, [HANH, HANG], collector_code="TN2")
    assert done.moved == 0
    assert (await plan(service)).collector_code == "TN2"
    told = (await service.emitted(CustomerChanged))[-2:]
    assert {event.customer.customer_code: event.customer.collector.collector_code for event in told} == {
        HANH: "TN2",
        HANG: "TN2",
    }


async def test_a_route_of_another_unit_is_not_there(service: Service) -> None:
    assert await slug_of(plan(service, unit_codes=["PB1502"])) == "not-found"
    assert await slug_of(plan(service, "R77")) == "not-found"
    assert await slug_of(arrange(service, [HANG, HANH], unit_codes=["PB1502"])) == "not-found"
    assert (await plan(service, unit_codes=["PB1401"])).total_stops == 2


async def test_who_is_supplied_no_more_is_no_stop(service: Service) -> None:
    gone = [TOWN["customers.csv"][0], TOWN["customers.csv"][1].replace(",true", ",false"), *TOWN["customers.csv"][2:]]
    await service.import_town(customers=gone)
    assert await order(service) == [HANH]
    assert (await arrange(service, [HANH])).moved == 0


async def test_the_next_import_of_the_old_list_undoes_nothing(service: Service) -> None:
    await arrange(service, [HANG], further=FurtherRoute(route_code="R3", customers=[HANH]))
    report = await service.import_town()
    assert (report.ok, report.customers_announced) == (True, 0)
    tried = await service.import_town(dry_run=True)
    assert [file.changed for file in tried.files.values()] == [0] * 5
    renamed = [line.replace("Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh Dung") for line in TOWN["customers.csv"]]
    assert (await service.import_town(customers=renamed)).ok
    assert await order(service, "R3") == [THANH, HANH]


async def test_a_list_that_puts_a_customer_elsewhere_counts(service: Service) -> None:
    await arrange(service, [HANG, HANH])
    moved = [TOWN["customers.csv"][0].replace(",R1,1,", ",R2,5,"), *TOWN["customers.csv"][1:]]
    tried = await service.import_town(customers=moved, dry_run=True)
    assert tried.files["customers.csv"].changed_fields == {"place_in_route": 1, "route_code": 1}
    await service.import_town(customers=moved)
    assert await order(service, "R2") == [UT, HANH]
    # From now on the list and what is on record are the same again.
    await service.import_town()
    assert HANH in await order(service)


async def test_a_long_plan_comes_in_parts(service: Service) -> None:
    codes = [f"PB14010002{number:03}" for number in range(600)]
    await service.import_town(customers=[*TOWN["customers.csv"], *lines(codes, "R2")])
    first = await plan(service, "R2")
    assert (len(first.stops), first.total_stops) == (500, 601)
    rest = await plan(service, "R2", skip=500)
    assert [stop.customer_code for stop in (*first.stops, *rest.stops)] == [UT, *codes]
    assert first.version == rest.version
