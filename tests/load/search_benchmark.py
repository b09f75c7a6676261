"""How long a search takes among very many customers, by kind of query.

``python -m tests.load.search_benchmark --customers 1000000`` makes a database of its own on the server that
``THUNGAN_POSTGRES_URL`` names, fills it with synthetic customers, searches, prints a table and drops the database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from services.customer.search import search
from shared.text import without_accents


def _words(text: str) -> list[str]:
    return text.split()


def _lines(text: str) -> list[str]:
    return text.split("|")


# Weighted roughly as in the delta: two people in five are called Nguyễn.
SURNAMES = [
    *(["Nguyễn"] * 38 + ["Trần"] * 11 + ["Lê"] * 9 + ["Phạm"] * 7 + ["Huỳnh"] * 5 + ["Võ"] * 4 + ["Đặng"] * 3),
    *_words("Bùi Đỗ Hồ Ngô Dương Lý Trương Lâm Thạch Danh Châu Tô Mai Quách"),
]
MIDDLE_NAMES = [
    *(["Thị"] * 30 + ["Văn"] * 22),
    *_words("Hữu Minh Ngọc Thanh Quốc Đức Hoàng Kim Tấn Công Chí Phước Trung Bảo Gia Thúy Diễm Hồng"),
    *_lines("Thị Mỹ|Thị Ngọc|Thị Kim|Thị Thanh|Thị Bích|Văn Hoàng"),
]
GIVEN_NAMES = _words(
    "An Anh Ánh Ân Bé Bích Bình Bảo Chi Châu Chiến Chung Cúc Cường Diễm Diệu Dung Dũng Duy Duyên Dương "
    "Đào Đạt Điệp Đông Đức Giang Hà Hạnh Hải Hằng Hân Hậu Hiền Hiếu Hiệp Hòa Hoa Hoàng Hồng Huệ Hùng Huy "
    "Huyền Hương Hường Kha Khải Khang Khánh Khoa Kiên Kiều Kiệt Lan Lành Lâm Liên Liễu Linh Loan Long Lộc "
    "Lợi Luân Lụa Lượm Ly Mai Mận Mẫn Minh My Mỹ Nam Nga Ngân Nghĩa Ngọc Nguyên Nguyệt Nhàn Nhân Nhi "
    "Nhung Như Nương Oanh Phát Phong Phú Phúc Phương Phượng Quang Quân Quí Quyên Quỳnh Sang Sáu Sen Sơn "
    "Sương Tài Tâm Tân Tấn Thạch Thanh Thành Thảo Thắm Thắng Thi Thiện Thọ Thoa Thu Thúy Thủy Thùy Thuận "
    "Thư Thương Tiên Tiến Tín Tính Toàn Tới Trang Trâm Trân Trí Trinh Trọng Trúc Trung Tú Tuấn Tùng Tuyền "
    "Tuyết Tươi Út Uyên Vân Vi Việt Vinh Vũ Vui Vy Xuân Xuyến Yến"
)
STREETS = _lines(
    "Lê Lợi|Trần Hưng Đạo|Nguyễn Trãi|Phan Ngọc Hiển|Lý Thường Kiệt|Ngô Quyền|Hùng Vương|Nguyễn Tất Thành|"
    "Lý Bôn|Đề Thám|Quang Trung|Bùi Thị Trường|Nguyễn Du|Hoàng Diệu|Phan Bội Châu|Lâm Thành Mậu|"
    "Trưng Trắc|Trưng Nhị|Nguyễn Hữu Lễ|Lê Hồng Phong"
)
COMMUNES = _lines(
    "Phường 1|Phường 2|Phường 4|Phường 5|Phường 6|Phường 7|Phường 8|Phường 9|Tân Thành|Tân Xuyên|"
    "Hòa Thành|Lý Văn Lâm|Tắc Vân|An Xuyên|Định Bình|Khánh An|Khánh Lâm|Nguyễn Phích|Trí Phải|Biển Bạch|"
    "Thới Bình|Tân Lộc|Hồ Thị Kỷ|Sông Đốc|Trần Hợi|Khánh Bình|Phú Tân|Cái Đôi Vàm|Năm Căn|Đất Mới|"
    "Tam Giang|Viên An|Đất Mũi|Tân Ân|Đầm Dơi|Tạ An Khương|Quách Phẩm|Thanh Tùng|Trần Phán"
)

FILL = """
INSERT INTO units SELECT 'PB14' || lpad(n::text, 2, '0'), 'Điện lực ' || n, 'Cà Mau', '0300942001', '19001006'
FROM generate_series(1, 10) AS n;
INSERT INTO collectors SELECT 'TN' || n, 'Thu ngân ' || n, '0900000000',
    'PB14' || lpad((n % 10 + 1)::text, 2, '0'), true
