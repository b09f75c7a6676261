"""The rules between the databases: pure, so that each can be shown to find what it is for."""

from collections import Counter
from collections.abc import Iterator

from ops.audit.facts import Facts, UnderWay
from ops.audit.report import AuditReport, Positions
from ops.audit.witness import check_witness
from shared.audit import AuditViolation

_NOTICE_OUTCOMES = frozenset({"met", "away", "cannot_pay"})


def check_facts(facts: Facts, *, settled: bool = True) -> AuditReport:
    """Compare everything. ``settled`` False leaves out what events under way may still bring into line."""
    violations = [*_within(facts), *_receipts(facts), *_sums(facts), *_reminders(facts), *_print_jobs(facts)]
    violations += [*_visits_of_payments(facts), *facts.recomputed.violations]
    violations += [violation for found in facts.histories.values() for violation in found.violations]
    violations += facts.changed_rows
    remarks = _remarks(facts)
    if facts.witness is not None:
        wrong, worth_knowing = check_witness(facts.witness)
        violations += wrong
        remarks += worth_knowing
    if settled:
        violations += facts.recomputed.violations_when_settled
        violations += [*nothing_under_way(facts), *_copies_agree(facts), *_nothing_forgotten(facts)]
    return AuditReport(
        figures=_figures(facts),
        violations=sorted(violations),
        remarks=remarks,
        positions=Positions(
            facts.begun_at, {name: found.seal for name, found in facts.histories.items()}, facts.receipt.positions
        ),
    )


def _remarks(facts: Facts) -> list[AuditViolation]:
    return [*facts.billing.remarks, *facts.customer.remarks]


def _figures(facts: Facts) -> dict[str, int]:
    reversed_payments = sum(payment.reversed for payment in facts.billing.payments.values())
    return {
        "bills": facts.billing.bills,
        "billed": facts.billing.billed,
        "payments": len(facts.billing.payments),
        "payments_recomputed": facts.recomputed.payments,
        "payments_reversed": reversed_payments,
        "received": facts.billing.received,
        "cleared": facts.billing.cleared,
        "credit": facts.billing.credit,
        "shift_cash": facts.billing.shift_cash,
        "receipts": len(facts.receipt.receipts),
        "receipts_voided": facts.receipt.voids,
        "receipted": sum(receipt.total for receipt in facts.receipt.receipts if not receipt.voided),
        "visits": len(facts.visits),
        "reminders": len(facts.notify.reminders),
        "print_jobs": sum(facts.gateway.jobs_by_state.values()),
        "devices": facts.gateway.devices,
    }


def _within(facts: Facts) -> Iterator[AuditViolation]:
    for found in (facts.billing, facts.customer, facts.receipt, facts.notify, facts.gateway):
        yield from found.violations


def _receipts(facts: Facts) -> Iterator[AuditViolation]:
    """Each payment has one receipt over its amount, each reversed payment a voided one, and no receipt is alone."""
    by_payment = {str(receipt.payment_id): receipt for receipt in facts.receipt.receipts}
    for payment in facts.billing.payments.values():
        receipt = by_payment.get(payment.payment_id)
        if receipt is None:
            yield _between("a payment has a receipt", payment.payment_id, f"{payment.amount} đồng without one")
            continue
        if receipt.total != payment.amount:
            yield _between(
                "a receipt is over its payment's amount",
                payment.payment_id,
                f"receipt {receipt.total}, payment {payment.amount}",
            )
        if receipt.voided != payment.reversed:
            yield _between(
                "a receipt is void exactly when its payment is reversed",
                payment.payment_id,
                f"voided: {receipt.voided}, reversed: {payment.reversed}",
            )
        if payment.receipt_id is not None and payment.receipt_id != str(receipt.receipt_id):
            yield _between("billing names the receipt that exists", payment.payment_id, f"names {payment.receipt_id}")
    for payment_id in by_payment.keys() - facts.billing.payments.keys():
        yield _between("a receipt has a payment", payment_id, "billing has never recorded it")


def _sums(facts: Facts) -> Iterator[AuditViolation]:
    received, receipted = facts.billing.received, sum(r.total for r in facts.receipt.receipts if not r.voided)
    if received != receipted:
        yield _between(
            "payments that stand = receipts that stand", "all", f"{received} received, {receipted} receipted"
        )
    cleared, credit = facts.billing.cleared, facts.billing.credit
    if received != cleared + credit:
        yield _between("received = cleared + credit", "all", f"{received} received, {cleared} cleared, {credit} credit")


def _reminders(facts: Facts) -> Iterator[AuditViolation]:
    """An away visit that caused a notice has exactly one reminder, and no other visit has one."""
    per_visit = Counter(reminder.visit_id for reminder in facts.notify.reminders)
    for visit_id, kinds in facts.billing.notices.items():
        expected = 1 if "away" in kinds else 0
        if per_visit[visit_id] != expected:
            yield _between(
                "an away visit has one reminder", visit_id, f"{per_visit[visit_id]} reminders, {expected} expected"
            )
    for visit_id in per_visit.keys() - facts.billing.notices.keys():
        yield _between("a reminder has a notice", visit_id, "billing has issued none")


