"""What the utility owes others for collecting, as it was agreed: the audit holds against it what was booked."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.billing.commissions.rules import CommissionRule
from services.billing.partners.terms import PartnerTerms
from services.billing.settings import AgreedTermsSettings
from shared.rule_files import load_rules


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """Dated terms."""

    partner_terms: Sequence[PartnerTerms]
    commission_rules: Sequence[CommissionRule] = ()


def load_agreed_terms() -> AgreedTerms:
    """Read the files that the environment names. Raises :class:`~shared.rule_files.RuleFileError`."""
    settings = AgreedTermsSettings()
    return AgreedTerms(
        load_rules(settings.partner_terms_file, PartnerTerms), load_rules(settings.commissions_file, CommissionRule)
    )
