"""What a search returns. Pure."""

from dataclasses import dataclass

from shared.contracts.customer import MatchedOn


@dataclass(frozen=True)
class Match:
    """A customer that matches the query; ``score`` from 0 to 1."""

    customer_code: str
    matched_on: MatchedOn
    score: float