FROM generate_series(0, {collectors} - 1) AS n;
INSERT INTO routes SELECT 'R' || n, 'Tuyến ' || n, 'PB14' || lpad((n / 2 % 10 + 1)::text, 2, '0'), 'TN' || n / 2
FROM generate_series(0, 2 * {collectors} - 1) AS n;
INSERT INTO customers (customer_code, name, address, phone, unit_code, route_code, place_in_route, price_group,
    households, active)
SELECT 'PB14' || lpad((n / {per_route} / 2 % 10 + 1)::text, 2, '0') || lpad(n::text, 7, '0'),
    ($1::text[])[1 + floor(random() * array_length($1, 1))] || ' '
        || ($2::text[])[1 + floor(random() * array_length($2, 1))] || ' '
        || ($3::text[])[1 + floor(random() * array_length($3, 1))],
    (1 + floor(random() * 400))::int || CASE WHEN random() < 0.2 THEN '/' || (1 + floor(random() * 40))::int ELSE '' END
        || ' ' || ($4::text[])[1 + floor(random() * array_length($4, 1))] || ', khóm ' || (1 + floor(random() * 9))::int
        || ', ' || ($5::text[])[1 + floor(random() * array_length($5, 1))] || ', Cà Mau',
    '+8451' || lpad(floor(random() * 10000000)::int::text, 7, '0'),
    'PB14' || lpad((n / {per_route} / 2 % 10 + 1)::text, 2, '0'), 'R' || n / {per_route}, n % {per_route},
    'household', '1', true
