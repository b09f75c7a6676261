"""Customers, their bills, and new bills when too few owe anything."""

from __future__ import annotations

import asyncio
import csv
import io
from pathlib import Path

import asyncpg

from ops.databases import bus_of
from services.billing.bill_run import run_bills
from services.billing.imports.collection_points import POINTS
from services.billing.imports.files import import_files
from services.billing.imports.readings import READINGS
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY as BILLING
from services.customer.imports.files import import_customers
from services.customer.topology import TOPOLOGY as CUSTOMER
from shared import clock
from shared.messaging.database_session import DATABASE_AWAY
from shared.testing.conditions import wait_until
from simulation.chaos.people import Customer
from simulation.chaos.testbed import ChaosTestbed
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample

MONTHS = 24
ENOUGH = 0.45
"""Share of customers that should owe something."""

_LOOK_EVERY = 3.0


class Books:
    """The sample, month by month."""

    def __init__(self, testbed: ChaosTestbed, folder: Path, *, customers: int, seed: int) -> None:
        self._testbed = testbed
        self._folder = folder
        last = Month.before(clock.business_day(clock.now()))
        write_sample(folder, customers=customers, seed=seed, last_month=last, months=MONTHS)
        self._months = self._readings_by_month()
        self.billed = 0
        """Months that were billed."""

    async def open(self) -> None:
        """Import customers and collection points, and bill the first month."""
        async with bus_of(self._testbed.operators_view(), CUSTOMER) as bus:
            report = await import_customers(bus, self._folder)
            if not report.ok:
                raise ValueError(f"the sample was refused: {report.bad_lines[:3]}")
        await self._until_billing_knows({row.code for rows in self.customers().values() for row in rows})
        await self._import({POINTS: (self._folder / POINTS).read_text(encoding="utf-8")})
        await self.bill_a_month()

    def customers(self) -> dict[str, list[Customer]]:
        """Return the customers of each collector."""
        with (self._folder / "routes.csv").open(encoding="utf-8", newline="") as file:
            collector_of = {row["route_code"]: row["collector_code"] for row in csv.DictReader(file)}
        found: dict[str, list[Customer]] = {}
        with (self._folder / "customers.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                code = collector_of[row["route_code"]]
                found.setdefault(code, []).append(Customer(row["customer_code"], row["name"], code))
        return found

    def collection_point(self) -> str:
        """Return the code of a collection point."""
        return self._collection_points()[0]

    def partners_point(self) -> str:
        """Return the code of another one."""
        return self._collection_points()[1]

    def _collection_points(self) -> list[str]:
        with (self._folder / POINTS).open(encoding="utf-8", newline="") as file:
            return [row["collection_point_code"] for row in csv.DictReader(file)]

    async def bill_a_month(self) -> None:
        """Import the next month's readings and issue its bills; nothing where there is none left."""
        if self.billed >= len(self._months):
            return
        await self._import({READINGS: self._months[self.billed]})
        async with bus_of(self._testbed.operators_view(), BILLING) as bus:
            await run_bills(bus.work, load_tariffs(), clock.now)
        self.billed += 1

    async def keep_up(self) -> None:
        """Bill another month whenever too few customers owe; what cannot be done now is done a little later."""
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            try:
                if await self._share_that_owes() < ENOUGH:
                    await self.bill_a_month()
            except DATABASE_AWAY:
                continue

    async def _share_that_owes(self) -> float:
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=5)
        try:
            return float(await connection.fetchval("SELECT avg((debt > 0)::int) FROM accounts"))
        finally:
            await connection.close(timeout=5)

    async def _import(self, texts: dict[str, str]) -> None:
        async with bus_of(self._testbed.operators_view(), BILLING) as bus:
            report = await import_files(bus.work, texts, load_tariffs())
        if not report.ok:
            raise ValueError(f"the sample was refused: {report.bad_lines[:3]}")

    async def _until_billing_knows(self, codes: set[str]) -> None:
        connection = await asyncpg.connect(self._testbed.database_urls()["billing"], timeout=10)
        try:

            async def all_known() -> bool:
                return int(await connection.fetchval("SELECT count(*) FROM customers")) >= len(codes)

            await wait_until(all_known, 60, every=0.1, message="billing knows all customers")
        finally:
            await connection.close()

    def _readings_by_month(self) -> list[str]:
        texts: dict[tuple[int, int], io.StringIO] = {}
        with (self._folder / READINGS).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            for row in reader:
                key = int(row["year"]), int(row["month"])
                if key not in texts:
                    texts[key] = io.StringIO()
                    csv.writer(texts[key], lineterminator="\n").writerow(reader.fieldnames or [])
                csv.writer(texts[key], lineterminator="\n").writerow(row.values())
        return [texts[key].getvalue() for key in sorted(texts)]
