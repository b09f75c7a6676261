"""A fuzzer that reads the description of the API and tries it as each role (ADR 27)."""
