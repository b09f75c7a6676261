"""Fills in the parameters of a template that is registered with a provider.

Names are shortened as for an SMS; amounts, codes and phone numbers never are.
"""

from collections.abc import Mapping

from services.notify.domain.outcome import Handover
from services.notify.providers.base import HandoverResult, OutgoingSms
from services.notify.providers.provider_settings import ProviderSettings, RegisteredTemplate
from services.notify.texts.templates import person_names, plain

_NAMES: Mapping[str, str] = {"unit": "organisation", "collector_name": "person", "customer_name": "person"}
"""Parameters of ours that may become shorter."""


_USUAL_LANGUAGE = "vi"


def registered(
    settings: ProviderSettings, sms: OutgoingSms, *, text_is_theirs: bool
) -> RegisteredTemplate | HandoverResult:
    """Return the template of the provider for an SMS; what follows where there is none.

    Another provider may have one: the customer cannot be reached by this way, and nothing has left. Where the provider
    has the text (``text_is_theirs``), one in Vietnamese is better than none: few register every language. So is another
    form: which one an SMS has depends on the length of our text, and each is registered by itself.
    """
    filled = [name for name, value in sms.parameters.items() if value]
    languages = [sms.language, _USUAL_LANGUAGE] if text_is_theirs else [sms.language]
    for language in languages:
        found = settings.template_for(
            sms.template, sms.template_version, language, sms.form, filled, any_form=text_is_theirs
        )
        if found is not None:
            break
    if found is None:
        missing = f"{sms.template} version {sms.template_version}, {sms.language}, form {sms.form}"
        return HandoverResult(Handover.UNREACHABLE, detail=f"no template is set up for {missing}")
    return found


def values_of(template: RegisteredTemplate, sms: OutgoingSms, *, accents: bool) -> dict[str, str] | HandoverResult:
    """Return the provider's names of the parameters with values, in its order; what follows where one is too long."""
    values = {}
    for parameter in template.parameters:
        value = sms.parameters[parameter.ours] or ""
        fitting = _fitting(parameter.ours, value if accents else plain(value), parameter.longest)
        if fitting is None:
            detail = f"{parameter.ours} is longer than {parameter.longest} characters"
            return HandoverResult(Handover.REJECTED_TEMPLATE, detail=detail)
        values[parameter.name or parameter.ours] = fitting
    return values


def _fitting(name: str, value: str, longest: int | None) -> str | None:
    if longest is None or len(value) <= longest:
        return value
    kind = _NAMES.get(name)
    if kind is None:
        return None
    shorter = person_names(value) if kind == "person" else iter(())
    return next((short for short in shorter if len(short) <= longest), value[:longest].strip())
