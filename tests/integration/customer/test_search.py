"""Whoever is looked for comes first, however the name, number or address was typed."""

import unicodedata
from collections.abc import AsyncIterator
from typing import Literal

import asyncpg
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.customer.imports.files import import_customers
from services.customer.search import Match, search
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.contracts.customer import MatchedOn, SearchCustomers
from shared.db import open_pool
from shared.messaging import Bus
from shared.testing.databases import TestDatabases
from shared.text import search_key
from tests.integration.customer.customer_service import Service, write_town

PEOPLE = """
Nguyễn Thị Hạnh|12 Lê Lợi, khóm 1, phường 2|0953 111 101
Nguyễn Thị Hằng|14/3 Lê Lợi, khóm 1, phường 2|0953 111 102
Nguyễn Thành Hạnh|20 Hùng Vương, khóm 3, phường 5|0953 111 103
Nguyễn Thị Mỹ Hạnh|7 Ngô Quyền, khóm 2, phường 1|0953 111 104
Trần Văn Út|ấp Tân Điền, xã Tân Thành|0953 222 201
Trần Thị Út Em|ấp Tân Điền, xã Tân Thành|0953 222 202
Lê Hoàng Phúc|88 Phan Ngọc Hiển, phường 5|0953 333 301
Lê Hoàng Phú|90 Phan Ngọc Hiển, phường 5|0953 333 302
Huỳnh Thanh Tùng|1 Trần Hưng Đạo, phường 7|0953 444 401
Huỳnh Thanh Tuấn|3 Trần Hưng Đạo, phường 7|0953 444 402
Đặng Thùy Dương|45/12 Quang Trung, phường 9|0953 555 501
Đỗ Quỳnh Như|45/14 Quang Trung, phường 9|0953 555 502
Phạm Văn Bé Ba|ấp Cái Ngay, xã Đất Mũi|0290 3831 234
Võ Thị Kim Ngân|ấp Kinh Đứng, xã Khánh Lâm|
Danh Sà Rây|ấp Đá Bạc, xã Khánh Bình Tây|0953 666 601
Thạch Thị Sô Phia|ấp Rạch Bần, xã Khánh Hưng|0953 666 602
Công ty TNHH Thủy sản Năm Căn|Khu công nghiệp Năm Căn, xã Hàng Vịnh|0290 3877 777
Mai Chí Nguyện|5 Lý Bôn, phường 4|0953 777 701
Lâm Quốc Việt|6 Lý Bôn, phường 4|0953 777 702
Nguyễn Trường Xuân|9 Bùi Thị Trường, phường 5|0953 888 801
""".strip().splitlines()


def _lines() -> dict[str, list[str]]:
    customers, meters = [], []
    for place, person in enumerate(PEOPLE):
        name, address, phone = person.split("|")
        code = f"PB1401{place * 1117 + 20345:07d}"
        route = "R3" if place % 5 == 4 else "R1"
        customers.append(f'{code},{name},"{address}",{phone},,PB1401,{route},{place},household,1,true')
        meters.append(f"{21_500_000 + place * 3457},{code},1,5,2020-01-01")
    return {"customers": customers, "meters": meters}


