"""What a change of prices or of VAT will do to bills, computed before it is in force (pure)."""
