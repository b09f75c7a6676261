"""What the invoice service holds of a person. The law keeps all of it."""

HELD = {
    "invoice.invoices": """
        SELECT symbol, number, bill_number, made_on, before_vat, vat, total, relation, lookup_code FROM invoices
        WHERE customer_code = $1 ORDER BY made_at DESC
    """,
}
