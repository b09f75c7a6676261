"""What was collected and what is still open, added up: to be read, and as files for a spreadsheet."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import MONEY_READERS
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import Day, Incoming, Nothing
from shared.contracts.billing import AgeingReport, CollectionsReport, GetAgeingReport, GetCollectionsReport
from shared.csv_files.export import as_csv, as_xlsx

TAG = "reports"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILES = {CSV: "UTF-8 with a header; no cell is read as a formula.", XLSX: "The same as a workbook."}

FileFormat = Literal["csv", "xlsx"]


class CollectionsQuery(Incoming):
    """Which days."""

    first_day: Day = Field(description="The first business day.")
    last_day: Day = Field(description="The last business day, at most 92 days later.")


class CollectionsFileQuery(CollectionsQuery):
    """Which days, and as what."""

    format: FileFormat = "xlsx"


class FileQuery(Incoming):
    """As what."""

    format: FileFormat = "xlsx"


async def collections(
    call: Call[Nothing, CollectionsQuery, None] | Call[Nothing, CollectionsFileQuery, None], dependencies: Dependencies
) -> CollectionsReport:
    """Read what was collected."""
    return await dependencies.request(
        GetCollectionsReport(
            first_day=call.query.first_day, last_day=call.query.last_day, unit_codes=call.member.unit_codes
        )
    )


async def collections_file(call: Call[Nothing, CollectionsFileQuery, None], dependencies: Dependencies) -> Answer:
    """Give what was collected as a file."""
    sums = (await collections(call, dependencies)).sums
    rows = ((one.day, one.unit_code, one.method.value, one.payments, one.amount) for one in sums)
    name = f"collections-{call.query.first_day}-{call.query.last_day}"
    return _file(name, ("day", "unit_code", "method", "payments", "amount"), rows, call.query.format)


async def ageing(
    call: Call[Nothing, Nothing, None] | Call[Nothing, FileQuery, None], dependencies: Dependencies
) -> AgeingReport:
    """Read how old the open bills are."""
    return await dependencies.request(GetAgeingReport(unit_codes=call.member.unit_codes))


async def ageing_file(call: Call[Nothing, FileQuery, None], dependencies: Dependencies) -> Answer:
    """Give how old the open bills are as a file."""
    found = await ageing(call, dependencies)
    rows = ((found.day, one.unit_code, one.age.value, one.customers, one.bills, one.amount) for one in found.debts)
    columns = ("day", "unit_code", "age", "customers", "bills", "amount")
    return _file(f"ageing-{found.day}", columns, rows, call.query.format)


def _file(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]], file_format: FileFormat) -> Answer:
    is_csv = file_format == "csv"
    return Answer(
        content=as_csv(columns, rows) if is_csv else as_xlsx("report", columns, rows),
        content_type=CSV if is_csv else XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}.{file_format}"'},
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/reports/collections",
        name="getCollectionsReport",
        tag=TAG,
        summary="Read what was collected, by day, unit and method",
        description="Payments that were reversed are left out, whenever that was.",
        handler=collections,
        query_model=CollectionsQuery,
        answer=CollectionsReport,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
        problems=(refusals.REPORT_TOO_LONG,),
    ),
    Operation(
        method="GET",
        path="/v1/reports/collections/export",
        name="exportCollectionsReport",
        tag=TAG,
        summary="Read what was collected as CSV or XLSX",
        handler=collections_file,
        query_model=CollectionsFileQuery,
        media_types=_FILES,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
        problems=(refusals.REPORT_TOO_LONG,),
    ),
    Operation(
        method="GET",
        path="/v1/reports/ageing",
        name="getAgeingReport",
        tag=TAG,
        summary="Read how old the open bills are, by unit",
        description="At present; a customer with bills of several ages is counted for each.",
        handler=ageing,
        answer=AgeingReport,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/reports/ageing/export",
        name="exportAgeingReport",
        tag=TAG,
        summary="Read how old the open bills are as CSV or XLSX",
        handler=ageing_file,
        query_model=FileQuery,
        media_types=_FILES,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
]
