"""What the sender has to know of the configuration: chains, terms, budget."""

from collections.abc import Mapping, Sequence
from datetime import time, timedelta

from services.notify.domain.budgets import Budget
from services.notify.domain.chains import Chain, Chains, Step
from services.notify.domain.terms import Terms
from services.notify.providers.base import Connected, Provider
from services.notify.providers.configuration import SmsConfiguration


def chains_of(configuration: SmsConfiguration) -> Chains:
    """Return the chains; what none of them fits goes to the providers in the order of the file."""
    terms = terms_of(configuration)
    return Chains(
        [
            Chain(
                [Step(step.weights, terms if step.cheapest else None) for step in chain.steps],
                kinds=chain.kinds,
                operators=chain.operators,
                opens=chain.hours.opens if chain.hours else time(0),
                closes=chain.hours.closes if chain.hours else None,
            )
            for chain in configuration.chains
        ],
        [provider.name for provider in configuration.providers],
    )


def terms_of(configuration: SmsConfiguration) -> Mapping[str, Terms]:
    """Return what each provider takes and costs."""
    return {
        provider.name: Terms(
            per_second=provider.per_second,
            window=provider.window,
            timeout=timedelta(seconds=provider.longest_seconds),
            price=provider.tariffs.default,
            prices=provider.tariffs.by_operator,
            per_message=provider.charges_messages,
        )
        for provider in configuration.providers
    }


def budget_of(configuration: SmsConfiguration) -> Budget:
    """Return what may be spent."""
    return Budget(per_day=configuration.budget.daily, per_month=configuration.budget.monthly)


def reporting_providers(configuration: SmsConfiguration, providers: Sequence[Provider]) -> set[str]:
    """Return the providers that report what became of SMS: by calling us, or on the connection that we hold."""
    called_by = {settings.name for settings in configuration.providers if settings.reports is not None}
    return called_by | {provider.name for provider in providers if isinstance(provider, Connected)}
