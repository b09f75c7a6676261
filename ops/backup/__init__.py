"""Backups of a whole system to one point, by Barman (ADR 82), and the way back from them (ADR 83)."""
