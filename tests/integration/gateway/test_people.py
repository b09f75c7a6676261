"""People of the office: signing in, attacks on sessions, rights of each role, units, and the log of what they do."""

import asyncio
import csv
import io
import re
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pyotp
import pytest
import pytest_asyncio

from services.gateway.domain.staff import StaffRole
from services.gateway.store import guess_limits
from services.gateway.store.guess_limits import Guess
from shared import clock
from shared.contracts.actor import Actor, ActorKind, AskedBy, Proof
from shared.contracts.billing import CloseShift, ConfirmShift, GetShifts, RecordPayment, ReversePayment
from shared.contracts.customer import CollectorDetails, GetCollector, GetReadingComplaints, SearchCustomers
from shared.ids import new_id
from shared.problems import NotFound, Problem, TimedOut
from shared.testing.conditions import wait_until
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import CUSTOMER, GatewaySystem
from tests.integration.gateway.people import COOKIE, PASSWORD, Browser, newcomer, person

OTHER_UNIT = ("PB1502",)


@pytest_asyncio.fixture
async def gateway(system: GatewaySystem) -> AsyncIterator[GatewaySystem]:
    """A gateway that limits only what a test asks for."""
    async with system.gateway(sign_in_failures_of_name=6, requests_per_second=10_000) as url:
        system.url = url
        await system.add_customer()
        yield system


def stranger(gateway: GatewaySystem, **headers: str) -> Browser:
    return Browser(gateway.url, gateway.session, headers=headers)


def credentials(login_name: str = "lan", password: str = PASSWORD, **more: Any) -> dict[str, Any]:
    return {"login_name": login_name, "password": password, **more}


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_a_one_time_code_sets_a_password_and_a_second_factor_is_used_once(gateway: GatewaySystem) -> None:
    code = await newcomer(gateway, "lan", StaffRole.CASHIER)
    browser = stranger(gateway)
    first = "/v1/staff/first-sign-in"
    weak = await browser.call("POST", first, {"login_name": "lan", "code": code, "password": "matkhau12345"})
    assert (weak.status, weak.slug, weak.body["facts"]) == (409, "weak-password", {"reason": "common"})
    wrong = await browser.call("POST", first, {"login_name": "lan", "code": "AAAA-AAAA-AAAA", "password": PASSWORD})
    assert (wrong.status, wrong.slug) == (401, "wrong-credentials")
    done = await browser.call("POST", first, {"login_name": "LAN", "code": code.lower(), "password": PASSWORD})
    assert done.status == 201
    cookie = done.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=ts_")
    assert cookie.partition("; ")[2] == "Max-Age=43200; Path=/; HttpOnly; SameSite=Strict"
    again = await stranger(gateway).call("POST", first, {"login_name": "lan", "code": code, "password": PASSWORD})
    assert again.slug == "wrong-credentials", "the code is used up"
    me = (await browser.call("GET", "/v1/staff/me")).body
    assert (me["login_name"], me["units"], me["roles"], me["second_factor"]) == ("lan", ["*"], ["cashier"], False)

    begun = await browser.call("POST", "/v1/staff/me/second-factor", {"password": PASSWORD})
    totp = pyotp.parse_uri(begun.body["otpauth_uri"])
    assert isinstance(totp, pyotp.TOTP)
    confirmation = "/v1/staff/me/second-factor/confirmation"
    assert (await browser.call("POST", confirmation, {"code": "000000"})).slug == "wrong-code"
    used = totp.at(clock.now() - timedelta(seconds=30))
    assert (await browser.call("POST", confirmation, {"code": used})).body["second_factor"] is True

    other = stranger(gateway)
    assert (await other.call("POST", "/v1/staff/sessions", credentials())).slug == "second-factor-needed"
    assert (await other.call("POST", "/v1/staff/sessions", credentials(second_factor=used))).slug == "wrong-credentials"
    fresh = credentials(second_factor=totp.at(clock.now() + timedelta(seconds=30)))
    assert (await other.call("POST", "/v1/staff/sessions", fresh)).status == 201
    assert (await stranger(gateway).call("POST", "/v1/staff/sessions", fresh)).slug == "wrong-credentials", "replayed"

    async with gateway.pool.acquire() as connection:
        while not await guess_limits.take(connection, Guess.SECOND_FACTOR, "lan", 20 / 60, burst=20):
            pass
    assert (await stranger(gateway).call("POST", "/v1/staff/sessions", credentials())).slug == "second-factor-needed"
    guess = {"password": PASSWORD, "second_factor": "000000"}
    limited = await browser.call("POST", "/v1/staff/me/second-factor", guess)
    assert limited.slug == "too-many-requests", "a right password gives no guess of a code back"

    kept = await gateway.pool.fetch("SELECT row_to_json(staff)::text FROM staff")
    kept += await gateway.pool.fetch("SELECT row_to_json(acts)::text FROM staff_acts AS acts")
    kept += await gateway.pool.fetch("SELECT row_to_json(staff_sessions)::text FROM staff_sessions")
    assert not any(secret in row[0] for row in kept for secret in (PASSWORD, code, str(browser.token), used))


