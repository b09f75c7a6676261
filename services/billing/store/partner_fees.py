"""For the audit: what partners are owed for their payments, held against what is agreed with them."""

from collections.abc import Sequence

from services.billing.partners.terms import PartnerTerms, fee_of, terms_in_force
from shared.audit import AuditViolation
from shared.db import Connection

_FEES = """
SELECT partner_code, unit_code, business_date, amount, fee, count(*) AS payments, min(partner_payment_id) AS first
FROM partner_payments WHERE payment_id IS NOT NULL
GROUP BY partner_code, unit_code, business_date, amount, fee
ORDER BY partner_code, business_date, unit_code, amount, fee
"""


async def fees_not_by_terms(connection: Connection, rules: Sequence[PartnerTerms]) -> list[AuditViolation]:
    """Return what fees do not follow from the terms of their partner, unit and day: one violation for each of these.

    A version before kept no unit: then the fee has to be that of some unit.
    """
    units = sorted({"", *(unit for rule in rules for unit in rule.units)})
    wrong: dict[str, list[str]] = {}
    async with connection.transaction():
        async for row in connection.cursor(_FEES, prefetch=1000):
            partner_code, unit_code, day, amount, fee, payments, first = row
            of_units = units if unit_code is None else [unit_code]
            terms = [terms_in_force(rules, partner_code, unit, day) for unit in of_units]
            by_terms = sorted({fee_of(each, amount) for each in terms})
            if fee not in by_terms:
                subject = f"{partner_code} {unit_code or 'some unit'} {day}"
                expected = " or ".join(map(str, by_terms))
                told = f"{payments} of {amount} đồng, first {first}: fee {fee}, by the terms {expected}"
                wrong.setdefault(subject, []).append(told)
    rule = "a partner's fee is by the terms of its day"
    return [AuditViolation("billing", rule, subject, "; ".join(told[:10])) for subject, told in wrong.items()]
