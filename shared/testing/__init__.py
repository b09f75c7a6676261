"""What the tests of every part use: a real broker and a real database for each test, and waiting for conditions.

``tests/conftest.py`` imports the fixtures of :mod:`shared.testing.fixtures`; the rest is imported where it is used.
"""

from shared.testing.conditions import eventually, wait_until

__all__ = ["eventually", "wait_until"]
