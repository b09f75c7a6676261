"""The office is told how the day goes, as it goes: one stream for each session, of its units alone."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from services.gateway.domain.staff import StaffRole
from services.gateway.store import staff_sessions
from shared import clock
from shared.clock import business_day
from shared.contracts.billing import GetDayOfPayments, GetHoursOfPayments
from shared.contracts.customer import GetDayOfRoutes
from shared.contracts.gateway import PrintJobCause
from shared.contracts.notify import GetDueSms
from shared.contracts.receipt import PaperKind
from shared.problems import Unavailable
from shared.testing import wait_until
from simulation.phone import VirtualPrinter
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.people import COOKIE, Browser, person

EVENTS = "/v1/day/events"
OTHER_UNIT = "PB1502"


@dataclass
class Watcher:
    """A page that watches the day: the events that came, and the day as it stands by them."""

    status: int
    headers: Any
    events: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Name, id and data of each."""
    ended: bool = False

    @property
    def days(self) -> list[dict[str, Any]]:
        return [data for name, _, data in self.events if name == "day"]

    @property
    def last_id(self) -> str:
        return next(str(event_id) for name, event_id, _ in reversed(self.events) if name == "day")

    def routes(self) -> dict[str, dict[str, Any]]:
        """Return the figures by route, as a page puts them together."""
        found: dict[str, dict[str, Any]] = {}
        for day in self.days:
            if day["whole"]:
                found.clear()
            found.update({one["route_code"]: one for one in day["figures"]})
        return found

    def cash(self, route: str = "R-TN001") -> int:
        return int(self.routes().get(route, {}).get("cash", 0))

    def signs(self) -> dict[str, dict[str, Any]]:
        return {one["unit_code"]: one for one in self.days[-1]["signs"]}

    async def take(self, response: aiohttp.ClientResponse) -> None:
        fields: dict[str, str] = {}
        async for line in response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name:
                fields[name] = value
            elif fields:
                if "data" in fields:
                    event = (fields.get("event", ""), fields.get("id", ""), json.loads(fields["data"]))
                    self.events.append(event)
                fields = {}
        self.ended = True


@asynccontextmanager
async def watching(browser: Browser, *, last_id: str = "", url: str | None = None) -> AsyncIterator[Watcher]:
    headers = {"Cookie": f"{COOKIE}={browser.token}", **({"Last-Event-ID": last_id} if last_id else {})}
    async with browser.session.get((url or browser.url) + EVENTS, headers=headers) as response:
        watcher = Watcher(response.status, response.headers)
        task = asyncio.create_task(watcher.take(response))
        try:
            yield watcher
        finally:
            task.cancel()
            await asyncio.wait([task])
            response.close()


async def pay(system: GatewaySystem, phone: Any, amount: int = 100_000) -> None:
    await phone.pay(CUSTOMER, amount)


async def supervisor(system: GatewaySystem, name: str = "lan", units: tuple[str, ...] = ("*",)) -> Browser:
    return await person(system, name, StaffRole.SUPERVISOR, units=units)


async def test_a_page_gets_the_whole_day_and_then_the_routes_that_change(gateway: GatewaySystem) -> None:
    await gateway.add_customer("PB15010000002", "TN002")
    phone = await gateway.phone()
    async with watching(await supervisor(gateway)) as page:
        await wait_until(lambda: bool(page.days))
        assert page.headers["Content-Type"].startswith("text/event-stream")
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert page.days[0]["whole"]
        assert set(page.routes()) == {"R-TN001", "R-TN002"}
        await pay(gateway, phone)
        await wait_until(lambda: page.cash() == 100_000)
        changed = [day for day in page.days[1:] if day["figures"]]
        assert [[one["route_code"] for one in day["figures"]] for day in changed] == [["R-TN001"]]
        assert not changed[0]["whole"]


