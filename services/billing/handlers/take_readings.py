"""The office hands in a file of readings: it is tried, or imported as a watched folder does."""

import asyncio
import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from services.billing.bill_run import WorkFactory
from services.billing.imports.due_days import DueDays
from services.billing.imports.files import import_files
from services.billing.imports.readings import READINGS, ReadingRow
from services.billing.imports.reports import ImportReport
from services.billing.judgement.rules import JudgementRule
from services.billing.store import taken_files
from services.billing.tariffs.models import Tariffs
from shared.contracts.billing import LineFinding, ReadingsFile, ReadingsFileOutcome, TakeReadings
from shared.csv_files import BadLine, ImportOptions
from shared.csv_files.first_look import FirstLook, first_look, why_not
from shared.csv_files.text_file import Source, source_of_content
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest

_SHOWN = 100
"""Findings of a kind: a file with more is not the right file, and the reject file has them all."""


class _TakenBeforeError(Exception):
    """Another one has taken the content meanwhile: undoes the transaction."""


async def take_readings(
    request: TakeReadings,
    _: UnitOfWork,
    *,
    new_work: WorkFactory,
    tariffs: Tariffs,
    judgement_rules: Sequence[JudgementRule],
    due_days: DueDays,
) -> ReadingsFile:
    """Import a file all or nothing, or try it. It has transactions of its own, like every import.

    Whoever works for some units imports readings of their customers alone.
    """
    try:
        content = base64.b64decode(request.content, validate=True)
    except binascii.Error:
        raise InvalidRequest("Nội dung tệp không phải base64.") from None
    source, looks = source_of_content(content), FirstLook()
    if why_not(content, looks) is None:
        looks = await asyncio.to_thread(first_look, source, request.name, ReadingRow)
    refusal = why_not(content, looks)
    if refusal is not None:
        report = ImportReport({}, (BadLine(request.name, 1, "", refusal, "too-large"),))
        return _told(ReadingsFileOutcome.REFUSED, source, report.as_json(), None, looks)
    if not request.is_trial and (before := await _taken_before(new_work, source.sha256)):
        return _told(ReadingsFileOutcome.REPEATED, source, before.report, before.rejects, looks)

    async def note(work: UnitOfWork, report: ImportReport) -> None:
        shown, rejects = report.as_json(), report.rejects
        if not await taken_files.add(work.connection, source.sha256, request.name, shown, rejects):
            raise _TakenBeforeError
        await work.act("readings.taken", request.name, sha256=source.sha256, files=shown["files"])

    try:
        report = await import_files(
            new_work,
            {READINGS: source},
            tariffs,
            options=ImportOptions(keep_good=request.keep_good),
            called={READINGS: request.name},
            judgement=judgement_rules,
            due_days=due_days,
            note=note,
            dry_run=request.is_trial,
            unit_codes=request.unit_codes,
        )
    except _TakenBeforeError:
        before = await _taken_before(new_work, source.sha256)
        assert before is not None  # noqa: S101 - it was committed, and is never deleted
        return _told(ReadingsFileOutcome.REPEATED, source, before.report, before.rejects, looks)
    outcome = ReadingsFileOutcome.TRIED if request.is_trial else ReadingsFileOutcome.TAKEN
    if not report.ok:
        outcome = ReadingsFileOutcome.REFUSED
    return _told(outcome, source, report.as_json(), report.rejects, looks)


async def _taken_before(new_work: WorkFactory, sha256: str) -> taken_files.TakenFile | None:
    async with new_work() as work:
        return await taken_files.find(work.connection, sha256)


def _told(
    outcome: ReadingsFileOutcome,
    source: Source,
    report: Mapping[str, Any],
    rejects: str | None,
    looks: FirstLook,
) -> ReadingsFile:
    counts: Mapping[str, Any] = next(iter(report["files"].values()), {})
    return ReadingsFile(
        outcome=outcome,
        sha256=source.sha256,
        lines=counts.get("rows", 0),
        added=counts.get("added", 0),
        unchanged=counts.get("unchanged", 0),
        held=counts.get("held", 0),
        settled=report.get("settled", 0),
        bad=_findings(report["bad_lines"]),
        bad_count=len(report["bad_lines"]),
        rejected=_findings(report["rejected"]),
        rejected_count=len(report["rejected"]),
        held_lines=[_held(item) for item in report["held"][:_SHOWN]],
        remarks=_findings(report["remarks"]),
        reject_file=rejects,
        columns=list(looks.columns),
        ignored_columns=list(looks.ignored_columns),
        first_rows=[list(row) for row in looks.first_rows],
    )


def _findings(found: Iterable[Mapping[str, Any]]) -> list[LineFinding]:
    return [
        LineFinding(line=one["line"], column=one["column"], message=one["message"], slug=one["slug"])
        for one in islice(found, _SHOWN)
    ]


def _held(item: Mapping[str, Any]) -> LineFinding:
    doubts = item["doubts"]
    return LineFinding(
        line=item["line"],
        column=item["customer_code"],
        message="; ".join(doubt["detail"] for doubt in doubts),
        slug=",".join(doubt["rule"] for doubt in doubts),
    )
