"""An audit of what has changed since the last one: seconds, however much there was before."""

from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from ops.audit.append_only import changed_rows
from ops.audit.facts import under_way
from ops.audit.history import read_histories, seal_histories
from ops.audit.recomputation import Changed, recompute
from ops.audit.report import AuditReport, Positions
from ops.audit.rules import nothing_under_way
from ops.audit.sessions import session
from ops.audit.witness import check_witness, collect_witness
from services.receipt.audit import receipts_since, series_positions
from services.receipt.signatures.keyring import Keyring
from shared.audit import AuditViolation
from shared.clock import now

_OF_SHIFTS = ("shifts", "shift_confirmations", "shift_decisions")


async def audit_changes(
    database_urls: Mapping[str, str],
    amqp_url: str,
    namespace: str,
    keyring: Keyring,
    since: Positions,
    *,
    witness_folder: Path | None = None,
) -> AuditReport:
    """Check what was written since an audit: histories, receipts, and whatever they touch, recomputed.

    With a ``witness_folder`` the register is also compared with every checkpoint outside.
    """
    begun_at = now()
    histories = await read_histories(database_urls, await seal_histories(database_urls), since.seals)
    wrong: list[AuditViolation] = []
    remarks: list[AuditViolation] = []
    async with session(database_urls, "receipt") as connection:
        series = await series_positions(connection)
        receipts = await receipts_since(connection, keyring, since.series)
        if witness_folder is not None:
            witness = await collect_witness(connection, witness_folder, keyring, recompute=False)
            wrong, remarks = check_witness(witness)
    billing, register = histories["billing"].changed, histories["receipt"].changed
    payment_ids = receipts.payment_ids | {UUID(key) for key in billing.get("payments", ())}
    changed = Changed(
        payment_ids,
        frozenset(UUID(key) for table in _OF_SHIFTS for key in billing.get(table, ())),
        frozenset(UUID(key) for key in histories["customer"].changed.get("visits", ())),
        frozenset(UUID(key) for key in register.get("reprint", ())),
        frozenset(UUID(key) for key in register.get("first_print", ())),
        since.audited_at,
    )
    recomputed = await recompute(database_urls, changed)
    violations = [violation for found in histories.values() for violation in found.violations]
    violations += await changed_rows(database_urls)
    violations += [*wrong, *receipts.violations, *recomputed.violations, *recomputed.violations_when_settled]
    violations += [
        AuditViolation("between", "a receipt has a payment", str(payment_id), "billing has never recorded it")
        for payment_id in receipts.payment_ids - recomputed.payment_ids
    ]
    violations += nothing_under_way(await under_way(database_urls, amqp_url, namespace))
    return AuditReport(
        kind="incremental",
        figures={
            "payments": len(payment_ids),
            "payments_recomputed": recomputed.payments,
            "shifts": len(changed.shift_ids),
            "visits": len(changed.visit_ids),
        },
        violations=sorted(set(violations)),
        remarks=remarks,
        positions=Positions(begun_at, {name: found.seal for name, found in histories.items()}, series),
    )
