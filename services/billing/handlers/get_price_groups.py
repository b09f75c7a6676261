from services.billing.tariffs.models import Tariffs
from shared.contracts.billing import GetPriceGroups, PriceGroupName, PriceGroups
from shared.messaging.unit_of_work import UnitOfWork


async def get_price_groups(_: GetPriceGroups, work: UnitOfWork, *, tariffs: Tariffs) -> PriceGroups:  # noqa: ARG001
    """Return which price groups there are."""
    found = tariffs.groups.values()
    return PriceGroups(price_groups=[PriceGroupName(price_group=each.name, vi=each.vi, en=each.en) for each in found])
