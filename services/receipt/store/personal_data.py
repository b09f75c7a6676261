"""What the register of receipts holds of a person. The law keeps all of it."""

HELD = {
    "receipt.receipts": """
        SELECT kind, series, number, total, vat, issued_at, content::jsonb #> ARRAY['event', 'customer'] AS customer
        FROM receipt WHERE customer_code = $1 ORDER BY issued_at DESC
    """,
}
