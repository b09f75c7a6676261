"""Finds customers by whatever was typed."""

from services.customer.search.match import Match
from services.customer.search.search import search

__all__ = ["Match", "search"]
