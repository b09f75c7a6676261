"""What a customer has used and why a bill is higher or lower than the one before (pure)."""
