"""``thungan sms providers``: which providers are used, which are left alone, and what they cost."""

from dataclasses import asdict, dataclass
from datetime import datetime, time

from ops.console import JsonOption, fail, print_json, print_table
from ops.databases import database
from ops.option_groups import SmsConfigurationOption
from ops.runner import run
from services.notify.domain.breakers import Breaker
from services.notify.providers.configuration import ConfigurationError, load_configuration
from services.notify.store.breakers import open_breakers
from services.notify.store.costs import ProviderCosts, provider_costs
from shared.clock import VIETNAM, business_day, now


@dataclass(frozen=True)
class ProviderState:
    """One provider now."""

    provider: str
    kind: str
    """Empty: the configuration does not have it (any more)."""
    per_second: float | None
    """What all copies together hand over to it at most; None: no limit."""
    left_alone_until: str | None
    reason: str
    sent_today: int
    unknown_today: int
    cost_today: int
    cost_this_month: int


def providers(
    configuration: SmsConfigurationOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the providers: in use or left alone, rate, SMS of today, cost of today and of this month (Vietnam time)."""
    try:
        settings = load_configuration(configuration).providers if configuration else ()
    except ConfigurationError as error:
        fail(str(error), 2)
    moment = now()
    breakers, costs = run(_known(moment))
    known = {one.provider: one for one in costs}
    kinds = {one.name: one.kind for one in settings}
    rates = {one.name: one.per_second for one in settings}
    names = [*kinds, *sorted({*known, *breakers} - kinds.keys())]
    found = [_state(name, kinds.get(name, ""), rates.get(name), breakers.get(name), known.get(name)) for name in names]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    print_table(
        "SMS providers",
        ["provider", "kind", "state", "SMS a second", "sent today", "unknown today", "đồng today", "đồng this month"],
        [
            [
                one.provider,
                one.kind,
                f"left alone until {one.left_alone_until}: {one.reason}" if one.left_alone_until else "in use",
                "no limit" if one.per_second is None else f"{one.per_second:g}",
                one.sent_today,
                one.unknown_today,
                one.cost_today,
                one.cost_this_month,
            ]
            for one in found
        ],
        right=["SMS a second", "sent today", "unknown today", "đồng today", "đồng this month"],
        empty="No provider is configured, and none has been used this month.",
    )


def _state(
    name: str, kind: str, per_second: float | None, breaker: Breaker | None, costs: ProviderCosts | None
) -> ProviderState:
    costs = costs or ProviderCosts(name, 0, 0, 0, 0)
    return ProviderState(
        provider=name,
        kind=kind,
        per_second=per_second,
        left_alone_until=f"{breaker.open_until.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}" if breaker else None,
        reason=breaker.reason if breaker else "",
        sent_today=costs.sent_today,
        unknown_today=costs.unknown_today,
        cost_today=costs.cost_today,
        cost_this_month=costs.cost_this_month,
    )


async def _known(moment: datetime) -> tuple[dict[str, Breaker], list[ProviderCosts]]:
    day = business_day(moment)
    began = datetime.combine(day, time(), VIETNAM)
    async with database("notify") as connection:
        return await open_breakers(connection), await provider_costs(connection, began.replace(day=1), began)
