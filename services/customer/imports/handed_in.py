"""A list that the office hands in: looked at, tried, or imported as the command line does."""

import asyncio
import base64
import binascii
from collections.abc import Collection, Iterable
from itertools import islice

from services.customer.imports.files import FileReport, ImportReport, WorkFactory, import_lists
from services.customer.imports.rows import FileFormat, ListReading
from shared.contracts.customer import (
    ListedChange,
    ListFile,
    ListFileOutcome,
    ListFinding,
    TakeCompanyList,
    TakeList,
)
from shared.csv_files import BadLine, Finding, ImportOptions, UnreadableFileError
from shared.csv_files.first_look import FirstLook, first_look, why_not
from shared.csv_files.text_file import Source, source_of_content
from shared.problems import InvalidRequest

_SHOWN = 100
"""Findings of a kind: a file with more is not the right file, and the reject file has them all."""


async def handed_in(
    request: TakeList | TakeCompanyList,
    list_format: FileFormat,
    new_work: WorkFactory,
    *,
    unit_codes: Collection[str] = (),
) -> ListFile:
    """Import a list all or nothing, or try it. It has a transaction of its own, like every import.

    With ``unit_codes`` everything of other units is unknown. Raises :class:`~shared.problems.InvalidRequest`.
    """
    try:
        content = base64.b64decode(request.content, validate=True)
    except binascii.Error:
        raise InvalidRequest("Nội dung tệp không phải base64.") from None
    source = source_of_content(content)
    look = (
        FirstLook()
        if why_not(content, FirstLook())
        else await asyncio.to_thread(first_look, source, request.name, list_format.model)
    )
    refusal = why_not(content, look)
    if refusal is not None:
        report = ImportReport(bad_lines=[BadLine(request.name, 1, "", refusal, "too-large")])
    else:
        report = await _imported(request, list_format, source, new_work, unit_codes)
    outcome = ListFileOutcome.TRIED if request.is_trial else ListFileOutcome.TAKEN
    return _told(outcome if report.ok else ListFileOutcome.REFUSED, source.sha256, report, look)


async def _imported(
    request: TakeList | TakeCompanyList,
    list_format: FileFormat,
    source: Source,
    new_work: WorkFactory,
    unit_codes: Collection[str],
) -> ImportReport:
    options = ImportOptions(keep_good=request.keep_good)
    try:
        item = await asyncio.to_thread(ListReading, list_format, source, name=request.name, options=options)
    except UnreadableFileError as error:
        return ImportReport(bad_lines=[error.bad])
    return await import_lists(new_work, [item], options, dry_run=request.is_trial, unit_codes=unit_codes)


def _told(outcome: ListFileOutcome, sha256: str, report: ImportReport, look: FirstLook) -> ListFile:
    counts = next(iter(report.files.values()), FileReport())
    return ListFile(
        outcome=outcome,
        sha256=sha256,
        lines=counts.rows,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.unchanged,
        changed_fields=counts.changed_fields,
        changes=[ListedChange(line=one.line, key=one.key, fields=list(one.fields)) for one in report.changes[:_SHOWN]],
        announced=report.customers_announced,
        bad=_findings(report.bad_lines),
        bad_count=len(report.bad_lines),
        rejected=_findings(report.rejected),
        rejected_count=len(report.rejected),
        remarks=_findings(report.remarks),
        columns=list(look.columns),
        ignored_columns=list(look.ignored_columns),
        first_rows=[list(row) for row in look.first_rows],
        reject_file=next(iter(report.reject_files.values()), None),
    )


def _findings(found: Iterable[Finding]) -> list[ListFinding]:
    return [
        ListFinding(line=one.line, column=one.column, message=one.message, slug=one.slug)
        for one in islice(found, _SHOWN)
    ]