@pytest_asyncio.fixture(scope="module")
async def people(
    databases: TestDatabases, amqp_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[asyncpg.Pool]:
    """A database with the people above; nothing here changes it."""
    url = await databases.create("customer")
    settings = CustomerSettings(amqp_url=SecretStr(amqp_url), database_url=SecretStr(url))
    async with await open_pool(url) as pool:
        folder = write_town(tmp_path_factory.mktemp("people"), **_lines())
        report = await import_customers(Bus(settings, TOPOLOGY, pool), folder)
        assert report.ok, report.bad_lines
        await pool.execute("ANALYZE")
        yield pool
    await databases.drop(url)


async def find(people: asyncpg.Pool, typed: str, routes: list[str] | None = None, limit: int = 20) -> list[Match]:
    async with people.acquire() as connection, connection.transaction():
        return await search(connection, typed, routes, limit)


async def names(people: asyncpg.Pool, matches: list[Match]) -> list[str]:
    rows = await people.fetch("SELECT customer_code, name FROM customers")
    by_code = {row["customer_code"]: row["name"] for row in rows}
    return [by_code[match.customer_code] for match in matches]


@pytest.mark.parametrize("routes", [None, ["R1", "R3"]], ids=["everywhere", "own routes"])
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh"),
        ("nguyen thi hanh", "Nguyễn Thị Hạnh"),
        ("NGUYEN THI HANH", "Nguyễn Thị Hạnh"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Hạnh"), "Nguyễn Thị Hạnh"),
        ("nguyn thi hanh", "Nguyễn Thị Hạnh"),
        ("nugyen thi hanh", "Nguyễn Thị Hạnh"),
        ("nguyen thi hnah", "Nguyễn Thị Hạnh"),
        ("ngyuen tih hanh", "Nguyễn Thị Hạnh"),
        ("hanh nguyen thi", "Nguyễn Thị Hạnh"),
        ("ng.t.hanh", "Nguyễn Thị Hạnh"),
        ("ng thi hanh", "Nguyễn Thị Hạnh"),
        ("nguyenthihanh", "Nguyễn Thị Hạnh"),
        ("chi hanh le loi", "Nguyễn Thị Hạnh"),
        ("hanh le loi", "Nguyễn Thị Hạnh"),
        ("hanh 12 le loi", "Nguyễn Thị Hạnh"),
        ("my hanh", "Nguyễn Thị Mỹ Hạnh"),
        ("nguyen thanh hanh", "Nguyễn Thành Hạnh"),
        ("nguyen thi han", "Nguyễn Thị Hạnh"),
        ("tran van ut", "Trần Văn Út"),
        ("tran vn ut", "Trần Văn Út"),
        ("le hoang phuc", "Lê Hoàng Phúc"),
        ("le hoang phu", "Lê Hoàng Phú"),
        ("le huang phuc", "Lê Hoàng Phúc"),
        ("huynh thanh tug", "Huỳnh Thanh Tùng"),
        ("huynh tah tuan", "Huỳnh Thanh Tuấn"),
        ("dang thuy duong", "Đặng Thùy Dương"),
        ("dag thuy duong", "Đặng Thùy Dương"),
        ("do quinh nhu", "Đỗ Quỳnh Như"),
        ("fham van be ba", "Phạm Văn Bé Ba"),
        ("danh sa ray", "Danh Sà Rây"),
        ("danh xa ray", "Danh Sà Rây"),
        ("so phia", "Thạch Thị Sô Phia"),
        ("thuy san nam can", "Công ty TNHH Thủy sản Năm Căn"),
        ("cty thuy san", "Công ty TNHH Thủy sản Năm Căn"),
        ("lam quoc viet", "Lâm Quốc Việt"),
        ("lm quoc viet", "Lâm Quốc Việt"),
        ("nguyen truong suan", "Nguyễn Trường Xuân"),
        ("45/14 quang trung", "Đỗ Quỳnh Như"),
        ("45/14 quan trung", "Đỗ Quỳnh Như"),
        ("quang trung 45 14", "Đỗ Quỳnh Như"),
        ("ap cai ngay", "Phạm Văn Bé Ba"),
        ("kinh dung khanh lam", "Võ Thị Kim Ngân"),
        ("3 tran hung dao", "Huỳnh Thanh Tuấn"),
        ("mai tri nguyeng", "Mai Chí Nguyện"),
        ("lam quoc diet", "Lâm Quốc Việt"),
        ("nguyen chuong xuang", "Nguyễn Trường Xuân"),
        ("thach thi xo phia", "Thạch Thị Sô Phia"),
        ("giang thuy giuong", "Đặng Thùy Dương"),
        ("mai tri nguyn", "Mai Chí Nguyện"),
        ("mai tri nguyenf", "Mai Chí Nguyện"),
        ("nguyen chuog suan", "Nguyễn Trường Xuân"),
        ("lam quoc dite", "Lâm Quốc Việt"),
        ("trau van uc", "Trần Văn Út"),
    ],
)
async def test_the_right_customer_comes_first(
    people: asyncpg.Pool, typed: str, name: str, routes: list[str] | None
) -> None:
    found = await find(people, typed, routes)
    assert (await names(people, found))[:1] == [name]
    assert all(1 >= match.score > 0 for match in found)