async def test_a_page_sees_the_units_of_its_person_alone(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    own, others = await supervisor(gateway), await supervisor(gateway, "hoa", units=(OTHER_UNIT,))
    async with watching(own) as page, watching(others) as foreign:
        await wait_until(lambda: bool(page.days and foreign.days))
        await pay(gateway, phone)
        await wait_until(lambda: page.cash() == 100_000)
        assert foreign.routes() == {}
        assert foreign.signs() == {}
        asked = {
            tuple(one.unit_codes)
            for one in gateway.office.asked
            if isinstance(one, GetDayOfRoutes | GetDayOfPayments | GetDueSms)
        }
        assert asked == {(), (OTHER_UNIT,)}


async def test_a_page_that_comes_back_is_sent_only_what_it_missed(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    one, other = await supervisor(gateway), await supervisor(gateway, "hoa")
    async with watching(one) as page:
        await wait_until(lambda: bool(page.days))
        async with watching(other) as first:
            await wait_until(lambda: bool(first.days))
        async with watching(other, last_id=page.last_id) as again, watching(await supervisor(gateway, "nam")) as new:
            await wait_until(lambda: bool(new.days))
            assert again.days == []
            await pay(gateway, phone)
            await wait_until(lambda: again.cash() == new.cash() == 100_000)
            assert not again.days[0]["whole"]
        async with watching(other, last_id="of-another-copy-7") as stranger:
            await wait_until(lambda: bool(stranger.days))
            assert stranger.days[0]["whole"]


async def test_who_may_not_see_the_day_is_refused(gateway: GatewaySystem) -> None:
    async with gateway.session.get(gateway.url + EVENTS) as response:
        assert response.status == 401
    phone = await gateway.phone()
    async with gateway.session.get(
        gateway.url + EVENTS, headers={"Authorization": f"Bearer {phone.token}"}
    ) as response:
        assert response.status == 403
    for role in (StaffRole.ADMINISTRATOR, StaffRole.OPERATOR):
        async with watching(await person(gateway, role.value, role)) as page:
            assert page.status == 403


async def test_a_stream_ends_with_its_session(gateway: GatewaySystem) -> None:
    browser = await supervisor(gateway)
    async with watching(browser) as page:
        await wait_until(lambda: bool(page.days))
        assert (await browser.call("DELETE", "/v1/staff/sessions/current")).status == 204
        await wait_until(lambda: page.ended)
        assert [(name, data) for name, _, data in page.events if name == "ended"] == [("ended", {"because": "session"})]
    async with watching(Browser(gateway.url, gateway.session, "ts_lan")) as page:
        assert page.status == 401


async def test_a_stream_ends_with_the_rights_that_it_was_opened_with(gateway: GatewaySystem) -> None:
    browser = await supervisor(gateway)
    async with watching(browser) as page:
        await wait_until(lambda: bool(page.days))
        await gateway.pool.execute("UPDATE staff SET roles = '{operator}' WHERE staff_id = $1", browser.staff_id)
        await wait_until(lambda: page.ended)
        assert not [name for name, _, _ in page.events if name == "ended"], "the browser comes back by itself"
    async with watching(browser) as page:
        assert page.status == 403


async def test_a_stream_that_is_opened_while_sessions_are_asked_for_goes_on(
    gateway: GatewaySystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking, opened, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()
    rights_of = staff_sessions.rights_of

    async def slow(*arguments: Any, **limits: Any) -> Any:
        if answered.is_set():
            return await rights_of(*arguments, **limits)
        found = await rights_of(*arguments, **limits)
        asking.set()
        await opened.wait()
        answered.set()
        return found

    monkeypatch.setattr(staff_sessions, "rights_of", slow)
    async with watching(await supervisor(gateway)) as earlier:
        await asyncio.wait_for(asking.wait(), 30)
        async with watching(await supervisor(gateway, "hoa")) as page:
            await wait_until(lambda: bool(page.days))
            opened.set()
            await wait_until(answered.is_set)
            phone = await gateway.phone()
            await pay(gateway, phone)
            await wait_until(lambda: earlier.cash() == page.cash() == 100_000)
            assert not page.ended


async def test_a_session_has_one_stream_the_latest(gateway: GatewaySystem) -> None:
    browser = await supervisor(gateway)
    async with watching(browser) as older:
        await wait_until(lambda: bool(older.days))
        async with watching(browser) as newer:
            await wait_until(lambda: older.ended and bool(newer.days))
            assert older.events[-1][::2] == ("ended", {"because": "replaced"})
            assert not newer.ended


async def test_a_stream_keeps_no_session_alive(gateway: GatewaySystem) -> None:
    browser = await supervisor(gateway)
    seen = "SELECT last_seen_at FROM staff_sessions JOIN staff USING (staff_id) WHERE login_name = 'lan'"
    await gateway.pool.execute("UPDATE staff_sessions SET last_seen_at = last_seen_at - interval '20 minutes'")
    before = await gateway.pool.fetchval(seen)
    async with watching(browser) as page:
        await wait_until(lambda: bool(page.days))
    assert await gateway.pool.fetchval(seen) == before


async def test_a_silent_stream_shows_that_it_lives(system: GatewaySystem) -> None:
    async with system.gateway(heartbeat=0.2) as url:
        system.url = url
        async with watching(await supervisor(system)) as page:
            await wait_until(lambda: any(name == "alive" for name, _, _ in page.events))


async def test_a_change_at_one_copy_is_seen_at_the_others(system: GatewaySystem) -> None:
    async with system.gateway() as here, system.gateway() as there:
        system.url = here
        await system.add_customer()
        phone = await system.phone()
        browsers = [await supervisor(system, name) for name in ("lan", "hoa")]
        async with watching(browsers[0], url=here) as one, watching(browsers[1], url=there) as other:
            await wait_until(lambda: bool(one.days and other.days))
            await pay(system, phone)
            await wait_until(lambda: one.cash() == other.cash() == 100_000)


async def test_many_browsers_and_payments_cost_one_reading_a_second(gateway: GatewaySystem) -> None:
    phone = await gateway.phone()
    browsers = [await supervisor(gateway, f"person{number}") for number in range(20)]
    now = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as group:
        started, done = now(), asyncio.Event()
        pages: list[Watcher] = []

        async def watch(browser: Browser) -> None:
            async with watching(browser) as page:
                pages.append(page)
                await done.wait()

        for browser in browsers:
            group.create_task(watch(browser))
        await wait_until(lambda: len(pages) == 20 and all(page.days for page in pages))
        for _ in range(15):
            await pay(gateway, phone, 10_000)
        await wait_until(lambda: all(page.cash() == 150_000 for page in pages))
        done.set()
    assert len(gateway.office.asked_for(GetDayOfRoutes)) / 2 <= now() - started + 2, "each reading asks for two parts"


async def test_what_to_look_after_is_counted_by_unit(gateway: GatewaySystem) -> None:
    browser = await supervisor(gateway)
    printer = VirtualPrinter()
    printer.stop(PrintJobCause.PAPER_OUT)
    phone = await gateway.phone(printer=printer)
    silent = await gateway.phone("TN002")
    await gateway.pool.execute("UPDATE collectors SET unit_code = 'PB1501'")
    async with watching(browser) as page:
        await phone.open_stream()
        await wait_until(lambda: bool(page.days) and page.signs().get("PB1501", {}).get("connected") == 1)
        assert page.signs()["PB1501"] == {
            "unit_code": "PB1501",
            "phones": 2,
            "connected": 1,
            "failing_printers": 0,
            "unconfirmed_papers": 0,
            "sms_due": 7,
            "sms_late": 2,
        }
        await gateway.print(phone, PaperKind.RECEIPT)
        await wait_until(lambda: page.signs()["PB1501"]["failing_printers"] == 1)
        await phone.close()
        await wait_until(lambda: page.signs()["PB1501"]["connected"] == 0)
    assert silent.device_id != phone.device_id


async def test_without_notify_the_day_goes_on(gateway: GatewaySystem) -> None:
    gateway.office.refuse(GetDueSms, Unavailable())
    phone = await gateway.phone()
    async with watching(await supervisor(gateway)) as page:
        await wait_until(lambda: bool(page.days))
        assert {one["sms_due"] for one in page.days[0]["signs"]} <= {None}
        await pay(gateway, phone)
        await wait_until(lambda: page.cash() == 100_000)


async def test_without_billing_the_day_is_read_again_until_it_can_be(gateway: GatewaySystem) -> None:
    gateway.office.refuse(GetDayOfPayments, Unavailable())
    async with watching(await supervisor(gateway)) as page:
        await wait_until(lambda: len(gateway.office.asked_for(GetDayOfPayments)) >= 2)
        assert page.days == []
        del gateway.office.other_answers[GetDayOfPayments]
        await wait_until(lambda: bool(page.days))


async def test_the_hours_of_a_day_come_with_those_of_the_week_before(gateway: GatewaySystem) -> None:
    browser, day = await supervisor(gateway), business_day(clock.now()) - timedelta(days=2)
    answer = await browser.call("GET", f"/v1/day/hours?day={day}")
    assert [one["day"] for one in answer.body["days"]] == [str(day - timedelta(days=back)) for back in range(7, -1, -1)]
    assert answer.body["days"][-1]["hours"] == [{"hour": 9, "amount": 475_000, "payments": 1}]
    asked = len(gateway.office.asked_for(GetHoursOfPayments))
    assert (await browser.call("GET", f"/v1/day/hours?day={day}")).body == answer.body
    assert len(gateway.office.asked_for(GetHoursOfPayments)) == asked, "what was read is kept for a while"


async def test_hours_are_those_of_the_own_units_and_of_one_of_them_where_asked(gateway: GatewaySystem) -> None:
    clerk, day = await supervisor(gateway, "hoa", units=("PB1501", "PB1503")), business_day(clock.now())
    for asked, units in (("", ["PB1501", "PB1503"]), ("&unit_code=PB1503", ["PB1503"])):
        assert (await clerk.call("GET", f"/v1/day/hours?day={day}{asked}")).status == 200
        assert gateway.office.asked_for(GetHoursOfPayments)[-1].unit_codes == units
    assert (await clerk.call("GET", f"/v1/day/hours?day={day}&unit_code={OTHER_UNIT}")).status == 404


async def test_how_full_a_battery_is_stands_with_the_device(gateway: GatewaySystem) -> None:
    desk, phone = await gateway.desk("supervisor"), await gateway.phone()
    await phone.open_stream()
    assert phone.stream.welcome is not None
    assert phone.stream.welcome["battery"] is True
    assert (await desk.call("GET", f"/v1/devices/{phone.device_id}"))["battery_percent"] is None
    await phone.stream.tell_battery(17, charging=False)

    async def told() -> bool:
        device = await desk.call("GET", f"/v1/devices/{phone.device_id}")
        return (device["battery_percent"], device["battery_charging"]) == (17, False) and device[
            "battery_at"
        ] is not None

    await wait_until(told)
    await phone.stream.tell_battery(101, charging=False)
    await wait_until(lambda: phone.stream.closed_with == 4002)
