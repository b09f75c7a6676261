"""Settings of a customer service for which every visit is another occasion: days are played in a minute."""

from pathlib import Path

EVERY_VISIT = {"THUNGAN_OCCASION_RULES_FILE": str(Path(__file__).with_name("occasions.yaml"))}
