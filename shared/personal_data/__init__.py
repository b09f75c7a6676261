"""Which personal data is held, why, for how long, and what becomes of it when the person wants it erased."""