def _visits_of_payments(facts: Facts) -> Iterator[AuditViolation]:
    for payment in facts.billing.payments.values():
        if payment.visit_id is None:
            continue
        visit = facts.visits.get(payment.visit_id)
        if visit is None or visit.customer_code != payment.customer_code:
            found = "nobody" if visit is None else visit.customer_code
            yield _between(
                "a payment names a visit of its customer",
                payment.payment_id,
                f"paid for {payment.customer_code}, the visit {payment.visit_id} is of {found}",
            )


def _print_jobs(facts: Facts) -> Iterator[AuditViolation]:
    for receipt_id, jobs in facts.gateway.receipts.items():
        if jobs > 1:
            yield _between("a receipt is queued for printing once", receipt_id, f"{jobs} jobs")
    known = {str(receipt.receipt_id) for receipt in facts.receipt.receipts}
    for receipt_id in facts.gateway.receipts.keys() - known:
        yield _between("a receipt on paper is in the register", receipt_id, "it is not")
    for visit_id, jobs in facts.gateway.notices.items():
        kinds = facts.billing.notices.get(visit_id, [])
        if jobs > len(kinds):
            yield _between("a notice is queued for printing once", visit_id, f"{jobs} jobs, {len(kinds)} notices")
    for visit_id in facts.billing.notices.keys() - facts.visits.keys():
        yield _between("a notice has a visit", visit_id, "customer has never recorded it")


def nothing_under_way(facts: Facts | UnderWay) -> Iterator[AuditViolation]:
    """Yield what waits in outboxes and queues, is dead, or was sent and is not consumed."""
    for service, waiting in facts.unsent.items():
        if waiting:
            yield AuditViolation(service, "the outbox is empty", "outbox", f"{waiting} events wait")
    for queue, waiting in facts.queues.items():
        if waiting:
            yield AuditViolation("broker", "no event waits and none is dead", queue, f"{waiting} messages")
    for consumer, kinds in facts.unconsumed.items():
        # A queue's name is namespace.service.purpose.
        on_the_way = sum(waiting for queue, waiting in facts.queues.items() if queue.split(".")[1] == consumer)
        if sum(kinds.values()) > on_the_way:
            for kind, events in kinds.items():
                yield AuditViolation(
                    consumer,
                    "what was sent is consumed",
                    kind,
                    f"{events} not: thungan events resend --consumer {consumer} --dry-run",
                )


def _copies_agree(facts: Facts) -> Iterator[AuditViolation]:
    """What other services keep of accounts and visits is what their owner has."""
    for customer_code, (version, debt) in facts.billing.accounts.items():
        known = facts.customer.accounts.get(customer_code)
        if version and known != (version, debt):
            yield _between(
                "customer knows what is owed",
                customer_code,
                f"billing (version, debt) {(version, debt)}, customer {known}",
            )
    for customer_code, version in facts.customer.versions.items():
        if facts.billing.versions.get(customer_code) != version:
            copied = facts.billing.versions.get(customer_code)
            yield _between("billing knows each customer", customer_code, f"version {version}, billing has {copied}")
    for payment in facts.billing.payments.values():
        if payment.receipt_id is None:
            yield _between("billing knows each payment's receipt", payment.payment_id, "no receipt")
    for visit_id, visit in facts.visits.items():
        if visit.outcome in _NOTICE_OUTCOMES and not visit.cleared_since and visit_id not in facts.billing.notices:
            yield _between("a visit to somebody who owes has a notice", visit_id, visit.outcome)


def _nothing_forgotten(facts: Facts) -> Iterator[AuditViolation]:
    """What a payment or a visit on a phone leads to has reached it, and no reminder was cancelled without a reason."""
    for payment in facts.billing.payments.values():
        if payment.device_id and payment.receipt_id and not facts.gateway.receipts.get(payment.receipt_id):
            yield _between("a payment on a phone has its receipt queued there", payment.payment_id, "no job")
    for visit_id, kinds in facts.billing.notices.items():
        visit, jobs = facts.visits.get(visit_id), facts.gateway.notices.get(visit_id, 0)
        if visit is not None and visit.device_id and jobs < len(kinds):
            yield _between("a notice of a visit is queued on its phone", visit_id, f"{jobs} jobs, {len(kinds)} notices")
    for reminder in facts.notify.reminders:
        visit = facts.visits.get(reminder.visit_id)
        if reminder.state == "cancelled" and visit is not None and not visit.cleared_since:
            yield _between("a reminder is cancelled only when nothing is owed", reminder.visit_id, "it was owed")


def _between(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, subject, detail)
