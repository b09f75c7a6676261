"""What was collected and what is still open, added up: to be read, and as files for a spreadsheet."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from pydantic import Field

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import MONEY_READERS
from services.gateway.edge.operation import Answer, AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Day, Incoming, Nothing
from shared.contracts.billing import (
    AgeingGroup,
    AgeingReport,
    CollectionsReport,
    CommissionsReport,
    GetAgeingReport,
    GetCollectionsReport,
    GetCommissions,
)
from shared.contracts.invoice import AuthoritySummaries, GetAuthoritySummaries
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


class AgeingQuery(Incoming):
    """Added up by what."""

    by: AgeingGroup = Field(default=AgeingGroup.UNIT, description="Within each unit.")


class AgeingFileQuery(AgeingQuery):
    """Added up by what, and as what."""

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
    call: Call[Nothing, AgeingQuery, None] | Call[Nothing, AgeingFileQuery, None], dependencies: Dependencies
) -> AgeingReport:
    """Read how old the open bills are."""
    return await dependencies.request(GetAgeingReport(unit_codes=call.member.unit_codes, by=call.query.by))


async def ageing_file(call: Call[Nothing, AgeingFileQuery, None], dependencies: Dependencies) -> Answer:
    """Give how old the open bills are as a file."""
    found = await ageing(call, dependencies)
    by = call.query.by
    # A file by unit has the columns that it always had.
    grouped = by is not AgeingGroup.UNIT
    rows = (
        (
            found.day,
            one.unit_code,
            *((one.group,) if grouped else ()),
            one.age.value,
            one.customers,
            one.bills,
            one.amount,
        )
        for one in found.debts
    )
    columns = ("day", "unit_code", *((by.value,) if grouped else ()), "age", "customers", "bills", "amount")
    return _file(f"ageing-{found.day}", columns, rows, call.query.format)


class MonthQuery(Incoming):
    """Which month."""

    year: Annotated[int, Field(ge=2018, le=2100), INTEGER]
    month: Annotated[int, Field(ge=1, le=12), INTEGER]


class MonthFileQuery(MonthQuery):
    """Which month, and as what."""

    format: FileFormat = "xlsx"


async def commissions(
    call: Call[Nothing, MonthQuery, None] | Call[Nothing, MonthFileQuery, None], dependencies: Dependencies
) -> CommissionsReport:
    """Read what collectors earn for receipts."""
    query = call.query
    return await dependencies.request(
        GetCommissions(year=query.year, month=query.month, unit_codes=call.member.unit_codes)
    )


class SummariesQuery(Incoming):
    """Which period."""

    period: Annotated[str, Field(pattern=r"^[0-9]{4}-([0-9]{2}|Q[1-4])$", examples=["2026-11"])] | None = Field(
        default=None, description="A month or a quarter (`2026-Q4`); the latest ones if left out."
    )


async def invoice_summaries(
    call: Call[Nothing, SummariesQuery, None], dependencies: Dependencies
) -> AuthoritySummaries:
    """Read what the tax authority is told of invoices. A seller is no unit: people of some units see nothing."""
    if call.member.unit_codes:
        return AuthoritySummaries(summaries=[])
    return await dependencies.request(GetAuthoritySummaries(period=call.query.period))


_COMMISSION = (
    "unit_code",
    "collector_code",
    "collector_name",
    "settlements",
    "receipts",
    "earned",
    "taken_back_receipts",
    "taken_back",
    "payable",
)


async def commissions_file(call: Call[Nothing, MonthFileQuery, None], dependencies: Dependencies) -> Answer:
    """Give what collectors earn for receipts as a file."""
    found = await commissions(call, dependencies)
    rows = ([getattr(one, name) for name in _COMMISSION] for one in found.commissions)
    return _file(f"commissions-{found.year}-{found.month:02}", _COMMISSION, rows, call.query.format)


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
        path="/v1/reports/commissions",
        name="getCommissionsReport",
        tag=TAG,
        summary="Read what collectors earn for receipts, by collector and unit",
        description="Of the shifts that were settled in the month; what was taken back since is taken off.",
        handler=commissions,
        query_model=MonthQuery,
        answer=CommissionsReport,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/reports/commissions/export",
        name="exportCommissionsReport",
        tag=TAG,
        summary="Read what collectors earn for receipts as CSV or XLSX",
        handler=commissions_file,
        query_model=MonthFileQuery,
        media_types=_FILES,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/reports/invoice-summaries",
        name="getInvoiceSummaries",
        tag=TAG,
        summary="Read the summaries of invoices for the tax authority, and what became of them",
        description="People of some units see none: a summary is of a seller with all its units.",
        handler=invoice_summaries,
        query_model=SummariesQuery,
        answer=AuthoritySummaries,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/reports/ageing",
        name="getAgeingReport",
        tag=TAG,
        summary="Read how old the open bills are, by unit, route or price group",
        description="At present; a customer with bills of several ages is counted for each.",
        handler=ageing,
        query_model=AgeingQuery,
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
        query_model=AgeingFileQuery,
        media_types=_FILES,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
]
