"""A person says how a difference between a partner's books and the register was settled."""

from services.billing.partners.rules import DifferenceSettled
from services.billing.store import partner_files
from shared.clock import Clock
from shared.contracts.billing import DifferenceSettlement, PartnerDifferenceReply, SettlePartnerDifference
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest


async def settle_partner_difference(
    request: SettlePartnerDifference, work: UnitOfWork, *, clock: Clock
) -> PartnerDifferenceReply:
    """Take a difference off the worklist, once. It is locked; no money moves by this."""
    found = await partner_files.lock_one(work.connection, request)
    assert found is not None  # noqa: S101 - it is locked
    if found.settled_at is not None:
        raise DifferenceSettled(
            "Chênh lệch này đã được xử lý.", facts={"settlement": found.settlement, "settled_at": found.settled_at}
        )
    if request.settlement is DifferenceSettlement.LATER_FILE:
        raise InvalidRequest("Chỉ tệp đối soát mới tự xử lý được.", slug="settlement-not-possible")
    settled = await partner_files.settle(work.connection, request, clock(), work.actor)
    return PartnerDifferenceReply(difference=settled)
