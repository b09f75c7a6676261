"""The one place where billing is wired: tariffs, database, bus, dependencies of the handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog

from services.billing.arrears.instalments import AgreementRule
from services.billing.arrears.interest import InterestRule
from services.billing.arrears.rules import FeeRule
from services.billing.commissions.rules import CommissionRule
from services.billing.ended_agreement import watch_agreements
from services.billing.imports.due_days import DueDays, DueRule
from services.billing.judgement.rules import JudgementRule
from services.billing.metrics import watch_audits, watch_backups, watch_held_readings, watch_worklists
from services.billing.part_payments.rules import PartPaymentRule
from services.billing.partners.terms import PartnerTerms
from services.billing.payments.rules import PlausibleAmountRule
from services.billing.periodic_tasks import Retention
from services.billing.rounding.rules import RoundingRule
from services.billing.run_reports import look_after_runs
from services.billing.settings import BillingSettings
from services.billing.shifts.rules import CashBoxRule
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY
from shared.clock import Clock, business_day, now
from shared.health import serve_health
from shared.personal_data.retention import load_retention
from shared.rule_files import load_rules
from shared.runtime import Running, open_parts

log = structlog.get_logger(__name__)


@asynccontextmanager
async def service(settings: BillingSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Check the tariff files, start the bus, serve health; close in reverse."""
    rounding_rules = load_rules(settings.cash_rounding_file, RoundingRule)
    cash_box_rules = load_rules(settings.cash_boxes_file, CashBoxRule)
    plausible_amounts = load_rules(settings.plausible_amounts_file, PlausibleAmountRule)
    part_payment_rules = load_rules(settings.part_payments_file, PartPaymentRule)
    commission_rules = load_rules(settings.commissions_file, CommissionRule)
    partner_terms = load_rules(settings.partner_terms_file, PartnerTerms)
    fee_rules = load_rules(settings.fees_file, FeeRule)
    agreement_rules = load_rules(settings.agreements_file, AgreementRule)
    interest_rules = load_rules(settings.interest_file, InterestRule)
    judgement_rules = load_rules(settings.judgement_file, JudgementRule)
    due_days = DueDays(load_rules(settings.due_days_file, DueRule))
    tariffs = load_tariffs()  # a mistake in a tariff file stops the service before it consumes a message
    today = business_day(clock())
    to_come = [decision.number for decision in tariffs.decisions if decision.in_force_from > today]
    log.info("tariffs.loaded", in_force=tariffs.decisions_between(today, today)[0].number, to_come=to_come)
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(
            dependencies={
                "clock": parts.clock.of(clock),
                "cash_ceiling": settings.cash_ceiling,
                "points_on_notice": settings.points_on_notice,
                "rounding_rules": rounding_rules,
                "plausible_amounts": plausible_amounts,
                "part_payment_rules": part_payment_rules,
                "partner_terms": partner_terms,
                "commission_rules": commission_rules,
                "cash_box_rules": cash_box_rules,
                "fee_rules": fee_rules,
                "agreement_rules": agreement_rules,
                "interest_rules": interest_rules,
                "judgement_rules": judgement_rules,
                "due_days": due_days,
                "tariffs": tariffs,
                "new_work": parts.bus.work,
                "runs_at_work": set(),
                "bank_accounts": frozenset(filter(None, settings.bank_accounts.split(","))),
            }
        )
        retention = Retention(
            parts.pool,
            texts_kept=timedelta(days=settings.bank_texts_kept_days),
            clock=parts.clock.of(clock),
            rules=load_retention(settings.retention_file),
        )
        async with (
            parts.bus.background("audits", watch_audits(parts.pool)),
            parts.bus.background("backups", watch_backups(parts.pool)),
            parts.bus.background("held_readings", watch_held_readings(parts.pool)),
            parts.bus.background("worklists", watch_worklists(parts.pool)),
            parts.bus.background("agreements", watch_agreements(parts.pool, parts.bus.work, parts.clock.of(clock))),
            parts.bus.background("retention", retention.run()),
            parts.bus.background("runs", look_after_runs(parts.pool, tariffs, parts.clock.of(clock))),
            serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port,
        ):
            yield Running(parts.bus, port)
