from services.invoice.authority.rules import Period, PeriodKind, read_period
from services.invoice.store import summaries
from services.invoice.store.summaries import ListedSummary
from shared.contracts.invoice import AuthoritySummaries, AuthoritySummary, GetAuthoritySummaries, SummaryState
from shared.messaging.unit_of_work import UnitOfWork


async def get_authority_summaries(request: GetAuthoritySummaries, work: UnitOfWork) -> AuthoritySummaries:
    """Return summaries for the tax authority; none of a month that is none."""
    days = None
    if request.period is not None:
        try:
            period = read_period(request.period)
        except ValueError:
            return AuthoritySummaries(summaries=[])
        days = (period.first, period.last)
    found = await summaries.listed(work.connection, days, None, request.limit)
    return AuthoritySummaries(summaries=[_told(each) for each in found])


def _told(each: ListedSummary) -> AuthoritySummary:
    return AuthoritySummary(
        summary_id=each.summary_id,
        seller_tax_code=each.seller_tax_code,
        period=Period(kind=PeriodKind(each.kind), first=each.first_day, last=each.last_day).name,
        number=each.number,
        supplement=each.supplement,
        invoices=each.invoices,
        before_vat=each.before_vat,
        vat=each.vat,
        total=each.total,
        due_on=each.due_on,
        made_at=each.made_at,
        made_by=each.made_by,
        state=SummaryState(each.state or "made"),
        problem=each.problem or "",
        message_code=each.message_code,
    )