@pytest.mark.parametrize("routes", [None, ["R1", "R3"]], ids=["everywhere", "own routes"])
@pytest.mark.parametrize(
    ("typed", "name", "on"),
    [
        ("PB14010020345", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("pb14 0100 20345", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("PB1401002034", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("PB14010020354", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("PB1401O020345", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("B14010020345", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("0020345", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("0953111101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("0953 111 101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("+84 953.111.101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("84953111101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("1101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("953111101", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("0953111", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("0953111110", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
        ("02903831234", "Phạm Văn Bé Ba", MatchedOn.PHONE),
        ("21500000", "Nguyễn Thị Hạnh", MatchedOn.METER),
        ("500000", "Nguyễn Thị Hạnh", MatchedOn.METER),
        ("21503475", "Nguyễn Thị Hằng", MatchedOn.METER),
        ("Anh ơi hộ PB14010020345 chưa trả, ghé giùm Lê Hoàng Phúc nhé", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("MBVCB.327.TDPB14010020345ABCDEFGH.CT tu 0071000123456", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("PB14010020345T092026K1", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("KH pbl401OO2O345 chưa đóng", "Nguyễn Thị Hạnh", MatchedOn.CODE),
        ("công tơ 21500000 hết pin, hộ Lê Hoàng Phúc", "Nguyễn Thị Hạnh", MatchedOn.METER),
        ("chị Hạnh 953 111 103", "Nguyễn Thành Hạnh", MatchedOn.PHONE),
        ("gọi 0953.111.101 gặp Trần Văn Út", "Nguyễn Thị Hạnh", MatchedOn.PHONE),
    ],
)
async def test_codes_and_numbers_are_found_whole_in_part_and_with_a_slip(
    people: asyncpg.Pool, typed: str, name: str, on: MatchedOn, routes: list[str] | None
) -> None:
    found = await find(people, typed, routes)
    assert (await names(people, found))[:1] == [name]
    assert found[0].matched_on is on


async def test_a_name_matches_on_the_name_and_a_street_on_the_address(people: asyncpg.Pool) -> None:
    assert (await find(people, "tran van ut"))[0].matched_on is MatchedOn.NAME
    assert {match.matched_on for match in await find(people, "phan ngoc hien")} == {MatchedOn.ADDRESS}


async def test_a_customer_who_answers_exactly_has_full_score_and_others_less(people: asyncpg.Pool) -> None:
    first, *others = await find(people, "nguyen thi hanh")
    assert first.score == 1
    assert all(match.score < 1 for match in others)


async def test_who_bears_the_whole_name_that_was_typed_is_found_without_the_planner_being_set_up(
    people: asyncpg.Pool,
) -> None:
    async with people.acquire() as connection, connection.transaction():
        found = await search(connection, "dang thuy duong", ["R1", "R3"], 20)
        assert [match.score for match in found] == [1]
        assert await connection.fetchval("SHOW plan_cache_mode") == "auto"


async def test_only_own_routes_are_searched(people: asyncpg.Pool) -> None:
    everywhere = await find(people, "nguyen")
    own = await find(people, "nguyen", ["R3"])
    assert {match.customer_code for match in own} < {match.customer_code for match in everywhere}
    assert await find(people, "PB14010020345", ["R3"]) == []
    assert await find(people, "0953111101", ["R3"]) == []
    assert await find(people, "nguyen", []) == []


async def test_no_more_is_returned_than_was_asked_for(people: asyncpg.Pool) -> None:
    assert len(await find(people, "nguyen", limit=2)) == 2
    assert len(await find(people, "PB1401", limit=3)) == 3


@pytest.mark.parametrize(
    "typed",
    [
        "xyzzy qwrt",
        "PB99999999999",
        "0000000",
        "...",
        "'; DROP TABLE customers; --",
        "& | ! ( ) : *",
        "a:* & b",
        "%",
        "_",
        "\\",
        "\x00",
        "ế" * 200,
        "a " * 100,
        "1 " * 100,
        "١٢٣٤",
        "名前",
    ],
)
async def test_whatever_is_typed_is_a_question_and_never_an_error(people: asyncpg.Pool, typed: str) -> None:
    for routes in (None, ["R1"]):
        assert isinstance(await find(people, typed, routes), list)


async def test_a_search_leaves_the_connection_as_it_was(people: asyncpg.Pool) -> None:
    async with people.acquire() as connection:
        async with connection.transaction():
            await search(connection, "nguyen", None, 5)
        assert await connection.fetchval("SHOW enable_seqscan") == "on"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
async def test_the_database_and_the_program_make_the_same_key_of_a_text(
    people: asyncpg.Pool, form: Literal["NFC", "NFD"]
) -> None:
    texts = [person.split("|")[0] for person in PEOPLE] + [
        "áàảãạăắằẳẵặâấầẩẫậéèẻẽẹêếềểễệíìỉĩịóòỏõọôốồổỗộơớờởỡợúùủũụưứừửữựýỳỷỹỵđ",
        "ÁÀẢÃẠĂẮẰẲẴẶÂẤẦẨẪẬÉÈẺẼẸÊẾỀỂỄỆÍÌỈĨỊÓÒỎÕỌÔỐỒỔỖỘƠỚỜỞỠỢÚÙỦŨỤƯỨỪỬỮỰÝỲỶỸỴĐ",
        "12/4A, đường Lê-Lợi ;P.5",
        "Y Ƀlưk Kđăm, Rơ\u0306n Ŏng, H’ Êñuôl, Łódź, Ɓɗŋ ħı æøßþ",
        "",
    ]
    for text in texts:
        typed = unicodedata.normalize(form, text)
        assert await people.fetchval("SELECT search_key($1)", typed) == search_key(typed)


async def test_the_vocabulary_follows_names_that_change(service: Service) -> None:
    counts = "SELECT in_names FROM vocabulary WHERE word = $1"
    assert await service.pool.fetchval(counts, "hanh") == 2
    await service.pool.execute("UPDATE customers SET name = 'Lý Quế' WHERE customer_code = 'PB14010000001'")
    assert await service.pool.fetchval(counts, "hanh") == 1
    assert await service.pool.fetchval(counts, "que") == 1
    found = await service.ask(SearchCustomers(query="ly quee"))
    assert [match.customer.customer_code for match in found.matches] == ["PB14010000001"]


async def test_a_search_over_the_bus_shows_what_a_list_needs(service: Service) -> None:
    found = await service.ask(SearchCustomers(query="nguyn thi hanh", collector_code="TN1"))
    customer = found.matches[0].customer
    assert (customer.name, customer.meter_number, customer.route_code, customer.debt) == (
        "Nguyễn Thị Hạnh",
        "21000001",
        "R1",
        0,
    )
    others = await service.ask(SearchCustomers(query="nguyen thanh hanh", collector_code="TN1"))
    assert "PB14010000004" not in [match.customer.customer_code for match in others.matches]
    nobody = await service.ask(SearchCustomers(query="nguyen", collector_code="TN9"))
    assert nobody.matches == []
    for query in ("nguyen thanh hanh", customer.customer_code, "21000001"):
        elsewhere = await service.ask(SearchCustomers(query=query, unit_codes=["PB9999"]))
        assert elsewhere.matches == [], "a person of another unit finds nobody, however it is typed"
