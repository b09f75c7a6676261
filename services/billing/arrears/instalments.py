"""Agreements to pay what is owed in parts: what may be agreed, what is filled, what is late. Pure. Amounts in đồng."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from pydantic import Field

from shared.contracts.billing import FilledInstalment, Instalment
from shared.dated_rules import DatedRule, rule_in_force
from shared.money import format_dong
from shared.problems import Conflict, InvalidRequest


class AgreementInForce(Conflict):
    """The customer pays by an agreement already: ``facts.agreement_id``."""

    slug = "agreement-in-force"
    title = "An agreement is in force"
    usual_detail = "Khách hàng đang có thỏa thuận trả dần còn hiệu lực."


class AgreementNotInForce(Conflict):
    """It was kept, broken or ended before: ``facts.state``."""

    slug = "agreement-not-in-force"
    title = "The agreement is not in force"
    usual_detail = "Thỏa thuận trả dần này không còn hiệu lực."


class PartsDoNotAddUp(Conflict):
    """The parts come to something else than what is owed now: ``facts`` have both."""

    slug = "instalments-do-not-add-up"
    title = "The parts are not what is owed"


class NoDebt(Conflict):
    """Nothing is owed."""

    slug = "no-debt"
    title = "Nothing is owed"
    usual_detail = "Khách hàng không nợ: không có gì để trả dần."


class PartsNotAllowed(InvalidRequest):
    """The unit allows no such parts, or their days are not in order."""

    slug = "instalments-not-allowed"
    title = "Such parts are not allowed"


class AgreementRule(DatedRule):
    """Whether and how a customer may pay in parts."""

    allowed: bool
    parts: int = Field(default=6, ge=1, le=60)
    days: int = Field(default=180, ge=1, le=1_825)
    least: int = Field(default=50_000, ge=1, le=1_000_000_000)
    late_days: int = Field(default=3, ge=0, le=60)


NO_AGREEMENTS = AgreementRule(in_force_from=date.min, allowed=False)


def agreements_in_force(rules: Sequence[AgreementRule], unit_code: str, day: date) -> AgreementRule:
    """Return what a unit allows on a day; nothing where no rule says so."""
    return rule_in_force(rules, unit_code, day, default=NO_AGREEMENTS)


def check_parts(parts: Sequence[Instalment], debt: int, rule: AgreementRule, today: date) -> None:
    """Raise a refusal where parts cannot be agreed about: days in order, as the rule allows, together the debt."""
    if not rule.allowed:
        raise PartsNotAllowed("Điện lực không áp dụng trả dần.")
    if len(parts) > rule.parts:
        raise PartsNotAllowed(f"Nhiều nhất {rule.parts} đợt trả.", facts={"parts": rule.parts})
    if parts[0].due_on < today or any(later.due_on <= earlier.due_on for earlier, later in pairwise(parts)):
        raise PartsNotAllowed("Ngày trả phải từ hôm nay, đợt sau muộn hơn đợt trước.")
    last = today + timedelta(days=rule.days)
    if parts[-1].due_on > last:
        raise PartsNotAllowed(f"Đợt cuối muộn nhất ngày {last:%d/%m/%Y}.", facts={"latest": last.isoformat()})
    if any(part.amount < rule.least for part in parts[:-1]):
        raise PartsNotAllowed(f"Mỗi đợt ít nhất {format_dong(rule.least)}.", facts={"least": rule.least})
    if debt == 0:
        raise NoDebt
    total = sum(part.amount for part in parts)
    if total != debt:
        raise PartsDoNotAddUp(
            f"Các đợt cộng lại {format_dong(total)}, khách hàng nợ {format_dong(debt)}.",
            facts={"debt": debt, "parts": total},
        )


def filled(parts: Sequence[Instalment], paid: int) -> list[FilledInstalment]:
    """Return the parts with what ``paid`` fills of them, the oldest first."""
    found, left = [], paid
    for part in parts:
        taken = min(part.amount, left)
        left -= taken
        found.append(FilledInstalment(due_on=part.due_on, amount=part.amount, paid=taken))
    return found


def late_part(parts: Sequence[FilledInstalment], late_days: int, today: date) -> FilledInstalment | None:
    """Return the first part that is late by more days than was agreed; None where the agreement is kept so far."""
    latest = today - timedelta(days=late_days)
    return next((part for part in parts if part.paid < part.amount and part.due_on < latest), None)
