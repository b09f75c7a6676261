"""Reads ``answers.yaml``."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from services.invoice.authority.answers import AnswerLayout

SHIPPED = Path(__file__).with_name("answers.yaml")


@cache
def answer_layouts(file: Path = SHIPPED) -> Mapping[str, AnswerLayout]:
    """Return where answers have their results, by kind."""
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {str(kind): AnswerLayout.model_validate(layout) for kind, layout in content["answers"].items()}
