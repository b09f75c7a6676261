"""Requests of people about their data, with the law's clocks, and what is erased of a person."""
