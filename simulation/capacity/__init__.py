"""How many servers a number of customers needs, from figures that were measured: ``./dev capacity``."""