async def test_a_refusal_never_says_what_of_the_credentials_is_wrong_and_guesses_are_limited_by_name(
    gateway: GatewaySystem,
) -> None:
    code = await newcomer(gateway, "lan", StaffRole.CASHIER)
    await stranger(gateway).call(
        "POST", "/v1/staff/first-sign-in", {"login_name": "lan", "code": code, "password": PASSWORD}
    )
    browser = stranger(gateway)
    wrong = await browser.call("POST", "/v1/staff/sessions", credentials(password="sai mật khẩu rồi"))
    nobody = await browser.call("POST", "/v1/staff/sessions", credentials("nobody"))
    assert (wrong.status, wrong.body) == (nobody.status, nobody.body) == (401, wrong.body)
    assert wrong.slug == "wrong-credentials"
    async with gateway.pool.acquire() as connection:
        for name in ("lan", "mai"):
            while not await guess_limits.take(connection, Guess.SIGN_IN_NAME, name, 6):
                pass
    at_home = await stranger(gateway).call("POST", "/v1/staff/sessions", credentials())
    assert at_home.status == 201, "whoever guesses elsewhere keeps nobody out"
    assert (await browser.call("POST", "/v1/staff/sessions", credentials("mai"))).status == 429
    for _ in range(50):
        limited = await browser.call("POST", "/v1/staff/sessions", credentials(password="sai mật khẩu rồi"))
        if limited.status == 429:
            break
    limited = await browser.call("POST", "/v1/staff/sessions", credentials())
    assert (limited.status, limited.slug) == (429, "too-many-requests"), "even the right one"
    assert int(limited.headers["Retry-After"]) > 0
    other = await browser.call("POST", "/v1/staff/sessions", credentials("hoa"))
    assert other.status == 401, "others are not locked out"
    for _ in range(20):
        await browser.call("POST", "/v1/staff/sessions", credentials("mai"))
    untried = "SELECT count(*) FROM staff_act_outcomes WHERE problem = 'too-many-requests'"
    assert 1 <= await gateway.pool.fetchval(untried) < 10, "a flood does not write to the log"
    tried = await gateway.pool.fetch("SELECT login_name FROM staff_acts WHERE what = 'signIn' ORDER BY act_id")
    assert [row[0] for row in tried[:2]] == ["lan", None]
    assert {row[0] for row in tried} == {"lan", None}, "no name that may be a password"


async def test_a_session_ends_by_sign_out_password_change_idleness_age_and_deactivation(gateway: GatewaySystem) -> None:
    code = await newcomer(gateway, "lan", StaffRole.CASHIER)
    one, two = stranger(gateway), stranger(gateway)
    await one.call("POST", "/v1/staff/first-sign-in", {"login_name": "lan", "code": code, "password": PASSWORD})
    await two.call("POST", "/v1/staff/sessions", credentials())
    old, new = one.token, "ba con vịt bơi trong ao"
    changed = await one.call("POST", "/v1/staff/me/password", {"old_password": PASSWORD, "new_password": new})
    assert changed.status == 200
    assert one.token != old
    assert [(await browser.call("GET", "/v1/staff/me")).status for browser in (one, two)] == [200, 401]
    await two.call("POST", "/v1/staff/sessions", credentials(password=new))
    gone = await two.call("DELETE", "/v1/staff/sessions/current")
    assert (gone.status, gone.headers["Set-Cookie"].split("; ")[1]) == (204, "Max-Age=0")

    ended = (401, "not-authenticated")
    for column, age in (("last_seen_at", 1801), ("begun_at", 43_201)):
        late = await person(gateway, f"late.{column.split('_')[0]}", StaffRole.CASHIER)
        assert (await late.call("GET", "/v1/staff/me")).status == 200
        await gateway.pool.execute(
            f"UPDATE staff_sessions SET {column} = {column} - interval '{age} s' WHERE staff_id = $1", late.staff_id
        )
        answer = await late.call("GET", "/v1/staff/me")
        assert (answer.status, answer.slug) == ended

    left_alone = await person(gateway, "away", StaffRole.CASHIER)
    for status in (200, 401):
        await gateway.pool.execute(
            "UPDATE staff_sessions SET last_seen_at = last_seen_at - interval '1000 s' WHERE staff_id = $1",
            left_alone.staff_id,
        )
        assert (await left_alone.call("GET", "/v1/staff/me", X_Unattended="1")).status == status

    administrator = await person(gateway, "admin.one", StaffRole.ADMINISTRATOR)
    victim = await person(gateway, "hoa", StaffRole.CASHIER)
    path = f"/v1/staff/{victim.staff_id}/deactivation"
    closed = await administrator.call("POST", path, {"reason": "Nghỉ việc"})
    assert closed.body["deactivated_at"] is not None
    answer = await victim.call("GET", "/v1/staff/me")
    assert (answer.status, answer.slug) == ended


