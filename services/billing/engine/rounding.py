"""Whole kWh: exact fractions, halves rounded up."""

from fractions import Fraction


def half_up(value: Fraction) -> int:
    """Return ``value`` (not negative) as a whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def proportion(whole: int, part: int, of: int) -> int:
    """Return ``whole`` x ``part`` / ``of`` as a whole number, halves up."""
    return (2 * whole * part + of) // (2 * of)
