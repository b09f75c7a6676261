"""Compare what a partner says that it took with the register."""

import hashlib
from collections.abc import Sequence

from services.billing.partners.reconciliation import PartnerFileRefused, compare, counts_of, read_file, result_of
from services.billing.partners.rules import UnknownPartner
from services.billing.partners.terms import PartnerTerms, is_late, is_taken_still, terms_in_force
from services.billing.store import partner_files, partners
from shared.clock import Clock
from shared.contracts.billing import PartnerEntryKind, PartnerFile, PartnerVerdict, TakePartnerFile
from shared.messaging.unit_of_work import UnitOfWork


async def take_partner_file(
    request: TakePartnerFile, work: UnitOfWork, *, clock: Clock, partner_terms: Sequence[PartnerTerms]
) -> PartnerFile:
    """Take a file whole or refuse it; what differs goes to the worklist.

    The content that holds of its day changes nothing. An earlier one that is sent again holds again: the partner means
    what it sent last.
    """
    connection, moment = work.connection, clock()
    if not await partners.is_known(connection, request.partner_code):
        raise UnknownPartner("Không có đối tác này.")
    await partner_files.lock_files(connection, request.partner_code)
    sha256 = hashlib.sha256(request.content.encode()).hexdigest()
    known = await partner_files.find(connection, request.partner_code, sha256)
    if known is not None:
        holds = await partner_files.of_day(connection, request.partner_code, known.business_date)
        if holds is not None and holds.sha256 == sha256:
            return holds.model_copy(update={"taken_before": True})
    day, entries = read_file(request.content, request.partner_code)
    terms = terms_in_force(partner_terms, request.partner_code, "", day)
    if not is_taken_still(terms, day, moment):
        raise PartnerFileRefused(
            "Ngày này chưa kết thúc hoặc đã quá hạn nhận tệp.", facts={"business_date": day.isoformat(), "line": 2}
        )
    compared = compare(entries, await partner_files.register_of(connection, request.partner_code, day))
    payments = [entry.amount for entry in entries if entry.kind is PartnerEntryKind.PAY]
    file = PartnerFile(
        partner_code=request.partner_code,
        business_date=day,
        sha256=sha256,
        taken_at=moment,
        late=is_late(terms, day, moment),
        lines=len(entries),
        paid=sum(payments),
        cancelled=sum(entry.amount for entry in entries if entry.kind is PartnerEntryKind.REV),
        verdicts=dict(counts_of(compared)),
        result=result_of(compared, request.partner_code, day),
    )
    await partner_files.add(connection, file, request.name, work.actor)
    differences = [one for one in compared if one.verdict is not PartnerVerdict.MATCHED]
    await partner_files.keep_differences(connection, file, differences, work.actor)
    return file
