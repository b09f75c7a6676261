"""The rules over everything that was read, and the report. Pure; rules over single rows are in row_rules.py."""

from collections.abc import Iterator

from ops.audit.facts import Facts, UnderWay
from ops.audit.report import AuditReport, Positions
from ops.audit.witness import check_witness
from shared.audit import AuditViolation


def check_facts(facts: Facts, *, settled: bool = True) -> AuditReport:
    """Compare everything. ``settled`` False leaves out what events under way may still bring into line."""
    violations = [*_within(facts), *_sums(facts), *facts.compared.violations, *facts.recomputed.violations]
    violations += [violation for found in facts.histories.values() for violation in found.violations]
    violations += facts.changed_rows
    remarks = _remarks(facts)
    if facts.witness is not None:
        wrong, worth_knowing = check_witness(facts.witness)
        violations += wrong
        remarks += worth_knowing
    if settled:
        violations += [*facts.compared.violations_when_settled, *facts.recomputed.violations_when_settled]
        violations += nothing_under_way(facts)
    return AuditReport(
        figures=_figures(facts),
        violations=sorted(violations),
        remarks=remarks,
        positions=Positions(
            facts.begun_at, {name: found.seal for name, found in facts.histories.items()}, facts.receipt.positions
        ),
    )


def _remarks(facts: Facts) -> list[AuditViolation]:
    return [*facts.billing.remarks, *facts.customer.remarks, *facts.invoice.remarks]


def _figures(facts: Facts) -> dict[str, int]:
    return {
        "bills": facts.billing.bills,
        "billed": facts.billing.billed,
        "payments": facts.compared.payments,
        "payments_recomputed": facts.recomputed.payments,
        "payments_reversed": facts.compared.payments_reversed,
        "received": facts.billing.received,
        "cleared": facts.billing.cleared,
        "credit": facts.billing.credit,
        "shift_cash": facts.billing.shift_cash,
        "receipts": facts.receipt.receipts,
        "receipts_voided": facts.receipt.voids,
        "receipted": facts.compared.receipted,
        "invoices": facts.invoice.invoices,
        "invoiced": facts.invoice.invoiced,
        "visits": facts.compared.visits,
        "reminders": facts.compared.reminders,
        "print_jobs": sum(facts.gateway.jobs_by_state.values()),
        "devices": facts.gateway.devices,
    }


def _within(facts: Facts) -> Iterator[AuditViolation]:
    for found in (facts.billing, facts.customer, facts.receipt, facts.invoice, facts.notify, facts.gateway):
        yield from found.violations


def _sums(facts: Facts) -> Iterator[AuditViolation]:
    received, receipted = facts.billing.received, facts.compared.receipted
    if received != receipted:
        yield _between(
            "payments that stand = receipts that stand", "all", f"{received} received, {receipted} receipted"
        )
    cleared, credit = facts.billing.cleared, facts.billing.credit
    if received != cleared + credit:
        yield _between("received = cleared + credit", "all", f"{received} received, {cleared} cleared, {credit} credit")


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


def _between(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("between", rule, subject, detail)