# --- attacks ---------------------------------------------------------------------------------------------------------


async def test_a_foreign_page_does_nothing_with_a_session(gateway: GatewaySystem) -> None:
    administrator = await person(gateway, "admin", StaffRole.ADMINISTRATOR)
    other = await person(gateway, "other", StaffRole.ADMINISTRATOR)
    body = {"login_name": "mai", "full_name": "Mai", "units": ["PB1501"], "roles": ["cashier"]}
    tries: list[tuple[str | None, dict[str, Any]]] = [
        (None, {}),
        ("", {}),
        ("wrong", {}),
        (other.csrf, {}),
        ("own", {"Sec_Fetch_Site": "cross-site"}),
        ("own", {"Sec_Fetch_Site": "same-site"}),
    ]
    for csrf, headers in tries:
        refused = await administrator.call("POST", "/v1/staff", body, key=new_id(), csrf=csrf, **headers)
        assert (refused.status, refused.slug) == (403, "csrf-refused"), (csrf, headers)
    made = await administrator.call("POST", "/v1/staff", body, key=new_id(), Sec_Fetch_Site="same-origin")
    assert made.status == 201
    forced = await stranger(gateway).call("POST", "/v1/staff/sessions", credentials(), Sec_Fetch_Site="cross-site")
    assert forced.slug == "csrf-refused"
    kept = await gateway.pool.fetchval("SELECT count(*) FROM staff_act_outcomes WHERE problem = 'csrf-refused'")
    assert kept == 6


async def test_two_identities_at_once_are_refused(gateway: GatewaySystem) -> None:
    cashier, desk = await person(gateway, "lan", StaffRole.CASHIER), await gateway.desk("supervisor")
    path = f"/v1/customers/{CUSTOMER}"
    both: list[dict[str, Any]] = [
        {"Authorization": f"Bearer {desk.token}"},
        {"Authorization": "Bearer wrong"},
        {"Cookie": f"{COOKIE}={cashier.token}; {COOKIE}=ts_other"},
    ]
    for headers in both:
        refused = await cashier.call("GET", path, **headers)
        assert (refused.status, refused.slug) == (400, "ambiguous-request")
    assert (await cashier.call("GET", path)).status == 200


async def test_a_session_that_somebody_else_chose_is_never_taken_over(gateway: GatewaySystem) -> None:
    code = await newcomer(gateway, "lan", StaffRole.CASHIER)
    victim = stranger(gateway)
    victim.token = "ts_chosen-by-the-attacker"
    body = {"login_name": "lan", "code": code, "password": PASSWORD}
    await victim.call("POST", "/v1/staff/first-sign-in", body)
    before = victim.token
    assert before != "ts_chosen-by-the-attacker"
    await victim.call("POST", "/v1/staff/sessions", credentials())
    assert victim.token != before
    for token in ("ts_chosen-by-the-attacker", before):
        attacker = stranger(gateway)
        attacker.token = token
        assert (await attacker.call("GET", "/v1/staff/me")).status == 401
    beyond = stranger(gateway, Cookie=f"__Host-{COOKIE}={victim.token}")
    assert (await beyond.call("GET", "/v1/staff/me")).status == 401, "not the name that counts on this machine"
    elsewhere = stranger(gateway, Host="office.example.vn", Cookie=f"{COOKIE}={victim.token}")
    assert (await elsewhere.call("GET", "/v1/staff/me")).status == 401, "nor this one elsewhere"
    secure = await stranger(gateway, Host="office.example.vn").call("POST", "/v1/staff/sessions", credentials())
    assert secure.headers["Set-Cookie"].startswith(f"__Host-{COOKIE}=ts_")
    assert secure.headers["Set-Cookie"].endswith("; Path=/; HttpOnly; SameSite=Strict; Secure")