FROM generate_series(0, {customers} - 1) AS n
"""
METERS = """
INSERT INTO meters SELECT lpad((row_number() OVER () * 7 % 99999989)::text, 8, '0'), customer_code, 1, 5, '2020-01-01'
FROM customers
"""


@dataclass(frozen=True)
class Row:
    """The times of one kind of query, in milliseconds."""

    kind: str
    scope: str
    searches: int
    p50: float
    p99: float
    worst: float
    first: int
    """Searches whose first match was the customer meant, or one of the same name or address."""


Person = dict[str, Any]


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    place = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + chance.choice("0123456789" if word[place].isdigit() else "aeiounht") + word[place + 1 :],
        ]
    )


def _misspelt(text: str, chance: random.Random) -> str:
    words = without_accents(text).lower().split()
    place = chance.randrange(len(words))
    words[place] = _slip(words[place], chance)
    return " ".join(words)


def _shuffled(text: str, chance: random.Random) -> str:
    words = without_accents(text).lower().split()
    chance.shuffle(words)
    return " ".join(words)


def _initials(text: str) -> str:
    words = without_accents(text).lower().split()
    return ".".join([*(word[:1] for word in words[:-1]), words[-1]])


KINDS: dict[str, Callable[[Person, random.Random], str]] = {
    "code": lambda person, _: person["customer_code"],
    "code, first 9": lambda person, _: person["customer_code"][:9],
    "code, one slip": lambda person, chance: _slip(person["customer_code"], chance),
    "meter": lambda person, _: person["meter_number"],
    "phone": lambda person, _: "0" + person["phone"][3:],
    "phone, last 4": lambda person, _: person["phone"][-4:],
    "phone, one slip": lambda person, chance: _slip("0" + person["phone"][3:], chance),
    "name": lambda person, _: person["name"],
    "name, no accents": lambda person, _: without_accents(person["name"]).lower(),
    "name, misspelt": lambda person, chance: _misspelt(person["name"], chance),
    "name, any order": lambda person, chance: _shuffled(person["name"], chance),
    "name, initials": lambda person, _: _initials(person["name"]),
    "name, first two words": lambda person, _: " ".join(person["name"].split()[:2]),
    "name, last word": lambda person, _: person["name"].split()[-1],
    "name, unfinished": lambda person, _: without_accents(person["name"])[:-2],
    "address": lambda person, _: person["address"].split(",")[0],
    "address, misspelt": lambda person, chance: _misspelt(person["address"].split(",")[0], chance),
    "name and street": lambda person, _: person["name"].split()[-1] + " " + person["address"].split(",")[0],
    "nobody": lambda _, chance: "xzqw " + "".join(chance.choice("bcdfghklm") for _ in range(7)),
}


async def fill(connection: asyncpg.Connection[Any], customers: int) -> None:
    """Make the tables of the customer service and ``customers`` synthetic customers, about 1,500 a collector."""
    for migration in sorted(files("services.customer").joinpath("migrations").iterdir(), key=lambda path: path.name):
        if migration.name.endswith(".sql"):
            await connection.execute(migration.read_text("utf-8"))
    collectors = max(1, customers // 1500)
    per_route = -(-customers // (2 * collectors))
    *setup, fill_customers = FILL.format(customers=customers, collectors=collectors, per_route=per_route).split(";")
    await connection.execute("SELECT setseed(0.5)")
    for statement in setup:
        await connection.execute(statement)
    await connection.execute(fill_customers, SURNAMES, MIDDLE_NAMES, GIVEN_NAMES, STREETS, COMMUNES, timeout=3600)
    await connection.execute(METERS, timeout=3600)
    await connection.execute("VACUUM ANALYZE", timeout=3600)


async def measure(connection: asyncpg.Connection[Any], searches: int, seed: int = 1) -> list[Row]:
    """Search ``searches`` times with each kind of query, everywhere and on one collector's routes."""
    chance = random.Random(seed)
    people = [
        dict(row)
        for row in await connection.fetch(
            "SELECT customers.*, meter_number, collector_code FROM customers TABLESAMPLE bernoulli (5) "
            "JOIN meters USING (customer_code) JOIN routes USING (route_code) ORDER BY random() LIMIT $1",
            searches,
        )
    ]
    rows = []
    for scope in ("everywhere", "own routes"):
        for kind, query_of in KINDS.items():
            times: list[float] = []
            first = 0
            for person in people:
                routes = None
                if scope == "own routes":
                    routes = [
                        row["route_code"]
                        for row in await connection.fetch(
                            "SELECT route_code FROM routes WHERE collector_code = $1", person["collector_code"]
                        )
                    ]
                typed = query_of(person, chance)
                before = time.perf_counter()
                async with connection.transaction():
                    found = await search(connection, typed, routes, 20)
                times.append((time.perf_counter() - before) * 1000)
                first += bool(found) and await _is_meant(connection, found[0].customer_code, person, kind)
            times.sort()
            p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
            rows.append(Row(kind, scope, len(times), statistics.median(times), p99, times[-1], first))
    return rows


async def _is_meant(connection: asyncpg.Connection[Any], code: str, person: Person, kind: str) -> bool:
    found = await connection.fetchrow(
        "SELECT name_key, address_key, phone FROM customers WHERE customer_code = $1", code
    )
    assert found is not None
    same_name = found["name_key"] == person["name_key"]
    same_address = found["address_key"] == person["address_key"]
    if kind.startswith("phone"):
        return bool(found["phone"] == person["phone"])
    return bool(code == person["customer_code"] or (kind.startswith("name") and same_name) or same_address)


async def run(server: str, customers: int, searches: int) -> list[Row]:
    """Measure in a database that exists only for the time of the measurement."""
    name = f"thungan_search_{uuid4().hex[:12]}"
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        try:
            connection = await asyncpg.connect(urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
            try:
                await fill(connection, customers)
                return await measure(connection, searches)
            finally:
                await connection.close()
        finally:
            await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


def main() -> int:
    """Run from the command line; exit code 1 when any kind of query takes more than ``--goal`` at p99."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=200, help="searches of each kind")
    parser.add_argument("--goal", type=float, default=50.0, help="p99 in milliseconds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = asyncio.run(run(os.environ["THUNGAN_POSTGRES_URL"], arguments.customers, arguments.searches))
    if arguments.json:
        sys.stdout.write(json.dumps([asdict(row) for row in rows], indent=1) + "\n")
    else:
        for row in rows:
            sys.stdout.write(
                f"{row.scope:11} {row.kind:22} p50 {row.p50:7.1f}  p99 {row.p99:7.1f}  worst {row.worst:7.1f} ms"
                f"  right first {row.first}/{row.searches}\n"
            )
    return int(any(row.p99 > arguments.goal for row in rows))


if __name__ == "__main__":
    sys.exit(main())
