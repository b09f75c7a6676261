"""Facts for the audit: what a sound database does not hold of bills, payments, credits and shifts."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.billing.agreed_terms import AgreedTerms
from services.billing.second_person import ESTIMATES_RULE
from services.billing.store.commissions import commissions_not_by_rules
from services.billing.store.partner_fees import fees_not_by_terms
from services.billing.store.second_people import acts_of_two
from shared.audit import AuditViolation, broken_rules, implausible_times, rows_in_order
from shared.db import Connection
from shared.money_history import MoneyTable

HISTORY = {
    # Not the number of the receipt: behind a gap of lost numbers it is issued under another one. Each audit compares it
    # with what was signed.
    "payments": MoneyTable("payment_id", once=("receipt_id", "reversed_at")),
    "allocations": MoneyTable("allocation_id", once=("released_at",)),
    "reversals": MoneyTable("reversal_id"),
    "shifts": MoneyTable("shift_id", once=("closed_at", "counted_cash", "difference"), digested=("denominations",)),
    "payment_reports": MoneyTable("report_id"),
    "bills": MoneyTable("bill_id", digested=("readings", "lines", "explanation"), digest="digest_of_bill"),
    "bill_corrections": MoneyTable("correction_id", digested=("readings", "lines")),
    "bill_reductions": MoneyTable("reduction_id"),
    "charges": MoneyTable("charge_id"),
    "instalment_agreements": MoneyTable("agreement_id", once=("ended_at", "end_reason", "ended_by")),
    "agreement_parts": MoneyTable("part_id"),
    "agreement_bills": MoneyTable("agreed_bill_id"),
    "interest_waivers": MoneyTable("waiver_id"),
    "settled_interest": MoneyTable("settled_id"),
    "shift_confirmations": MoneyTable("shift_id", digested=("denominations",)),
    "shift_decisions": MoneyTable("shift_id"),
    "bank_credits": MoneyTable("credit_id"),
    "partners": MoneyTable("partner_code"),
    "partner_differences": MoneyTable("difference_id", once=("settled_at", "settlement", "settled_by")),
    "cash_given_back": MoneyTable("reversal_id", once=("office_id", "shift_id", "settled_at")),
    "papers_asked_back": MoneyTable("reversal_id", once=("returned_at", "returned_to")),
    "hand_ins": MoneyTable("hand_in_id", digested=("denominations",)),
    "hand_in_counts": MoneyTable("hand_in_id", digested=("denominations",)),
    "shift_commissions": MoneyTable("shift_id"),
    "commissions_taken_back": MoneyTable("payment_id", once=("settled_in",)),
}
"""Tables whose history is kept (0011, 0013, 0050, 0110, 0150, 0151, 0160, 0190, 0191, 0192, 0201, 0202)."""

_CLEARED = """LATERAL (
            SELECT coalesce(sum(principal), 0) AS cleared_principal, coalesce(sum(allocations.vat), 0) AS cleared_vat
            FROM allocations WHERE allocations.bill_id = bills.bill_id AND released_at IS NULL
        ) AS cleared"""
_TAKEN_OFF = """LATERAL (
            SELECT coalesce(sum(principal), 0) AS less_principal, coalesce(sum(taken.vat), 0) AS less_vat
            FROM bill_reductions AS taken WHERE taken.bill_id = bills.bill_id
        ) AS taken_off"""

# Of a deposit what was stated has left the box, of a cashier's what was counted.
_HANDED_IN = """LATERAL (
            SELECT coalesce(sum(CASE place WHEN 'bank' THEN amount ELSE counted.counted_cash END), 0) AS amount,
                count(*) FILTER (WHERE place = 'bank' OR counted.hand_in_id IS NOT NULL) AS number,
                coalesce(sum(amount) FILTER (WHERE place = 'bank' AND counted.hand_in_id IS NULL), 0) AS unproven
            FROM hand_ins AS stated LEFT JOIN hand_in_counts AS counted USING (hand_in_id)
            WHERE stated.shift_id = shifts.shift_id
        ) AS handed"""

_WITH_LINES = """(
            SELECT bills.bill_number, pre_vat, vat, total, coalesce(details.lines, bills.lines) AS all_lines
            FROM bills LEFT JOIN bill_details AS details USING (bill_id, year, month)
        ) AS with_lines"""

_USED = """(CASE WHEN new_reading >= old_reading THEN new_reading - old_reading
                ELSE (10 ^ digits)::bigint - old_reading + new_reading END * multiplier)"""

# Each rule selects what breaks it as (subject, detail); a sound database selects nothing.
_RULES: dict[str, str] = {
    "a bill is disputed while a complaint about it is open, with what corrected it": """
        WITH RECURSIVE disputed AS (
            SELECT bills.customer_code, bill_id FROM bill_complaints JOIN bills
                ON bills.customer_code = bill_complaints.customer_code
                    AND bills.bill_number = btrim(bill_complaints.bill_number)
            WHERE settled_at IS NULL
            UNION
            SELECT disputed.customer_code, linked.bill_id FROM disputed JOIN bill_corrections AS correction
                ON correction.customer_code = disputed.customer_code
                    AND disputed.bill_id IN (correction.bill_id, correction.new_bill_id),
            LATERAL (VALUES (correction.bill_id), (correction.new_bill_id)) AS linked (bill_id)
            WHERE linked.bill_id IS NOT NULL
        )
        SELECT bill_id::text,
            CASE WHEN disputed.bill_id IS NULL THEN 'no complaint is open' ELSE 'not kept as disputed' END
        FROM disputed FULL JOIN disputed_bills USING (customer_code, bill_id)
        WHERE disputed.customer_code IS NULL OR disputed_bills.customer_code IS NULL
    """,
    "a bill's total is its lines, and VAT once on the sum": f"""
        SELECT bill_number, format('pre-VAT %s, lines %s, total %s', pre_vat, line_sum, total)
        FROM {_WITH_LINES}, LATERAL (
            SELECT coalesce(sum((line ->> 'amount')::bigint), 0) AS line_sum FROM json_array_elements(all_lines) AS line
        ) AS sums
        WHERE (pre_vat <> line_sum AND all_lines IS NOT NULL) OR total <> pre_vat + vat
    """,
    # The register vouches for the digest, and its history for the register.
    "a bill has the details that it was issued with": """
        SELECT bill_number, CASE WHEN details.bill_id IS NULL THEN 'it has none'
            ELSE format('issued with those of digest %s, has those of %s', encode(details_digest, 'hex'),
                encode(digest_of_details(details.readings, details.lines, details.explanation), 'hex')) END
        FROM bills LEFT JOIN bill_details AS details USING (bill_id, year, month)
        WHERE details_digest IS NOT NULL
            AND digest_of_details(details.readings, details.lines, details.explanation) IS DISTINCT FROM details_digest
            AND NOT (details.bill_id IS NULL AND EXISTS (
                SELECT FROM archived_months AS archived
                WHERE (archived.year, archived.month) = (bills.year, bills.month)))
    """,
    # By the entry of the bill's beginning: one of a batch has a digest of all, one from before one of each part.
    "details that were moved are those that the bill was issued with": """
        SELECT bill_number, format('moved by entry %s, other than entry %s has them', moved.entry, begun.entry)
        FROM (
            SELECT max(entry) AS entry, row_key FROM history_of_rows
            WHERE table_name = 'bills' AND operation = 'M' GROUP BY row_key
        ) AS moved
            JOIN history_of_rows AS begun USING (row_key)
            JOIN bills ON bills.bill_id = moved.row_key::uuid
            JOIN bill_details AS details
                ON (details.bill_id, details.year, details.month) = (bills.bill_id, bills.year, bills.month)
        WHERE begun.table_name = 'bills' AND begun.operation IN ('I', 'S') AND NOT CASE
            WHEN begun.new_values ? 'digest' THEN begun.new_values ->> 'digest'
                IN (digest_before_moving(bills, details, false), digest_before_moving(bills, details, true))
            ELSE history_image(to_jsonb(details), '{readings,lines,explanation}') @> jsonb_build_object(
                'readings', begun.new_values -> 'readings', 'lines', begun.new_values -> 'lines',
                'explanation', begun.new_values -> 'explanation') END
    """,
    "bills without details are those whose details were put into the archive": """
        SELECT format('%s/%s', archived.month, archived.year),
            format('%s bills, %s kWh, %s đồng archived; %s, %s, %s without', archived.bills, archived.kwh,
                archived.total, without.bills, without.kwh, without.total)
        FROM archived_months AS archived, LATERAL (
            SELECT count(*) AS bills, coalesce(sum(kwh), 0) AS kwh, coalesce(sum(total), 0) AS total,
                sha256(coalesce(string_agg(details_digest, '' ORDER BY bill_id), '')) AS digests
            FROM bills LEFT JOIN bill_details AS details USING (bill_id, year, month)
            WHERE (year, month) = (archived.year, archived.month) AND details_digest IS NOT NULL
                AND details.lines IS NULL
        ) AS without
        WHERE (archived.bills, archived.kwh, archived.total, archived.digests)
            IS DISTINCT FROM (without.bills, without.kwh, without.total, without.digests)
    """,
    "details are of a bill that was issued with them": """
        SELECT bill_id::text, format('details for %s/%s', month, year) FROM bill_details
        WHERE NOT EXISTS (
            SELECT FROM bills
            WHERE bills.bill_id = bill_details.bill_id AND bills.year = bill_details.year
                AND bills.month = bill_details.month AND details_digest IS NOT NULL)
    """,
    "what is open of a bill is its total less what standing payments cleared": f"""
        SELECT bill_number, format('open %s + %s, cleared %s + %s of %s + %s, taken off %s + %s',
            open_principal, open_vat, cleared_principal, cleared_vat, pre_vat, vat, less_principal, less_vat)
        FROM bills, {_CLEARED}, {_TAKEN_OFF}
        WHERE open_principal <> pre_vat - cleared_principal - less_principal
            OR open_vat <> bills.vat - cleared_vat - less_vat
    """,
    "no bill is paid twice without a credit to show for it": f"""
        SELECT bill_number, format('cleared %s of %s, of which %s taken off', cleared_principal + cleared_vat, total,
            less_principal + less_vat)
        FROM bills, {_CLEARED}, {_TAKEN_OFF}
        WHERE cleared_principal + cleared_vat > total - less_principal - less_vat
    """,
    "a payment is what it cleared and what it left as credit": """
        SELECT payment_id::text, format('amount %s, cleared %s, credit %s', amount, cleared, credit)
        FROM payments, LATERAL (
            SELECT coalesce(sum(principal + vat), 0) AS cleared
            FROM allocations WHERE allocations.payment_id = payments.payment_id AND released_at IS NULL
        ) AS sums
        WHERE reversed_at IS NULL AND amount <> cleared + credit
    """,
    "a reversed payment clears nothing": """
        SELECT payment_id::text, 'has allocations that stand'
        FROM payments
        WHERE reversed_at IS NOT NULL AND EXISTS (
            SELECT FROM allocations WHERE allocations.payment_id = payments.payment_id AND released_at IS NULL)
    """,
    # Credit that was used later has another moment: taking the money and clearing debts with it is one transaction.
    "cash is taken only for what is owed": """
        SELECT payment_id::text, format('%s đồng cleared nothing when they were taken', amount)
        FROM payments
        WHERE method = 'cash' AND NOT EXISTS (
            SELECT FROM allocations
            WHERE allocations.payment_id = payments.payment_id AND made_at = recorded_at)
    """,
    "a payment is reversed exactly when a reversal is recorded": """
        SELECT payment_id::text, 'reversal and payment disagree'
        FROM payments LEFT JOIN reversals USING (payment_id)
        WHERE (payments.reversed_at IS NULL) <> (reversals.reversal_id IS NULL)
    """,
    "a reference of a bank or partner is one payment": """
        SELECT min(reference), format('%s payments that stand: %s', count(*),
            string_agg(format('%s (%s, %s đồng)', payment_id, customer_code, amount), ', ' ORDER BY sequence))
        FROM payments WHERE reference <> '' AND reversed_at IS NULL
        GROUP BY method, coalesce(collection_point_code, ''), reference_key(method, reference) HAVING count(*) > 1
    """,
    "an account is the sum of its bills and payments": """
        SELECT customer_code, format('debt %s is %s, credit %s is %s, open bills %s are %s',
            debt, owed, accounts.credit, kept, open_bills, open_count)
        FROM accounts, LATERAL (
            SELECT coalesce(sum(open_principal + open_vat), 0) AS owed,
                count(*) FILTER (WHERE open_principal + open_vat > 0) AS open_count
            FROM bills WHERE bills.customer_code = accounts.customer_code
        ) AS bill_sums, LATERAL (
            SELECT coalesce(sum(payments.credit), 0) AS kept
            FROM payments WHERE payments.customer_code = accounts.customer_code AND reversed_at IS NULL
        ) AS payment_sums
        WHERE debt <> owed OR accounts.credit <> kept OR open_bills <> open_count
    """,
    # As the report adds them up, whose figures people compare with the books.
    "what the report of ages shows of a unit is what its accounts owe": """
        SELECT coalesce(unit_code, 'without a unit'), format('by age %s over %s customers, by accounts %s over %s',
            aged, aged_customers, owed, owing_customers)
        FROM (
            SELECT coalesce(unit_code, '') AS unit_code, sum(open_principal + open_vat) AS aged,
                count(DISTINCT customer_code) AS aged_customers
            FROM bills LEFT JOIN customers USING (customer_code)
            WHERE open_principal + open_vat > 0 GROUP BY 1
        ) AS by_age FULL JOIN (
            SELECT coalesce(unit_code, '') AS unit_code, sum(debt) AS owed, count(*) AS owing_customers
            FROM accounts LEFT JOIN customers USING (customer_code) WHERE debt > 0 GROUP BY 1
        ) AS by_account USING (unit_code)
        WHERE (aged, aged_customers) IS DISTINCT FROM (owed, owing_customers)
    """,
    "a booked bank credit is a transfer of its customer that stands, to the đồng": """
        SELECT bank_credits.credit_id::text, format('%s for %s, payment %s: %s by %s for %s', bank_credits.amount,
            bank_credits.customer_code, payment_id, payments.amount, method, payments.customer_code)
        FROM bank_credits JOIN payments USING (payment_id)
        WHERE (bank_credits.amount, bank_credits.customer_code, 'transfer', outgoing)
                IS DISTINCT FROM (payments.amount, payments.customer_code, method, false)
            OR payments.reversed_at IS NOT NULL
    """,
    # Of each account and month, so that a finding says where to look.
    "bank credits are payments, what waits and what was dismissed": """
        SELECT format('account %s, %s', account_number, to_char(booked_on, 'MM/YYYY')),
            format('%s came in: %s booked, %s waits, %s dismissed', sum(amount), sum(paid), sum(waits), sum(dismissed))
        FROM (
            SELECT account_number, booked_on, bank_credits.amount,
                coalesce(payments.amount, 0) AS paid,
                CASE WHEN state IN ('new', 'unmatched') THEN bank_credits.amount ELSE 0 END AS waits,
                CASE WHEN state = 'dismissed' THEN bank_credits.amount ELSE 0 END AS dismissed
            FROM bank_credits
                LEFT JOIN payments ON payments.payment_id = bank_credits.payment_id AND reversed_at IS NULL
            WHERE NOT outgoing
        ) AS parts
        GROUP BY account_number, to_char(booked_on, 'MM/YYYY')
        HAVING sum(amount) <> sum(paid) + sum(waits) + sum(dismissed)
    """,
    "a bank credit has been told of, with the amount that it has": """
        SELECT credit_id::text, coalesce(format('told by %s as %s, taken as %s', source, told.amount, taken.amount),
            'nobody has told of it')
        FROM bank_credits AS taken LEFT JOIN credit_sightings AS told USING (credit_id)
        WHERE source IS NULL OR (told.amount, told.outgoing) <> (taken.amount, taken.outgoing)
    """,
    "what was last decided over a bank credit is where it stands": """
        SELECT credit_id::text, format('%s, last act %s', state, coalesce(act, 'none'))
        FROM bank_credits LEFT JOIN LATERAL (
            SELECT act, payment_id AS of_payment FROM credit_acts
            WHERE credit_acts.credit_id = bank_credits.credit_id AND act <> 'contradicted'
            ORDER BY act_id DESC LIMIT 1
        ) AS latest ON true
        WHERE state <> 'outgoing' AND CASE WHEN state = 'new' THEN act IS NOT NULL ELSE (
            act IS NULL OR state <> CASE act WHEN 'left' THEN 'unmatched' WHEN 'reopened' THEN 'unmatched' ELSE act END
            OR (state = 'booked' AND of_payment IS DISTINCT FROM payment_id)) END
    """,
    # What is new is on no worklist.
    "a bank credit is decided within a day": """
        SELECT credit_id::text, format('%s đồng on %s, taken %s', amount, account_number, taken_at)
        FROM bank_credits WHERE state = 'new' AND taken_at < now() - interval '1 day'
    """,
    "a payment that a bank credit was booked as is that credit's as long as it stands": """
        SELECT credit_acts.credit_id::text, format('payment %s of %s đồng stands, and the credit is %s',
            payments.payment_id, payments.amount, bank_credits.state)
        FROM credit_acts JOIN payments USING (payment_id) JOIN bank_credits USING (credit_id)
        WHERE act = 'booked' AND reversed_at IS NULL AND bank_credits.payment_id IS DISTINCT FROM payments.payment_id
    """,
    "a transfer that no cashier has recorded is a bank credit": """
        SELECT payment_id::text, format('%s đồng, recorded by %s', amount, actor ->> 'id')
        FROM payments
        WHERE method = 'transfer' AND (actor ->> 'id' = 'billing' OR actor ->> 'kind' = 'command_line') AND NOT EXISTS (
            SELECT FROM credit_acts
            WHERE credit_acts.payment_id = payments.payment_id AND act = 'booked'
                AND credit_acts.customer_code = payments.customer_code)
    """,
    "a partner's payment is in its register as it was recorded": """
        SELECT coalesce(registered.payment_id, payments.payment_id)::text, format(
            '%s: %s đồng of %s at %s; %s: %s of %s at %s', registered.partner_payment_id, registered.amount,
            registered.customer_code,
            registered.collection_point_code, payments.reference, payments.amount, payments.customer_code,
            payments.collection_point_code)
        FROM (SELECT * FROM partner_payments WHERE payment_id IS NOT NULL) AS registered
            FULL JOIN (SELECT * FROM payments WHERE actor ->> 'reference' LIKE 'partner:%') AS payments
                USING (payment_id)
        WHERE (registered.amount, registered.customer_code, registered.collection_point_code, partner_payment_id,
                'partner:' || partner_code, 'collection_point')
            IS DISTINCT FROM (payments.amount, payments.customer_code, payments.collection_point_code, reference,
                payments.actor ->> 'reference', method)
    """,
    "a partner's payment cleared the bills that it names, and nothing was left": """
        SELECT payment_id::text, format('%s đồng for %s bills, cleared %s of %s of them', amount,
            cardinality(bill_ids), cleared, bills)
        FROM partner_payments, LATERAL (
            SELECT coalesce(sum(vat + principal), 0) AS cleared,
                count(DISTINCT bill_id) FILTER (WHERE bill_id = ANY (bill_ids)) AS bills
            FROM allocations
            WHERE allocations.payment_id = partner_payments.payment_id AND made_at = registered_at
        ) AS sums
        WHERE payment_id IS NOT NULL AND (cleared <> amount OR bills <> cardinality(bill_ids))
    """,
    "what a partner cancelled is taken back, in time and by itself": """
        SELECT partner_payment_id, format('cancelled %s, payment %s reversed %s by %s', cancelled_at, payment_id,
            payments.reversed_at, reversals.actor ->> 'reference')
        FROM partner_cancellations JOIN partner_payments USING (register_id)
            LEFT JOIN payments USING (payment_id) LEFT JOIN reversals USING (payment_id)
        WHERE CASE WHEN payment_id IS NULL THEN cancelled_at <> registered_at ELSE
            payments.reversed_at IS DISTINCT FROM cancelled_at OR cancelled_at >= cancellable_until
            OR reversals.actor ->> 'reference' IS DISTINCT FROM 'partner:' || partner_code END
        UNION ALL
        SELECT payment_id::text, format('taken back by %s, who has not cancelled it', reversals.actor ->> 'reference')
        FROM reversals
        WHERE reversals.actor ->> 'reference' LIKE 'partner:%' AND NOT EXISTS (
            SELECT FROM partner_cancellations WHERE register_id = payment_id)
        UNION ALL
        SELECT partner_payment_id, 'neither paid nor cancelled'
        FROM partner_payments WHERE payment_id IS NULL AND NOT EXISTS (
            SELECT FROM partner_cancellations WHERE partner_cancellations.register_id = partner_payments.register_id)
    """,
    "what a partner holds of a day is its register": """
        SELECT format('%s %s', coalesce(days.partner_code, counted.partner_code),
                coalesce(days.business_date, counted.business_date)),
            format('%s payments of %s, %s cancelled of %s; by the register %s of %s, %s of %s', days.payments,
                days.paid, cancellations, days.cancelled, counted.payments, counted.paid, back, counted.cancelled)
        FROM partner_days AS days FULL JOIN (
            SELECT partner_code, business_date, count(*) AS payments, sum(amount) AS paid,
                count(cancelled_at) AS back,
                coalesce(sum(amount) FILTER (WHERE cancelled_at IS NOT NULL), 0) AS cancelled
            FROM partner_payments LEFT JOIN partner_cancellations USING (register_id)
            WHERE payment_id IS NOT NULL GROUP BY partner_code, business_date
        ) AS counted ON (counted.partner_code, counted.business_date) = (days.partner_code, days.business_date)
        WHERE (days.payments, days.paid, cancellations, days.cancelled)
            IS DISTINCT FROM (counted.payments, counted.paid, back, counted.cancelled)
    """,
    "what a partner's file showed to differ is on the worklist or settled": """
        SELECT format('%s %s', partner_code, business_date), format('file %s shows %s differences, %s are kept',
            left(sha256, 16), shown, kept)
        FROM (
            SELECT DISTINCT ON (partner_code, business_date) partner_code, business_date, sha256,
                (SELECT sum(value::int) FROM jsonb_each_text(verdicts) WHERE key <> 'MATCHED') AS shown
            FROM partner_files ORDER BY partner_code, business_date, sequence DESC
        ) AS latest, LATERAL (
            SELECT count(*) FILTER (WHERE settlement IS DISTINCT FROM 'later_file') AS kept FROM partner_differences
            WHERE partner_differences.partner_code = latest.partner_code
                AND partner_differences.business_date = latest.business_date
        ) AS counted
        WHERE kept < shown
    """,
    "money from outside the shifts is no cash, and cash is in a shift": """
        SELECT payment_id::text, method FROM payments WHERE (method = 'cash') <> (shift_id IS NOT NULL)
    """,
    "a closed shift's difference is the counted cash less float and cash": f"""
        SELECT shift_id::text, format('counted %s, float %s, cash %s, given back %s, handed in %s, difference %s',
            counted_cash, opening_float, cash, given_back, handed.amount, difference)
        FROM shifts, LATERAL (
            SELECT coalesce(sum(amount), 0) AS cash
            FROM payments LEFT JOIN reversals USING (payment_id)
            WHERE payments.shift_id = shifts.shift_id AND NOT (
                reversals.shift_id IS NOT NULL AND reversals.shift_id = shifts.shift_id)
        ) AS taken, LATERAL (
            SELECT coalesce(sum(amount), 0) AS given_back FROM cash_given_back AS items
            WHERE items.shift_id = shifts.shift_id AND office_id IS NULL
        ) AS items, {_HANDED_IN}
        WHERE closed_at IS NOT NULL
            AND difference <> counted_cash - (opening_float + cash - given_back - handed.amount)
    """,
    "the totals of a shift are those of its payments": """
        SELECT shift_id::text, format('kept %s for %s and %s back for %s, by its payments %s for %s and %s back for %s',
            kept.payments, kept.cash, kept.reversals, kept.reversed_cash,
            moved.payments, moved.cash, moved.reversals, moved.reversed_cash)
        FROM shifts LEFT JOIN shift_totals AS kept USING (shift_id), LATERAL (
            SELECT count(*) FILTER (WHERE reversal_id IS NULL) AS payments,
                coalesce(sum(amount) FILTER (WHERE reversal_id IS NULL), 0) AS cash,
                count(reversal_id) AS reversals,
                coalesce(sum(amount) FILTER (WHERE reversal_id IS NOT NULL), 0) AS reversed_cash
            FROM payments LEFT JOIN reversals USING (payment_id, shift_id)
            WHERE payments.shift_id = shifts.shift_id
        ) AS moved
        WHERE (kept.payments, kept.cash + kept.given_back + kept.handed_in, kept.reversals, kept.reversed_cash)
            IS DISTINCT FROM (moved.payments, moved.cash, moved.reversals, moved.reversed_cash)
    """,
    "cash given back out of a shift's box is its items of settlement": """
        SELECT shift_id::text, format('kept %s in %s items, by its items %s in %s', kept.given_back,
            kept.given_back_items, items.given_back, items.number)
        FROM shift_totals AS kept, LATERAL (
            SELECT count(*) AS number, coalesce(sum(amount), 0) AS given_back FROM cash_given_back AS items
            WHERE items.shift_id = kept.shift_id AND office_id IS NULL
        ) AS items
        WHERE (kept.given_back_items, kept.given_back) <> (items.number, items.given_back)
    """,
    "what was handed in of a shift is its hand-ins": f"""
        SELECT shift_id::text, format('kept %s in %s hand-ins, %s unproven; by them %s in %s, %s unproven',
            kept.handed_in, kept.hand_ins, kept.unproven, handed.amount, handed.number, handed.unproven)
        FROM shift_totals AS kept JOIN shifts USING (shift_id), {_HANDED_IN}
        WHERE (kept.hand_ins, kept.handed_in, kept.unproven)
            IS DISTINCT FROM (handed.number, handed.amount, handed.unproven)
    """,
    "a hand-in is of an open shift of its collector": """
        SELECT hand_in_id::text, format('stated %s by %s, shift of %s from %s to %s, counted %s', stated_at,
            hand_ins.collector_code, shifts.collector_code, opened_at, closed_at, counted_at)
        FROM hand_ins JOIN shifts USING (shift_id) LEFT JOIN hand_in_counts USING (hand_in_id)
        WHERE hand_ins.collector_code <> shifts.collector_code OR stated_at < opened_at
            OR stated_at > closed_at + interval '5 seconds'
            OR (place = 'cashier' AND counted_at > closed_at + interval '5 seconds')
    """,
    "a hand-in is counted by another device than it was stated on, and a difference has a reason": """
        SELECT hand_in_id::text, format('%s stated on %s, %s counted on %s: %s (%s)', amount, hand_ins.device_id,
            counted.counted_cash, counted.device_id, counted.difference, reason)
        FROM hand_ins JOIN hand_in_counts AS counted USING (hand_in_id)
        WHERE counted.difference <> counted.counted_cash - amount OR counted_at < stated_at
            OR counted.device_id = hand_ins.device_id OR (counted.difference <> 0 AND btrim(reason) = '')
            OR (counted.device_id IS NULL AND (counted.difference <> 0 OR credit_id IS NULL))
    """,
    "a deposit is one bank credit of its amount, which is nobody's payment": """
        SELECT hand_in_id::text, format('%s at a %s, credit %s of %s is %s', counted.counted_cash, place, credit_id,
            bank_credits.amount, state)
        FROM hand_in_counts AS counted JOIN hand_ins USING (hand_in_id) JOIN bank_credits USING (credit_id)
        WHERE (place, bank_credits.amount, state, outgoing)
            IS DISTINCT FROM ('bank', counted.counted_cash, 'dismissed', false)
        UNION ALL
        SELECT credit_acts.credit_id::text, format('dismissed as %s, which does not name it', credit_acts.reason)
        FROM credit_acts
        WHERE act = 'dismissed' AND credit_acts.reason LIKE 'hand-in ________-____-____-____-____________'
            AND NOT EXISTS (
                SELECT FROM hand_in_counts WHERE hand_in_counts.credit_id = credit_acts.credit_id
                    AND credit_acts.reason = format('hand-in %s', hand_in_id))
    """,
    # Whoever settles has locked the shift, and so has whoever takes a payment of it back.
    "a commission is of the receipts that stood when the shift was settled": """
        SELECT earned.shift_id::text, format('%s receipts of %s, %s stand, %s were taken back since; shift of %s in %s',
            earned.receipts, earned.collector_code, standing, back, shifts.collector_code, shifts.unit_code)
        FROM shift_commissions AS earned JOIN shifts USING (shift_id), LATERAL (
            SELECT count(*) FILTER (WHERE reversed_at IS NULL) AS standing FROM payments
            WHERE payments.shift_id = earned.shift_id
        ) AS stands, LATERAL (
            SELECT count(*) AS back FROM commissions_taken_back WHERE commissions_taken_back.shift_id = earned.shift_id
        ) AS since
        WHERE earned.receipts <> standing + back
            OR (earned.collector_code, earned.unit_code) <> (shifts.collector_code, shifts.unit_code)
    """,
    "a receipt that was taken back earns no commission": """
        SELECT payment_id::text, format('%s of %s, earned %s by %s, reversed %s, taken off with a shift of %s',
            taken.amount, taken.collector_code, earned.per_receipt, earned.collector_code, payments.reversed_at,
            later.collector_code)
        FROM commissions_taken_back AS taken JOIN payments USING (payment_id)
            JOIN shift_commissions AS earned ON earned.shift_id = taken.shift_id
            LEFT JOIN shift_commissions AS later ON later.shift_id = settled_in
        WHERE payments.reversed_at IS NULL OR payments.shift_id IS DISTINCT FROM taken.shift_id
            OR (taken.amount, taken.collector_code) <> (earned.per_receipt, earned.collector_code)
            OR later.collector_code <> taken.collector_code
            OR later.settled_at < payments.reversed_at - interval '5 seconds'
    """,
    "cash given back past its shift is an item of a settlement": """
        SELECT reversal_id::text, format('%s đồng of %s given back past shift %s, the item: %s of %s', payments.amount,
            payments.collector_code, payments.shift_id, coalesce(items.amount::text, 'none'), items.collector_code)
        FROM reversals JOIN payments USING (payment_id) FULL JOIN cash_given_back AS items USING (reversal_id)
        WHERE (method = 'cash' AND reversals.shift_id IS NULL OR items.reversal_id IS NOT NULL)
            AND (CASE WHEN method = 'cash' AND reversals.shift_id IS NULL THEN reversals.payment_id END,
                    payments.amount, payments.collector_code)
                IS DISTINCT FROM (items.payment_id, items.amount, items.collector_code)
    """,
    "an item of a settlement is of whoever gave the cash back": """
        SELECT reversal_id::text, format('given back by %s, in the settlement of %s', coalesce(office_id::text,
            items.collector_code), CASE WHEN office_id IS NULL THEN shifts.collector_code ELSE device_id::text END)
        FROM cash_given_back AS items JOIN shifts USING (shift_id) LEFT JOIN shift_confirmations USING (shift_id)
        WHERE CASE WHEN office_id IS NULL THEN shifts.collector_code <> items.collector_code
            ELSE device_id IS DISTINCT FROM office_id END
    """,
    # A settlement that was under way may not have seen it.
    "cash given back is an item of the next settlement": """
        SELECT reversal_id::text, format('waits since %s, closed meanwhile: %s', reversals.reversed_at,
            passed.shift_id)
        FROM cash_given_back AS items JOIN reversals USING (reversal_id), LATERAL (
            SELECT shift_id FROM shifts
            WHERE shifts.collector_code = items.collector_code
                AND closed_at > reversals.reversed_at + interval '1 minute'
            LIMIT 1
        ) AS passed
        WHERE items.shift_id IS NULL AND office_id IS NULL AND NOT settled_before
    """,
    # It is what the slip of the shift was printed from. Cash that was paid back later left another box, or none.
    "a shift was emitted with the cash that moved in it": f"""
        SELECT shifts.shift_id::text, format('cash %s, in hand %s, difference %s; by its payments %s, %s, %s',
            event #>> '{{shift,totals,cash}}', event #>> '{{shift,cash_in_hand}}', event #>> '{{shift,difference}}',
            moved.cash, opening_float + moved.cash - given_back - handed.amount, shifts.difference)
        FROM (SELECT body::json AS event FROM outbox WHERE routing_key = 'shift.closed.v1') AS emitted
            JOIN shifts ON shift_id = (event #>> '{{shift,shift_id}}')::uuid, LATERAL (
                SELECT count(*) AS payments, coalesce(sum(amount), 0) AS cash
                FROM payments LEFT JOIN reversals USING (payment_id)
                WHERE payments.shift_id = shifts.shift_id AND NOT (
                    reversals.shift_id IS NOT NULL AND reversals.shift_id = shifts.shift_id)
            ) AS moved, LATERAL (
                SELECT coalesce(sum(amount), 0) AS given_back FROM cash_given_back AS items
                WHERE items.shift_id = shifts.shift_id AND office_id IS NULL
            ) AS items, {_HANDED_IN}
        -- A version before this one takes off cash what was given back or handed in out of the box.
        WHERE (event #>> '{{shift,totals,cash}}')::bigint + CASE
                WHEN event #> '{{shift,totals,given_back}}' IS NULL THEN given_back ELSE 0 END + CASE
                WHEN event #> '{{shift,totals,handed_in}}' IS NULL THEN handed.amount ELSE 0 END <> moved.cash
            OR (event #>> '{{shift,cash_in_hand}}')::bigint <> opening_float + moved.cash - given_back - handed.amount
            OR (event #>> '{{shift,difference}}')::bigint <> shifts.difference
            OR json_array_length(event -> 'payment_ids')
                <> CASE WHEN moved.payments > 1000 THEN 0 ELSE moved.payments END
    """,
    "denominations add up to the counted cash": """
        SELECT shift_id::text, format('notes %s, counted %s', notes, counted_cash)
        FROM shifts, LATERAL (
            SELECT count(*) AS kinds, sum(key::bigint * value::bigint) AS notes FROM json_each_text(denominations)
        ) AS counted
        WHERE kinds > 0 AND notes <> counted_cash
    """,
    "a bill run has released what was confirmed, or says what it left out": """
        SELECT run_id::text, format('%s bills over %s confirmed, %s over %s released, %s over %s left out',
            bills, total, released_bills, released_total, left_out_bills, left_out_total)
        FROM bill_runs
        WHERE state = 'released' AND (released_parts <> parts
            OR (released_bills + left_out_bills, released_total + left_out_total) <> (bills, total))
    """,
    # Without what corrections and charges issue. Versions without runs may have issued more.
    "what bill runs have released are bills": """
        SELECT 'all runs', format('%s bills over %s released, %s over %s are there', released_bills, released_total,
            bills, total)
        FROM (
            SELECT min(confirmed_at) AS since, sum(released_bills) AS released_bills,
                sum(released_total) AS released_total
            FROM bill_runs WHERE confirmed_at IS NOT NULL
        ) AS runs, LATERAL (
            SELECT count(*) AS bills, coalesce(sum(total), 0) AS total FROM bills
            WHERE issued_at >= since AND cycle > 0
                AND NOT EXISTS (SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id)
        ) AS there
        WHERE released_bills > bills OR released_total > total
    """,
    # A person held each of them, corrected it or had it read again while the run was on its way.
    "what a bill run left out was held or replaced meanwhile": """
        SELECT run_id::text, format('%s left out, %s held or replaced', left_out_bills, stopped)
        FROM bill_runs, LATERAL (
            SELECT count(DISTINCT period_id) AS stopped FROM reading_acts
            WHERE act IN ('held', 'corrected', 'sent_back', 'replaced')
                AND acted_at BETWEEN asked_at - interval '1 minute' AND ended_at + interval '1 minute'
        ) AS meanwhile
        WHERE state = 'released' AND left_out_bills > stopped
    """,
    "no drafts are left of a bill run that has ended": """
        SELECT run_id::text, state FROM bill_runs
        WHERE ended_at IS NOT NULL AND to_regclass(drafts_of(run_id)) IS NOT NULL
    """,
    "a part of a bill run is computed before it is released": """
        SELECT format('%s/%s', run_id, part), state FROM bill_run_parts JOIN bill_runs USING (run_id)
        WHERE (released_at IS NOT NULL AND bill_run_parts.computed_at IS NULL)
            OR (released_at IS NOT NULL AND state NOT IN ('releasing', 'released'))
            OR (state = 'released' AND released_at IS NULL)
    """,
    "a bill's VAT is its rate of what is before VAT": """
        SELECT bill_number, format('%s %% of %s is not %s', vat_rate, pre_vat, vat)
        FROM bills WHERE vat <> round(pre_vat * vat_rate::numeric / 100) AND NOT EXISTS (
            SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id AND bill_corrections.kind = 'adjustment')
        UNION ALL
        SELECT bill_number, format('%s %% of %s is not %s after a correction', vat_rate, new_pre_vat, new_vat)
        FROM bill_corrections JOIN bills USING (bill_id)
        WHERE bill_corrections.kind = 'adjustment' AND new_vat <> round(new_pre_vat * vat_rate::numeric / 100)
    """,
    "a correction is what it did to bills": """
        SELECT correction_id::text, format('%s + %s became %s + %s; further bill %s + %s, taken off %s + %s',
            old_pre_vat, old_vat, new_pre_vat, new_vat, more_principal, more_vat, less_principal, less_vat)
        FROM bill_corrections, LATERAL (
            SELECT coalesce(sum(pre_vat), 0) AS more_principal, coalesce(sum(vat), 0) AS more_vat
            FROM bills WHERE bills.bill_id = new_bill_id
        ) AS further, LATERAL (
            SELECT coalesce(sum(principal), 0) AS less_principal, coalesce(sum(vat), 0) AS less_vat
            FROM bill_reductions WHERE bill_reductions.correction_id = bill_corrections.correction_id
        ) AS taken_off
        WHERE new_pre_vat - old_pre_vat <> more_principal - less_principal
            OR new_vat - old_vat <> more_vat - less_vat
    """,
    "what no second person has approved is an estimate that a true reading settled": f"""
        SELECT correction_id::text, format('%s became %s', old_pre_vat + old_vat, new_pre_vat + new_vat)
        FROM bill_corrections
        WHERE approved_by = '{ESTIMATES_RULE}' AND (new_pre_vat + new_vat >= old_pre_vat + old_vat OR NOT EXISTS (
            SELECT FROM reading_acts JOIN metered_periods AS held USING (period_id)
                JOIN metered_periods AS estimated ON estimated.period_id = bill_corrections.period_id
            WHERE act = 'corrected' AND doubts @> '[{{"rule": "estimate-too-high"}}]'
                AND held.customer_code = bill_corrections.customer_code
                AND held.period_from = estimated.period_to + 1))
    """,
    "only a charge is corrected without readings, and it is taken back whole": """
        SELECT correction_id::text, format('period %s, charge %s, comes to %s', period_id, charge_id,
            new_pre_vat + new_vat)
        FROM bill_corrections LEFT JOIN charges USING (bill_id)
        WHERE (period_id IS NULL) <> (charge_id IS NOT NULL)
            OR (charge_id IS NOT NULL AND (new_pre_vat + new_vat <> 0 OR new_bill_id IS NOT NULL))
    """,
    # The first correction began with what was issued, each further one with what the one before came to.
    "a correction goes on from what its bill came to": """
        SELECT correction_id::text, format('began with %s + %s, %s kWh, the bill came to %s + %s, %s kWh',
            old_pre_vat, old_vat, old_kwh, came_to_pre_vat, came_to_vat, came_to_kwh)
        FROM (
            SELECT correction_id, old_pre_vat, old_vat, old_kwh,
                coalesce(lag(new_kwh) OVER chain, kwh) AS came_to_kwh,
                coalesce(lag(new_pre_vat) OVER chain, pre_vat) AS came_to_pre_vat,
                coalesce(lag(new_vat) OVER chain, vat) AS came_to_vat
            FROM bill_corrections JOIN bills USING (bill_id)
            WINDOW chain AS (PARTITION BY bill_corrections.bill_id ORDER BY sequence)
        ) AS ordered
        WHERE old_pre_vat <> came_to_pre_vat OR old_vat <> came_to_vat OR old_kwh <> came_to_kwh
    """,
    "the first method of correction is kept": """
        SELECT bill_number, 'adjusted and replaced'
        FROM bill_corrections AS adjusted JOIN bill_corrections AS replaced
            ON replaced.bill_id = adjusted.bill_id OR replaced.new_bill_id = adjusted.bill_id
            JOIN bills ON bills.bill_id = adjusted.bill_id
        WHERE adjusted.kind = 'adjustment' AND replaced.kind = 'replacement'
    """,
    "a correction names what payments no longer clear": """
        SELECT correction_id::text, format('released %s, of payments %s', released, taken)
        FROM bill_corrections, LATERAL (
            SELECT coalesce(sum(allocations.vat + allocations.principal), 0) AS taken
            FROM bill_reductions JOIN allocations USING (bill_id)
            WHERE bill_reductions.correction_id = bill_corrections.correction_id AND released_at = corrected_at
        ) AS parts
        WHERE released <> taken
    """,
    "a bill's kWh are what its meters show": f"""
        SELECT bill_number, format('%s kWh, its meters %s', kwh, used)
        FROM bills JOIN (
            SELECT bill_id, sum({_USED}) AS used FROM metered_periods JOIN readings USING (period_id)
            WHERE bill_id IS NOT NULL AND meter_register <> 'VC' GROUP BY bill_id
        ) AS metered USING (bill_id)
        WHERE kwh <> used
        UNION ALL
        SELECT bill_number, format('corrected to %s kWh, its meters %s', new_kwh, used)
        FROM bill_corrections JOIN bills USING (bill_id), LATERAL (
            SELECT coalesce(sum({_USED}), 0) AS used FROM jsonb_to_recordset(bill_corrections.readings) AS reading (
                meter_register text, old_reading bigint, new_reading bigint, multiplier integer, digits integer)
            WHERE meter_register <> 'VC'
        ) AS metered
        WHERE new_kwh <> used
    """,
    "a part of a payment is released by a reversal or a correction": """
        SELECT allocation_id::text, format('released %s, payment %s', allocations.released_at, payment_id)
        FROM allocations JOIN payments USING (payment_id)
        WHERE allocations.released_at IS NOT NULL AND allocations.released_at IS DISTINCT FROM payments.reversed_at
            AND NOT EXISTS (
                SELECT FROM bill_reductions JOIN bill_corrections USING (correction_id)
                WHERE bill_reductions.bill_id = allocations.bill_id AND corrected_at = allocations.released_at)
    """,
    "a line is its kWh at its price": f"""
        SELECT bill_number, format('%s kWh at %s is not %s', line ->> 'kwh', line ->> 'unit_price', line ->> 'amount')
        FROM {_WITH_LINES}, json_array_elements(all_lines) AS line
        WHERE (line ->> 'kwh')::bigint > 0
            AND (line ->> 'kwh')::bigint * (line ->> 'unit_price')::bigint <> (line ->> 'amount')::bigint
    """,
    "a second count's difference is the counted cash less float and cash": """
        SELECT shift_id::text, format('counted %s, difference %s, by the first count %s and %s',
            confirmed.counted_cash, confirmed.difference, shifts.counted_cash, shifts.difference)
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
        WHERE closed_at IS NULL
            OR confirmed.counted_cash - confirmed.difference <> shifts.counted_cash - shifts.difference
    """,
    "a shift is declared, confirmed and decided on different devices": """
        SELECT shift_id::text, format('declared on %s, confirmed on %s, decided on %s',
            declaring_device_id, confirmed.device_id, decisions.device_id)
        FROM shifts JOIN shift_confirmations AS confirmed USING (shift_id)
            LEFT JOIN shift_decisions AS decisions USING (shift_id)
        WHERE declaring_device_id IN (confirmed.device_id, decisions.device_id)
            OR confirmed.device_id = decisions.device_id
    """,
    "held and replaced readings have no bill": """
        SELECT period_id::text, CASE WHEN held IS NULL THEN 'other readings have taken their place' ELSE 'held' END
        FROM metered_periods WHERE bill_id IS NOT NULL AND (held IS NOT NULL OR superseded_by IS NOT NULL)
    """,
    # What was held first and is not any more was released by a person, or the judgement was made again.
    "held readings were released, judged again or replaced, or are still held": """
        SELECT period_id::text, 'held once, and nobody has released it'
        FROM metered_periods
        WHERE held IS NULL AND superseded_by IS NULL AND (
            SELECT act FROM reading_acts WHERE reading_acts.period_id = metered_periods.period_id
            ORDER BY act_id DESC LIMIT 1
        ) IN ('held', 'sent_back')
    """,
    "readings that others have taken the place of name them": """
        SELECT stored.period_id::text, format('replaced by %s', stored.superseded_by)
        FROM metered_periods AS stored
            LEFT JOIN metered_periods AS successor ON successor.period_id = stored.superseded_by
        WHERE stored.superseded_by IS NOT NULL AND (
            (stored.customer_code, stored.year, stored.month, stored.cycle)
                IS DISTINCT FROM (successor.customer_code, successor.year, successor.month, successor.cycle)
            OR NOT EXISTS (
                SELECT FROM reading_acts
                WHERE reading_acts.period_id = stored.period_id AND new_period_id = stored.superseded_by))
    """,
    "a metered period has one bill, and a bill one period": """
        SELECT bill_number, format('%s periods', periods)
        FROM bills, LATERAL (
            SELECT count(*) AS periods FROM metered_periods WHERE metered_periods.bill_id = bills.bill_id
        ) AS counted
        WHERE periods <> 1 - (
            SELECT count(*) FROM bill_corrections WHERE new_bill_id = bills.bill_id)
            - (SELECT count(*) FROM charges WHERE charges.bill_id = bills.bill_id)
            AND NOT (periods = 0 AND EXISTS (
                SELECT FROM archived_months AS archived
                WHERE (archived.year, archived.month) = (bills.year, bills.month) AND archived.periods IS NOT NULL))
    """,
    "the parts and the bills of an agreement are what was agreed": """
        SELECT agreement_id::text, format('%s agreed, %s in parts, %s of bills, %s of another customer', amount,
            in_parts, of_bills, of_others)
        FROM instalment_agreements AS agreements, LATERAL (
            SELECT coalesce(sum(part.amount), 0) AS in_parts FROM agreement_parts AS part
            WHERE part.agreement_id = agreements.agreement_id
        ) AS parts, LATERAL (
            SELECT coalesce(sum(agreed.amount), 0) AS of_bills,
                count(*) FILTER (WHERE bills.customer_code <> agreements.customer_code) AS of_others
            FROM agreement_bills AS agreed JOIN bills USING (bill_id)
            WHERE agreed.agreement_id = agreements.agreement_id
        ) AS agreed_bills
        WHERE (in_parts, of_bills, of_others) <> (amount, amount, 0)
    """,
    # Whoever judges them looks every minute; a day is what a service may be away.
    "an agreement that is kept or broken is not in force": """
        SELECT agreement_id::text, format('%s of %s open, %s due until %s', still_open, amount, due,
            (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - late_days - 1)
        FROM instalment_agreements AS agreements, LATERAL (
            SELECT sum(least(agreed.amount, open_principal + open_vat)) AS still_open
            FROM agreement_bills AS agreed JOIN bills USING (bill_id)
            WHERE agreed.agreement_id = agreements.agreement_id
        ) AS agreed_bills, LATERAL (
            SELECT coalesce(sum(part.amount), 0) AS due FROM agreement_parts AS part
            WHERE part.agreement_id = agreements.agreement_id
                AND part.due_on < (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date - late_days - 1
        ) AS parts
        WHERE state = 'in_force' AND amount - still_open < due
    """,
    "interest is charged or waived once for a day, after the bill was due": """
        SELECT bill_number, format('%s to %s (%s), due %s', settled.first_day, settled.last_day,
            coalesce(charge_id, waiver_id), due_date)
        FROM settled_interest AS settled JOIN bills USING (bill_id)
        WHERE settled.first_day <= due_date OR EXISTS (
            SELECT FROM settled_interest AS other
            WHERE other.bill_id = settled.bill_id AND other.settled_id <> settled.settled_id
                AND other.first_day <= settled.last_day AND other.last_day >= settled.first_day)
    """,
    "a charge of interest is the interest of its days, and a waiver, too": """
        SELECT id::text, format('%s, its days %s', amount, of_days)
        FROM (
            SELECT charge_id AS id, pre_vat AS amount, customer_code
            FROM charges JOIN bills USING (bill_id, customer_code) WHERE charges.kind = 'late_interest'
            UNION ALL SELECT waiver_id, amount, customer_code FROM interest_waivers
        ) AS done, LATERAL (
            SELECT coalesce(sum(interest), 0) AS of_days, count(*) FILTER (
                WHERE bills.customer_code <> done.customer_code OR cycle = 0) AS of_others
            FROM settled_interest JOIN bills USING (bill_id) WHERE done.id IN (charge_id, waiver_id)
        ) AS days
        WHERE (amount, 0) IS DISTINCT FROM (of_days, of_others)
        UNION ALL
        SELECT settled_id::text, 'of a charge that is no interest' FROM settled_interest JOIN charges USING (charge_id)
        WHERE kind <> 'late_interest'
    """,
    "a bill of a charge has no electricity, and no other bill is without a cycle": """
        SELECT bill_number, format('cycle %s, %s kWh, charged as %s for %s', cycle, kwh,
            coalesce(charges.kind, 'nothing'), coalesce(charges.customer_code, 'nobody'))
        FROM bills LEFT JOIN charges USING (bill_id)
        WHERE CASE WHEN charge_id IS NULL THEN cycle = 0
            ELSE (cycle, kwh, bills.customer_code) <> (0, 0, charges.customer_code) END
    """,
    # What a key over all partitions would refuse: each partition has its own.
    "a metered period lies in one partition, and one period of a month and cycle counts": """
        SELECT stored.period_id::text, format('in month 0 and in month %s', other.partition_month)
        FROM metered_periods AS stored JOIN metered_periods AS other USING (period_id)
        WHERE stored.partition_month = 0 AND other.partition_month > 0
        UNION ALL
        SELECT stored.period_id::text, format('beside %s', other.period_id)
        FROM metered_periods AS stored JOIN metered_periods AS other USING (customer_code, year, month, cycle)
        WHERE stored.partition_month = 0 AND other.partition_month > 0
            AND stored.superseded_by IS NULL AND other.superseded_by IS NULL
    """,
    # What a reference would refuse. A month in the archive has its periods and their readings with it.
    "readings lie beside their metered period, and a metered period has readings": """
        SELECT period_id::text, format('readings of month %s without their period', partition_month) FROM readings
        WHERE NOT EXISTS (
            SELECT FROM metered_periods
            WHERE metered_periods.period_id = readings.period_id
                AND metered_periods.partition_month = readings.partition_month)
        UNION ALL
        SELECT period_id::text, 'a period without readings' FROM metered_periods
        WHERE NOT EXISTS (
            SELECT FROM readings
            WHERE readings.period_id = metered_periods.period_id
                AND readings.partition_month = metered_periods.partition_month)
    """,
    "periods lie on the days that are noted of their month": """
        SELECT format('month %s', partition_month), format('%s to %s', first_day, last_day)
        FROM (
            SELECT partition_month, min(period_from) AS first_day, max(period_to) AS last_day
            FROM metered_periods WHERE partition_month > 0 GROUP BY partition_month
        ) AS reached
        WHERE NOT EXISTS (
            SELECT FROM days_of_months AS noted WHERE noted.partition_month = reached.partition_month
            HAVING min(noted.first_day) <= reached.first_day AND max(noted.last_day) >= reached.last_day)
    """,
    "bills without a metered period are those whose periods were put into the archive": """
        SELECT format('%s/%s', archived.month, archived.year),
            format('%s periods archived, %s bills without one', archived.periods, without)
        FROM archived_months AS archived, LATERAL (
            SELECT count(*) AS without FROM bills
            WHERE (year, month) = (archived.year, archived.month) AND cycle > 0
                AND NOT EXISTS (SELECT FROM bill_corrections WHERE new_bill_id = bills.bill_id)
        ) AS register
        WHERE archived.periods IS NOT NULL AND (archived.billed_periods <> without OR EXISTS (
            SELECT FROM metered_periods WHERE (year, month) = (archived.year, archived.month)))
    """,
    "what was left behind of meters in the archive is there": """
        SELECT format('%s/%s', month, year), format('%s meters left behind, %s are there', meters, there.rows)
        FROM month_acts, contents_of_meters(act_id) AS there
        WHERE act = 'detached' AND meters IS NOT NULL
            AND (meters, contents_of_meters) IS DISTINCT FROM (there.rows, there.contents)
    """,
    "what refers to a metered period refers to one that is there, or in the archive": """
        SELECT correction_id::text, format('of period %s', period_id)
        FROM bill_corrections JOIN bills USING (bill_id)
        WHERE bill_corrections.period_id IS NOT NULL
            AND NOT EXISTS (SELECT FROM metered_periods WHERE metered_periods.period_id = bill_corrections.period_id)
            AND NOT EXISTS (
                SELECT FROM archived_months AS archived
                WHERE (archived.year, archived.month) = (bills.year, bills.month) AND archived.periods IS NOT NULL)
        UNION ALL
        SELECT 'acts with readings', format('%s without a period, %s in the archive', without, archived)
        FROM (
            SELECT count(*) AS without FROM reading_acts
            WHERE NOT EXISTS (SELECT FROM metered_periods WHERE metered_periods.period_id = reading_acts.period_id)
        ) AS here, (
            SELECT coalesce(sum(acts), 0) AS archived FROM archived_months
        ) AS away
        WHERE without <> archived
    """,
    "no two periods of a customer lie on one day": """
        SELECT period_id::text, format('%s begins on %s, another one ends on %s', customer_code, period_from, ends)
        FROM (
            SELECT period_id, customer_code, period_from, max(period_to) OVER (
                PARTITION BY customer_code ORDER BY period_from, period_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ends
            FROM metered_periods WHERE superseded_by IS NULL AND sent_back_at IS NULL
        ) AS in_order
        WHERE period_from <= ends
    """,
    "a metered period is of a customer with an account": """
        SELECT period_id::text, customer_code FROM metered_periods
        WHERE NOT EXISTS (SELECT FROM accounts WHERE accounts.customer_code = metered_periods.customer_code)
    """,
}


class PaymentFact(NamedTuple):
    """What other databases must agree with of one payment."""

    payment_id: UUID
    customer_code: str
    amount: int
    device_id: UUID | None
    receipt_id: UUID | None
    reversed: bool
    visit_id: UUID | None = None


@dataclass(frozen=True)
class BillingFacts:
    """Totals in đồng, and the violations found inside this database."""

    bills: int
    billed: int
    received: int
    """Of payments that stand."""
    cleared: int
    """By allocations that stand."""
    credit: int
    shift_cash: int
    """Cash of payments that stand, over all shifts."""
    violations: list[AuditViolation]
    remarks: list[AuditViolation] = field(default_factory=list)
    """What breaks no rule and waits for a person to look at it."""


_TOTALS = """
SELECT (SELECT count(*) FROM bills) AS bills,
    (SELECT coalesce(sum(total), 0) FROM bills)::bigint AS billed,
    (SELECT coalesce(sum(amount), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS received,
    (SELECT coalesce(sum(principal + vat), 0) FROM allocations WHERE released_at IS NULL)::bigint AS cleared,
    (SELECT coalesce(sum(credit), 0) FROM payments WHERE reversed_at IS NULL)::bigint AS credit,
    (SELECT coalesce(sum(amount), 0) FROM payments
     WHERE shift_id IS NOT NULL AND reversed_at IS NULL)::bigint AS shift_cash
"""


# Breaks no rule: a person may have meant it.
_WORTH_A_LOOK = {
    "a deposit at a bank is confirmed within days": """
        SELECT hand_in_id::text, format('%s of %s, slip %s, stated %s', amount, collector_code, slip_number, stated_at)
        FROM hand_ins
        WHERE place = 'bank' AND stated_at < now() - interval '4 days' AND NOT EXISTS (
            SELECT FROM hand_in_counts WHERE hand_in_counts.hand_in_id = hand_ins.hand_in_id)
    """,
    "a deposit at a bank is what was said": """
        SELECT hand_in_id::text, format('%s of %s stated, %s confirmed: %s', amount, collector_code,
            counted.counted_cash, reason)
        FROM hand_ins JOIN hand_in_counts AS counted USING (hand_in_id)
        WHERE place = 'bank' AND counted.difference <> 0
    """,
    "a corrected bill and the next one go on from each other": """
        SELECT bill_number, format('%s %s ends with %s, the next period (%s) begins with %s', corrected.meter_number,
            corrected.meter_register, corrected.new_reading, following.period_from, following.old_reading)
        FROM (SELECT DISTINCT period_id, bill_id FROM bill_corrections) AS concerned
            JOIN metered_periods AS billed USING (period_id)
            JOIN bills ON bills.bill_id = billed.bill_id
            JOIN standing_readings AS corrected ON corrected.period_id = concerned.period_id
            JOIN LATERAL (
                SELECT later.period_from, later.held, stands.old_reading
                FROM standing_readings AS stands JOIN metered_periods AS later USING (period_id)
                WHERE stands.meter_number = corrected.meter_number
                    AND stands.meter_register = corrected.meter_register AND later.period_from > billed.period_to
                    AND later.superseded_by IS NULL
                ORDER BY later.period_from LIMIT 1
            ) AS following ON true
        WHERE following.old_reading <> corrected.new_reading AND following.held IS NULL
    """,
}


async def audit_facts(connection: Connection, agreed: AgreedTerms | None = None) -> BillingFacts:
    """Read the facts in one snapshot; needs no running service. Without agreed terms, what is owed by them is not held
    against them.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        violations = await broken_rules(connection, "billing", _RULES)
        if agreed is not None:
            violations += await fees_not_by_terms(connection, agreed.partner_terms)
            violations += await commissions_not_by_rules(connection, agreed.commission_rules)
        remarks = await implausible_times(connection, "billing")
        remarks += await broken_rules(connection, "billing", _WORTH_A_LOOK)
        by_one, at_one_login = await acts_of_two(connection)
        violations += by_one
        remarks += at_one_login
        totals = await connection.fetchrow(_TOTALS)
    assert totals is not None  # noqa: S101  an aggregate always has a row
    return BillingFacts(violations=violations, remarks=remarks, **totals)


# What is compared row by row with the other services' (ops/audit/comparison.py): each in the order of its key.

_PAYMENTS = """
SELECT payment_id, customer_code, amount, device_id, receipt_id, reversed_at IS NOT NULL, visit_id
FROM payments ORDER BY payment_id
"""
_RECEIPTED = "SELECT receipt_id, payment_id, device_id FROM payments WHERE receipt_id IS NOT NULL ORDER BY receipt_id"
_OF_VISITS = "SELECT visit_id, payment_id, customer_code FROM payments WHERE visit_id IS NOT NULL ORDER BY visit_id"
_ACCOUNTS = 'SELECT customer_code, version, debt FROM accounts ORDER BY customer_code COLLATE "C"'
_VERSIONS = 'SELECT customer_code, version FROM customers ORDER BY customer_code COLLATE "C"'
_NOTICES = """
SELECT visit_id, array_agg(kind ORDER BY kind), array_agg(actor ORDER BY kind) FROM notices
GROUP BY visit_id ORDER BY visit_id
"""


async def payments_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, PaymentFact]]:
    """Yield every payment, by its id."""
    async for row in rows_in_order(connection, _PAYMENTS):
        yield row[0], PaymentFact(*row)


async def receipted_payments(connection: Connection) -> AsyncIterator[tuple[UUID, tuple[UUID, UUID | None]]]:
    """Yield payment and device by the receipt that billing names."""
    async for row in rows_in_order(connection, _RECEIPTED):
        yield row[0], (row[1], row[2])


async def payments_of_visits(connection: Connection) -> AsyncIterator[tuple[UUID, tuple[UUID, str]]]:
    """Yield payment and customer by the visit that the payment names."""
    async for row in rows_in_order(connection, _OF_VISITS):
        yield row[0], (row[1], row[2])


async def accounts_in_order(connection: Connection) -> AsyncIterator[tuple[str, tuple[int, int]]]:
    """Yield version and debt by the customer."""
    async for row in rows_in_order(connection, _ACCOUNTS):
        yield row[0], (row[1], row[2])


async def versions_in_order(connection: Connection) -> AsyncIterator[tuple[str, int]]:
    """Yield the version of the contract facts that billing has, by the customer."""
    async for row in rows_in_order(connection, _VERSIONS):
        yield row[0], row[1]


class VisitNotices(NamedTuple):
    """The notices of one visit."""

    kinds: list[str]
    actors: list[str | None]
    """Of each kind who recorded the visit: JSON; None from a version before."""


async def notices_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, VisitNotices]]:
    """Yield the notices by their visit."""
    async for row in rows_in_order(connection, _NOTICES):
        yield row[0], VisitNotices(row[1], row[2])


class ActOfTwo(NamedTuple):
    """What one person asked for and another one approved, as it was done."""

    kind: str
    customer_code: str
    amount: int
    """đồng: of a correction by how much more is owed, of a reversal what was taken back, of others what it is about."""
    asked_by: str | None
    """The id of an account; None where nobody is named."""
    approved_by: str


_ACTS_OF_TWO = """
SELECT correction_id, 'bill_correction', customer_code, new_pre_vat + new_vat - old_pre_vat - old_vat,
    actor #>> '{asked_by,id}', actor ->> 'id'
FROM bill_corrections WHERE actor ->> 'kind' = 'person'
UNION ALL
SELECT agreement_id, 'instalment_agreement', customer_code, amount, actor #>> '{asked_by,id}', actor ->> 'id'
FROM instalment_agreements WHERE actor ->> 'kind' = 'person'
UNION ALL
SELECT waiver_id, 'interest_waiver', customer_code, amount, actor #>> '{asked_by,id}', actor ->> 'id'
FROM interest_waivers WHERE actor ->> 'kind' = 'person'
UNION ALL
SELECT reversal_id, 'payment_reversal', customer_code, amount, reversals.actor #>> '{asked_by,id}',
    reversals.actor ->> 'id'
FROM reversals JOIN payments USING (payment_id) WHERE reversals.actor #>> '{asked_by,id}' IS NOT NULL
ORDER BY 1
"""


async def acts_of_two_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ActOfTwo]]:
    """Yield what people of the office have approved, by the id under which it was asked for."""
    async for row in rows_in_order(connection, _ACTS_OF_TWO):
        yield row[0], ActOfTwo(*row[1:])


_COLLECTORS = "SELECT collector_code, active FROM collectors"


async def collectors_at_work(connection: Connection) -> dict[str, bool]:
    """Return which collectors work for the utility, as billing has it."""
    return {row[0]: row[1] for row in await connection.fetch(_COLLECTORS)}


# What the rules between services look at, for some customers at a time (ops/audit/recomputation.py).


class RecordedPayment(NamedTuple):
    """A payment as billing has recorded it."""

    payment_id: UUID
    customer_code: str
    amount: int
    credit: int
    method: str
    received_at: datetime
    stated_at: datetime | None
    recorded_at: datetime
    sequence: int
    collector_code: str | None
    collection_point_code: str | None
    reference: str
    transfer_content: str
    shift_id: UUID | None
    visit_id: UUID | None
    device_id: UUID | None
    receipt_id: UUID | None
    receipt_number: str | None
    reversed_at: datetime | None
    actor: str | None = None
    """JSON; None from a version before."""


class ClearedPart(NamedTuple):
    """The part of a bill that a payment has cleared, at once or later as credit."""

    allocation_id: int
    payment_id: UUID
    bill_id: UUID
    vat: int
    principal: int
    made_at: datetime
    released_at: datetime | None
    customer_code: str = ""
    """Whose payment it is."""
    is_named: bool = False
    """Whether the payment names the bill: a partner's does, and its terms may let it name any."""


class IssuedBill(NamedTuple):
    """A bill without its readings and lines."""

    bill_id: UUID
    bill_number: str
    customer_code: str
    year: int
    month: int
    cycle: int
    pre_vat: int
    vat: int
    vat_rate: str
    total: int
    issued_at: datetime

    @property
    def period(self) -> tuple[int, int, int]:
        """Bills are cleared in the order of this."""
        return self.year, self.month, self.cycle


class RecordedReduction(NamedTuple):
    """What a correction took off a bill."""

    correction_id: UUID
    bill_id: UUID
    vat: int
    principal: int
    corrected_at: datetime
    customer_code: str


class RecordedReversal(NamedTuple):
    """A payment that was taken back."""

    reversal_id: UUID
    payment_id: UUID
    reason: str
    reversed_by: str
    reversed_at: datetime
    shift_id: UUID | None
    actor: str | None = None


class RecordedShift(NamedTuple):
    """A collector's shift."""

    shift_id: UUID
    collector_code: str
    opened_at: datetime
    closed_at: datetime | None
    opening_float: int
    cash_ceiling: int
    opened_by: str | None = None
    """JSON; None from a version before."""
    closed_by: str | None = None


class ShiftAct(NamedTuple):
    """The second count of a shift, or the decision over its difference."""

    shift_id: UUID
    what: str
    device_id: UUID
    at: datetime
    actor: str | None
    """JSON."""


@dataclass(frozen=True)
class Ledger:
    """All that was billed to some customers, what they paid, and the shifts that their cash fell into."""

    payments: list[RecordedPayment]
    bills: list[IssuedBill]
    parts: list[ClearedPart]
    reversals: list[RecordedReversal]
    shifts: list[RecordedShift]
    reductions: list[RecordedReduction] = field(default_factory=list)


_LEDGER_PAYMENTS = f"""
SELECT {", ".join(RecordedPayment._fields)} FROM payments
WHERE customer_code = ANY ($1) AND ($2::uuid[] IS NULL OR payment_id = ANY ($2)) ORDER BY sequence
"""
_LEDGER_BILLS = f"""
SELECT {", ".join(IssuedBill._fields)} FROM bills WHERE customer_code = ANY ($1)
ORDER BY year, month, cycle, issued_at
"""
_LEDGER_PARTS = f"""
SELECT {", ".join(f"allocations.{column}" for column in ClearedPart._fields[:-2])}, payments.customer_code,
    coalesce(allocations.made_at = registered_at, false) AS is_named
FROM payments JOIN allocations USING (payment_id) LEFT JOIN partner_payments USING (payment_id)
WHERE payments.customer_code = ANY ($1) ORDER BY allocation_id
"""
_LEDGER_REVERSALS = f"""
SELECT {", ".join(f"reversals.{column}" for column in RecordedReversal._fields)}
FROM payments JOIN reversals USING (payment_id) WHERE customer_code = ANY ($1) ORDER BY reversals.reversed_at
"""
_LEDGER_REDUCTIONS = """
SELECT correction_id, bill_reductions.bill_id, vat, principal, corrected_at, customer_code
FROM bill_corrections JOIN bill_reductions USING (correction_id) WHERE customer_code = ANY ($1)
ORDER BY corrected_at, reduction_id
"""
_LEDGER_SHIFTS = f"SELECT {', '.join(RecordedShift._fields)} FROM shifts WHERE shift_id = ANY ($1)"


async def ledger_of(
    connection: Connection, customer_codes: Sequence[str], payment_ids: Collection[UUID] | None = None
) -> Ledger:
    """Read the ledger of some customers in one snapshot; ``payment_ids``: of their payments only these."""
    only = None if payment_ids is None else list(payment_ids)
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.fetch(_LEDGER_PAYMENTS, customer_codes, only)
        payments = [RecordedPayment(*row) for row in rows]
        bills = [IssuedBill(*row) for row in await connection.fetch(_LEDGER_BILLS, customer_codes)]
        parts = [ClearedPart(*row) for row in await connection.fetch(_LEDGER_PARTS, customer_codes)]
        reversals = [RecordedReversal(*row) for row in await connection.fetch(_LEDGER_REVERSALS, customer_codes)]
        shift_ids = list({payment.shift_id for payment in payments if payment.shift_id})
        shifts = [RecordedShift(*row) for row in await connection.fetch(_LEDGER_SHIFTS, shift_ids)]
        taken = await connection.fetch(_LEDGER_REDUCTIONS, customer_codes)
    return Ledger(payments, bills, parts, reversals, shifts, [RecordedReduction(*row) for row in taken])


_CUSTOMERS_WHO_PAID = """
SELECT customer_code FROM accounts WHERE customer_code > $1 AND ($2::text IS NULL OR customer_code <= $2)
ORDER BY customer_code LIMIT $3
"""


async def customers_after(connection: Connection, customer_code: str, last: str | None, limit: int) -> list[str]:
    """Return the next customers that have an account, in the order of their codes, up to ``last``."""
    return [row[0] for row in await connection.fetch(_CUSTOMERS_WHO_PAID, customer_code, last, limit)]


_EACH_NTH_CUSTOMER = """
SELECT customer_code
FROM (SELECT customer_code, row_number() OVER (ORDER BY customer_code) AS place FROM accounts) AS placed
WHERE place % $1 = 0 ORDER BY place
"""
_NUMBER_OF_CUSTOMERS = "SELECT count(*) FROM accounts"


async def ranges_of_customers(
    connection: Connection, at_least: int, at_most_ranges: int
) -> list[tuple[str, str | None]]:
    """Return ranges that all customers fall into, each behind its first code and up to its last one (None: the end)."""
    customers = await connection.fetchval(_NUMBER_OF_CUSTOMERS)
    size = max(at_least, -(-customers // at_most_ranges))
    borders = [row[0] for row in await connection.fetch(_EACH_NTH_CUSTOMER, size)]
    return list(zip(["", *borders], [*borders, None], strict=True))


_SETTLEMENT = """
SELECT shift_id, 'confirmed', device_id, confirmed_at, shift_confirmations.actor
FROM shift_confirmations JOIN shifts USING (shift_id) WHERE collector_code = ANY ($1)
UNION ALL
SELECT shift_id, 'decided', device_id, decided_at, shift_decisions.actor
FROM shift_decisions JOIN shifts USING (shift_id) WHERE collector_code = ANY ($1)
UNION ALL
SELECT shift_id, 'hand-in counted', counted.device_id, counted_at, counted.actor
FROM hand_in_counts AS counted JOIN hand_ins USING (hand_in_id)
WHERE collector_code = ANY ($1) AND counted.device_id IS NOT NULL
ORDER BY 1, 4
"""


async def acts_of_settlement(connection: Connection, collector_codes: Sequence[str]) -> list[ShiftAct]:
    """Return who counted the shifts of some collectors again, and who decided."""
    return [ShiftAct(*row) for row in await connection.fetch(_SETTLEMENT, collector_codes)]


_SHIFTS_AT_ONCE = 200


class CashMovement(NamedTuple):
    """Cash that came into the box of a shift, or went out of it: reversed, given back for an earlier one, handed in."""

    shift_id: UUID
    payment_id: UUID
    """Of what was handed in, the hand-in."""
    at: datetime
    amount: int
    place: int


_WITH_SHIFTS = """
SELECT DISTINCT collector_code FROM shifts WHERE $1::uuid[] IS NULL OR shift_id = ANY ($1) ORDER BY collector_code
"""
_SHIFTS = f"""
SELECT {", ".join(RecordedShift._fields)} FROM shifts WHERE collector_code = ANY ($1) ORDER BY collector_code, opened_at
"""
_CASH = """
SELECT shift_id, payment_id, recorded_at, amount, sequence FROM payments WHERE shift_id = ANY ($1)
UNION ALL
SELECT reversals.shift_id, payment_id, reversals.reversed_at, -amount, sequence
FROM reversals JOIN payments USING (payment_id) WHERE reversals.shift_id = ANY ($1)
UNION ALL
SELECT items.shift_id, payment_id, settled_at, -items.amount, sequence
FROM cash_given_back AS items JOIN payments USING (payment_id)
WHERE items.shift_id = ANY ($1) AND office_id IS NULL
UNION ALL
-- Counts to the ceiling until it is counted or confirmed. A payment that waited for that has an earlier moment.
SELECT hand_ins.shift_id, hand_in_id, counted_at - interval '5 seconds',
    -CASE place WHEN 'bank' THEN amount ELSE counted.counted_cash END, 0
FROM hand_ins JOIN hand_in_counts AS counted USING (hand_in_id) WHERE hand_ins.shift_id = ANY ($1)
ORDER BY 1, 3, 5
"""


async def collectors_with_shifts(connection: Connection, shift_ids: Sequence[UUID] | None) -> list[str]:
    """Return the collectors of some shifts (None: of all)."""
    return [row[0] for row in await connection.fetch(_WITH_SHIFTS, shift_ids)]


async def cash_of_shifts(
    connection: Connection, collector_codes: Sequence[str], shift_ids: Collection[UUID] | None
) -> tuple[list[RecordedShift], AsyncIterator[list[CashMovement]]]:
    """Return all shifts of some collectors, and the cash of some of these shifts (None: of all), in its order.

    The cash comes some shifts at a time, each shift as a whole.
    """
    shifts = [RecordedShift(*row) for row in await connection.fetch(_SHIFTS, collector_codes)]
    wanted = [shift.shift_id for shift in shifts if shift_ids is None or shift.shift_id in shift_ids]

    async def cash() -> AsyncIterator[list[CashMovement]]:
        for start in range(0, len(wanted), _SHIFTS_AT_ONCE):
            rows = await connection.fetch(_CASH, wanted[start : start + _SHIFTS_AT_ONCE])
            yield [CashMovement(*row) for row in rows]

    return shifts, cash()


_CUSTOMERS_OF = "SELECT DISTINCT customer_code FROM payments WHERE payment_id = ANY ($1::uuid[]) ORDER BY customer_code"
_SHIFTS_OF = "SELECT DISTINCT shift_id FROM payments WHERE payment_id = ANY ($1::uuid[]) AND shift_id IS NOT NULL"


async def customers_of(connection: Connection, payment_ids: Sequence[UUID]) -> list[str]:
    """Return whose payments these are."""
    return [row[0] for row in await connection.fetch(_CUSTOMERS_OF, payment_ids)]


async def shifts_of(connection: Connection, payment_ids: Sequence[UUID]) -> set[UUID]:
    """Return the shifts that these payments fell into."""
    return {row[0] for row in await connection.fetch(_SHIFTS_OF, payment_ids)}


# Compared with those that the customer service has told of (ops/audit/comparison.py): open or not.
_COMPLAINTS = "SELECT complaint_id, settled_at IS NULL FROM bill_complaints ORDER BY complaint_id"


async def complaints_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, bool]]:
    """Yield whether each complaint about a bill is open here, by its id."""
    async for row in rows_in_order(connection, _COMPLAINTS):
        yield row[0], row[1]


class BilledBill(NamedTuple):
    """What a bill comes to, for the comparison with its invoices."""

    bill_number: str
    issued_at: datetime
    total: int
    adjusted: int
    """What adjustments have taken off, đồng; replacements take off nothing here."""
    corrects: UUID | None = None
    """The bill that it corrects, where that one has money in it and so an invoice."""


_BILLED = """
SELECT bills.bill_id, bill_number, issued_at, total, coalesce((
        SELECT sum(taken.vat + taken.principal)
        FROM bill_reductions AS taken JOIN bill_corrections USING (correction_id)
        WHERE taken.bill_id = bills.bill_id AND kind = 'adjustment'
    ), 0)::bigint AS adjusted, (
        SELECT earlier.bill_id FROM bill_corrections JOIN bills AS earlier ON earlier.bill_id = bill_corrections.bill_id
        WHERE new_bill_id = bills.bill_id AND earlier.total <> 0
    ) AS corrects
FROM bills ORDER BY bills.bill_id
"""


async def billed_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, BilledBill]]:
    """Yield what each bill comes to, in the order of their ids; needs a transaction."""
    async for row in rows_in_order(connection, _BILLED):
        yield row[0], BilledBill(*row[1:])