# --- rights ----------------------------------------------------------------------------------------------------------


async def test_each_role_may_call_what_the_description_says_and_nothing_else(gateway: GatewaySystem) -> None:
    async with gateway.session.get(f"{gateway.url}/openapi.json") as response:
        paths = (await response.json())["paths"]
    people = {role.value: await person(gateway, f"the.{role}", role) for role in StaffRole}
    desk = await gateway.desk("supervisor")
    operations = [
        (method.upper(), path.replace("{customer_code}", CUSTOMER).replace("{collector_code}", "TN001"), operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if "x-roles" in operation
    ]
    assert len(operations) > 50
    wrong = []
    for method, template, operation in operations:
        path, allowed = template, operation["x-roles"]
        path = re.sub(r"\{\w+\}", str(UUID(int=9)), path)
        name = operation["operationId"]
        for role, browser in people.items():
            if name == "signOut" or name.startswith("revokeStaff"):
                continue
            answer = await browser.call(method, path)
            refused = (answer.status, answer.slug) == (403, "not-allowed")
            if refused == (role in allowed["staff"]) or answer.status == 401:
                wrong.append((name, role, answer.status, answer.slug))
        nobody = await stranger(gateway).call(method, path)
        if (nobody.status, nobody.slug) != (401, "not-authenticated"):
            wrong.append((name, "nobody", nobody.status, nobody.slug))
        if not allowed["devices"]:
            answer = await stranger(gateway, Authorization=f"Bearer {desk.token}").call(method, path)
            if (answer.status, answer.slug) != (403, "not-allowed"):
                wrong.append((name, "a supervisor's desk", answer.status, answer.slug))
    assert wrong == []


async def test_people_of_one_unit_neither_see_nor_change_anything_of_another(gateway: GatewaySystem) -> None:
    roles = (StaffRole.SUPERVISOR, StaffRole.CASHIER, StaffRole.BILLING_CLERK, StaffRole.AUDITOR)
    own = await person(gateway, "own", *roles, units=("PB1501",))
    other = await person(gateway, "other", *roles, units=OTHER_UNIT)
    phone = await gateway.phone()
    await gateway.pool.execute("UPDATE collectors SET unit_code = 'PB1501'")
    await gateway.pool.execute(
        """INSERT INTO collectors (collector_code, active, changed_at, noted_at, unit_code)
           VALUES ('TN001', true, '1970-01-01Z', now(), 'PB1501')
           ON CONFLICT (collector_code) DO UPDATE SET unit_code = 'PB1501'"""
    )
    shift = (await phone.open_shift()).shift
    paid = (await phone.pay(CUSTOMER, TOTAL)).payment

    async def collector(request: GetCollector, _: object) -> CollectorDetails:
        if request.collector_code != "TN001":
            raise NotFound("Không có.", facts={"collector_code": request.collector_code})
        return CollectorDetails(
            collector_code=request.collector_code, name="", phone="", unit_code="PB1501", routes=[], active=True
        )

    gateway.office.other_answers[GetCollector] = collector
    closing = {"counted_cash": 0, "closed_at": clock.now().isoformat()}
    transfer = {
        "method": "transfer",
        "customer_code": CUSTOMER,
        "amount": TOTAL,
        "received_at": clock.now().isoformat(),
        "reference": "FT1",
    }
    calls: list[tuple[str, str, Any, UUID | None]] = [
        ("GET", f"/v1/customers/{CUSTOMER}", None, None),
        ("GET", f"/v1/customers/{CUSTOMER}/account", None, None),
        ("GET", f"/v1/customers/{CUSTOMER}/debt", None, None),
        ("GET", f"/v1/customers/{CUSTOMER}/reminders", None, None),
        ("GET", f"/v1/customers/{CUSTOMER}/opt-outs", None, None),
        ("POST", f"/v1/customers/{CUSTOMER}/opt-outs", {"opted_out": True}, new_id()),
        ("POST", f"/v1/customers/{CUSTOMER}/sms-language", {"language": "en"}, new_id()),
        ("GET", f"/v1/payments/{paid.payment_id}", None, None),
        ("GET", f"/v1/payments/{paid.payment_id}/receipt", None, None),
        ("GET", "/v1/collectors/TN001", None, None),
        ("GET", "/v1/collectors/TN001/route?day=2026-11-23", None, None),
        ("GET", "/v1/collectors/TN001/shift", None, None),
        ("GET", f"/v1/shifts/{shift.shift_id}", None, None),
        ("GET", f"/v1/devices/{phone.device_id}", None, None),
        ("GET", f"/v1/devices/{phone.device_id}/print-jobs", None, None),
        ("POST", "/v1/enrolment-codes", {"role": "collector", "collector_code": "TN001"}, None),
        ("POST", "/v1/payments", transfer, new_id()),
        ("POST", f"/v1/payments/{paid.payment_id}/reversals", {"reason": "Thu nhầm"}, new_id()),
        ("POST", f"/v1/collectors/TN001/shifts/{shift.shift_id}/closing", closing, None),
        ("POST", f"/v1/shifts/{shift.shift_id}/confirmation", {"counted_cash": 0}, None),
        ("POST", f"/v1/shifts/{shift.shift_id}/decision", {"decision": "charged", "reason": "?"}, None),
        ("POST", f"/v1/devices/{phone.device_id}/revocation", {"reason": "Mất"}, None),
    ]
    gateway.office.receipt(paid)
    for method, path, body, key in calls:
        refused = await other.call(method, path, body, key=key)
        assert (refused.status, refused.slug) == (404, "not-found"), (path, refused.body)
    for there, nowhere in (
        ("customers/" + CUSTOMER, "customers/PB15019999999"),
        ("collectors/TN001", "collectors/TN9"),
    ):
        foreign, unknown = [await other.call("GET", f"/v1/{path}") for path in (there, nowhere)]
        assert foreign.body == unknown.body, "whether there is one is nobody's business"
    receipt = f"/v1/receipts/{gateway.office.receipt(paid).receipt_id}"
    job = f"/v1/print-jobs/{await gateway.print(phone)}"
    of_phone = f"/v1/devices/{phone.device_id}/print-jobs"

    async def queued() -> bool:
        return (await own.call("GET", job)).status == 200

    await wait_until(queued, timeout=30)
    further: list[tuple[str, str, Any, UUID | None]] = [
        ("POST", f"/v1/customers/{CUSTOMER}/phone-corrections", {"phone": "0912345678", "reason": "Sai"}, new_id()),
        ("GET", f"/v1/customers/{CUSTOMER}/print-jobs", None, None),
        ("GET", receipt, None, None),
        ("GET", f"{receipt}/links", None, None),
        ("POST", f"{receipt}/links", {}, new_id()),
        ("POST", f"{receipt}/copies", {"reason": "Mất"}, new_id()),
        ("GET", job, None, None),
        ("GET", f"{job}/content", None, None),
        ("POST", f"{job}/attempts", {"after_attempt": 1}, None),
        ("POST", f"{job}/cancellation", None, None),
    ]
    for method, path, body, key in further:
        refused = await other.call(method, path, body, key=key)
        assert (refused.status, refused.slug) == (404, "not-found"), (path, refused.body)
    operator = await person(gateway, "may", StaffRole.OPERATOR)
    for browser, sees in ((own, True), (operator, False)):
        papers = (await browser.call("GET", of_phone)).body["print_jobs"]
        assert {paper["customer_code"] for paper in papers} == {CUSTOMER if sees else None}, "only who sees customers"
    for method, path, body, key in calls:
        answer = await own.call(method, path, body, key=key)
        assert answer.status in {200, 201, 202}, (path, answer.body)

    for browser in (own, other):
        await browser.call("GET", "/v1/customers?query=buoi")
        await browser.call("GET", "/v1/shifts")
        await browser.call("GET", "/v1/reading-complaints")
    asked = [
        [one.unit_codes for one in requests[-2:]]
        for requests in (
            gateway.office.asked_for(SearchCustomers),
            gateway.office.asked_for(GetShifts),
            gateway.office.asked_for(GetReadingComplaints),
        )
    ]
    assert asked == [[["PB1501"], ["PB1502"]]] * 3
    assert [len((await who.call("GET", "/v1/devices")).body["devices"]) for who in (own, other)] == [1, 0]
    await gateway.pool.execute("UPDATE collectors SET unit_code = 'PB1502'")
    printed = {"reason": "Thu nhầm", "device_id": str(phone.device_id)}
    foreign = await own.call("POST", f"/v1/payments/{paid.payment_id}/reversals", printed, key=new_id())
    assert (foreign.status, foreign.slug) == (404, "not-found"), "nothing is printed in another unit"
    desks = await own.call("POST", "/v1/enrolment-codes", {"role": "supervisor"})
    assert (desks.status, desks.slug) == (403, "not-allowed"), "a desk sees the customers of all units"


async def test_what_a_person_does_names_the_person(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "lan", StaffRole.CASHIER)
    phone = await gateway.phone()
    shift = (await phone.open_shift()).shift
    transfer = {"method": "transfer", "customer_code": CUSTOMER, "amount": TOTAL, "reference": "FT2"}
    transfer["received_at"] = clock.now().isoformat()
    transfer["transfer_content"] = "TRAN THI BUOI TRA TIEN DIEN"
    assert (await cashier.call("POST", "/v1/payments", transfer, key=new_id())).status == 201
    asked = await gateway.pool.fetchval("SELECT asked::text FROM staff_acts WHERE what = 'recordPayment'")
    assert "FT2" in asked
    assert "BUOI" not in asked, "the log keeps no words of customers: nothing is ever deleted from it"
    cash = {"method": "cash", "customer_code": CUSTOMER, "amount": TOTAL, "received_at": clock.now().isoformat()}
    assert (await cashier.call("POST", "/v1/payments", cash, key=new_id())).status == 403
    actors = [
        context.actor
        for request, context in zip(gateway.office.asked, gateway.office.contexts, strict=True)
        if isinstance(request, RecordPayment)
    ]
    me = Actor(kind=ActorKind.PERSON, id=str(cashier.staff_id), reference="staff:lan", proven_by=Proof.TOKEN)
    assert actors == [me]
    body = {"counted_cash": 0, "closed_at": clock.now().isoformat()}
    await cashier.call("POST", f"/v1/collectors/TN001/shifts/{shift.shift_id}/closing", body)
    [closing] = gateway.office.asked_for(CloseShift)
    assert (closing.declared_by, closing.declaring_device_id) == ("staff:lan", cashier.staff_id)
    await cashier.call("POST", f"/v1/shifts/{shift.shift_id}/confirmation", {"counted_cash": 0})
    [confirming] = gateway.office.asked_for(ConfirmShift)
    assert (confirming.confirmed_by, confirming.device_id) == ("staff:lan", cashier.staff_id)


# --- accounts and the log --------------------------------------------------------------------------------------------


async def test_an_administrator_gives_what_the_own_units_allow_and_never_to_the_own_account(
    gateway: GatewaySystem,
) -> None:
    head = await person(gateway, "head", StaffRole.ADMINISTRATOR)
    local = await person(gateway, "local", StaffRole.ADMINISTRATOR, units=("PB1501",))
    clerk = {"login_name": "mai", "full_name": "Nguyễn Thị Mai", "units": ["PB1501"], "roles": ["billing_clerk"]}
    key = new_id()
    first = await local.call("POST", "/v1/staff", clerk, key=key)
    again = await local.call("POST", "/v1/staff", clerk, key=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body["code"] != again.body["code"], "the answer may have been lost: another code"
    taken = await head.call("POST", "/v1/staff", clerk, key=new_id())
    assert taken.slug == "login-name-taken"
    enrolling, of_device = {"code": await gateway.code("cashier"), "device_name": "Máy bàn"}, new_id()
    under_account = await stranger(gateway).call("POST", "/v1/enrolments", enrolling, key=head.staff_id)
    assert (await stranger(gateway).call("POST", "/v1/enrolments", enrolling, key=of_device)).status == 201
    under_device = await head.call("POST", "/v1/staff", {**clerk, "login_name": "mai2"}, key=of_device)
    assert [one.slug for one in (under_account, under_device)] == ["same-id-other-content"] * 2
    for units in (["*"], ["PB1502"], ["PB1501", "PB1502"]):
        refused = await local.call("POST", f"/v1/staff/{key}/roles", {"units": units, "roles": ["cashier"]})
        assert (refused.status, refused.slug) == (403, "units-not-own")
    grant = {"units": ["PB1501"], "roles": ["cashier", "supervisor"]}
    granted = await local.call("POST", f"/v1/staff/{key}/roles", grant)
    assert granted.body["roles"] == ["cashier", "supervisor"]
    assert (await local.call("POST", f"/v1/staff/{head.staff_id}/deactivation", {"reason": "?"})).status == 404
    own = await head.call("POST", f"/v1/staff/{head.staff_id}/roles", {"units": ["*"], "roles": ["cashier"]})
    assert own.slug == "own-account"
    second = await person(gateway, "second", StaffRole.ADMINISTRATOR)
    away = {"units": ["*"], "roles": ["auditor"]}
    assert (await head.call("POST", f"/v1/staff/{second.staff_id}/roles", away)).status == 200
    assert (await second.call("GET", "/v1/staff")).status == 403, "with the next request"
    assert (await local.call("GET", "/v1/staff")).body["staff"][0]["login_name"] == "local"

    reset = await head.call("POST", f"/v1/staff/{second.staff_id}/password-reset", {"second_factor": True})
    assert reset.body["staff"]["has_password"] is False
    assert (await second.call("GET", "/v1/staff/me")).status == 401
    entered = {"login_name": "second", "code": reset.body["code"], "password": PASSWORD}
    assert (await second.call("POST", "/v1/staff/first-sign-in", entered)).status == 201


async def test_the_log_has_who_what_before_after_and_from_where_and_is_never_changed(gateway: GatewaySystem) -> None:
    head = await person(gateway, "head", StaffRole.ADMINISTRATOR)
    auditor = await person(gateway, "an", StaffRole.AUDITOR)
    clerk = {"login_name": "mai", "full_name": "=cmd|' /C calc'!A0", "units": ["PB1501"], "roles": ["billing_clerk"]}
    key = new_id()
    await head.call("POST", "/v1/staff", clerk, key=key)
    await head.call("POST", f"/v1/staff/{key}/roles", {"units": ["PB1501"], "roles": ["auditor"]})
    await head.call("GET", f"/v1/customers/{CUSTOMER}")
    await auditor.call("GET", f"/v1/customers/{CUSTOMER}")
    found = (await auditor.call("GET", f"/v1/staff-acts?object={key}&login_name=head")).body["acts"]
    assert [act["what"] for act in found] == ["grantStaff", "createStaff"]
    granted = found[0]
    assert (granted["before"]["roles"], granted["after"]["roles"]) == (["billing_clerk"], ["auditor"])
    assert (granted["login_name"], granted["address"], granted["status"]) == ("head", "127.0.0.1", 200)
    looked = (await auditor.call("GET", f"/v1/staff-acts?object={CUSTOMER}")).body["acts"]
    assert [(act["login_name"], act["status"], act["problem"]) for act in looked] == [
        ("an", 200, None),
        ("head", 403, "not-allowed"),
    ]
    for _ in range(2):
        await auditor.call("GET", f"/v1/customers/{CUSTOMER}")
    assert len((await auditor.call("GET", f"/v1/staff-acts?object={CUSTOMER}")).body["acts"]) == 2, "a page looks again"
    for named in (f"{CUSTOMER}%00", f"{CUSTOMER}%0A", secrets.token_hex(3000)):
        refused = await head.call("GET", f"/v1/customers/{named}")
        assert (refused.status, refused.slug) == (403, "not-allowed")
    [odd] = (await auditor.call("GET", "/v1/staff-acts?login_name=head&limit=1")).body["acts"]
    assert (odd["what"], odd["object"]) == ("getCustomer", None), "whatever was written where an id belongs"
    page = (await auditor.call("GET", "/v1/staff-acts?limit=1")).body
    following = (await auditor.call("GET", f"/v1/staff-acts?limit=1&before={page['next']}")).body
    assert page["acts"][0]["act_id"] > following["acts"][0]["act_id"]

    exported = await auditor.call("GET", "/v1/staff-acts/export?what=createStaff")
    assert exported.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(exported.body.decode("utf-8-sig"))))
    assert [(row["login_name"], row["object"]) for row in rows] == [("head", str(key))]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())

    for statement in (
        "UPDATE staff_acts SET what = ''",
        "DELETE FROM staff_act_outcomes",
        "TRUNCATE staff_acts CASCADE",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await gateway.pool.execute(statement)


# --- what one asks for and another approves --------------------------------------------------------------------------


async def test_a_reversal_above_the_limit_is_asked_by_one_and_approved_by_another(gateway: GatewaySystem) -> None:
    cashier = await person(gateway, "lan", StaffRole.CASHIER, StaffRole.SUPERVISOR)
    colleague = await person(gateway, "mai", StaffRole.CASHIER)
    accountant = await person(gateway, "hoa", StaffRole.ACCOUNTANT)
    elsewhere = await person(gateway, "xa", StaffRole.ACCOUNTANT, units=OTHER_UNIT)
    phone = await gateway.phone()
    await phone.open_shift()
    small, large, other = [(await phone.pay(CUSTOMER, amount)).payment for amount in (5_000_000, 5_000_001, 6_000_000)]

    def reversal(payment: Any) -> str:
        return f"/v1/payments/{payment.payment_id}/reversals"

    body = {"reason": "Thu nhầm khách hàng"}
    assert (await cashier.call("POST", reversal(small), body, key=new_id())).status == 201
    key = new_id()
    asked = await cashier.call("POST", reversal(large), body, key=key)
    again = await cashier.call("POST", reversal(large), body, key=key)
    assert (asked.status, again.status) == (202, 202)
    assert asked.body == again.body
    assert (asked.body["amount"], asked.body["decision"], asked.body["outcome"]) == (5_000_001, None, None)
    changed = await cashier.call("POST", reversal(large), {"reason": "Khác"}, key=key)
    assert changed.slug == "same-id-other-content"
    twice = await colleague.call("POST", reversal(large), body, key=new_id())
    assert (twice.slug, twice.body["facts"]) == ("approval-open", {"approval_id": str(key)})
    assert [one.payment_id for one in gateway.office.asked_for(ReversePayment)] == [small.payment_id]

    path, approve = f"/v1/approvals/{key}/decision", {"decision": "approved", "reason": "Đã xem sao kê"}
    for browser, status, slug in (
        (cashier, 403, "second-person-needed"),
        (colleague, 403, "not-allowed"),
        (elsewhere, 404, "not-found"),
    ):
        refused = await browser.call("POST", path, approve)
        assert (refused.status, refused.slug) == (status, slug)
    assert [
        len((await who.call("GET", "/v1/approvals?state=open")).body["approvals"]) for who in (accountant, elsewhere)
    ] == [
        1,
        0,
    ]
    gateway.office.refuse(ReversePayment, TimedOut())
    lost = await accountant.call("POST", path, approve)
    assert lost.status == 504
    [waiting] = (await accountant.call("GET", "/v1/approvals?state=open")).body["approvals"]
    assert (waiting["decision"], waiting["outcome"]) == ("approved", None), "nobody knows whether it was done"
    del gateway.office.other_answers[ReversePayment]
    done = await accountant.call("POST", path, approve)
    assert (done.status, done.body["outcome"]) == (200, "done")
    assert (await accountant.call("POST", path, approve)).body == done.body
    late = await accountant.call("POST", path, {"decision": "refused", "reason": "?"})
    assert late.slug == "approval-decided"
    asked_and_contexts = zip(gateway.office.asked, gateway.office.contexts, strict=True)
    *_, (request, context) = [pair for pair in asked_and_contexts if isinstance(pair[0], ReversePayment)]
    assert (request.reversal_id, request.reversed_by) == (key, "Người lan, Người hoa")
    assert context.actor == Actor(
        kind=ActorKind.PERSON,
        id=str(accountant.staff_id),
        reference="staff:hoa",
        proven_by=Proof.TOKEN,
        asked_by=AskedBy(id=str(cashier.staff_id), reference="staff:lan"),
    )

    asking = [(cashier, new_id()), (colleague, new_id())]
    at_once = await asyncio.gather(*(who.call("POST", reversal(other), body, key=key) for who, key in asking))
    assert sorted(one.status for one in at_once) == [202, 409], "it is asked for once"
    [(asker, key)] = [one for one, answer in zip(asking, at_once, strict=True) if answer.status == 202]
    back = await asker.call("POST", f"/v1/approvals/{key}/decision", {"decision": "refused", "reason": "Nhập nhầm"})
    assert (back.body["decision"], back.body["outcome"]) == ("refused", None)
    assert (await accountant.call("GET", "/v1/approvals?state=open")).body["approvals"] == []
    assert len((await accountant.call("GET", "/v1/approvals?state=decided")).body["approvals"]) == 2
    with pytest.raises(asyncpg.CheckViolationError):
        await gateway.pool.execute(
            """INSERT INTO approval_decisions SELECT approval_id, asked_by, 'approved', '', asked_by, now()
               FROM approvals WHERE approval_id NOT IN (SELECT approval_id FROM approval_decisions)
               UNION ALL SELECT approval_id, asked_by, 'approved', '', asked_by, now() FROM approvals LIMIT 1"""
        )


async def test_a_desk_takes_back_what_the_unit_lets_it(system: GatewaySystem, tmp_path: Path) -> None:
    limits = tmp_path / "limits.yaml"
    limits.write_text("rules: [{from: 2018-01-01, reversal: 100000, desks_bound: true}]", encoding="utf-8")
    async with system.gateway(approval_limits_file=limits) as url:
        system.url = url
        await system.add_customer()
        phone, desk = await system.phone(), await system.desk("cashier")
        await phone.open_shift()
        small, large = [(await phone.pay(CUSTOMER, amount)).payment for amount in (100_000, 100_001)]
        await desk.reverse(small.payment_id, "Thu nhầm")
        with pytest.raises(Problem) as refused:
            await desk.reverse(large.payment_id, "Thu nhầm")
        assert (refused.value.slug, refused.value.facts) == ("person-needed", {"limit": 100_000})
