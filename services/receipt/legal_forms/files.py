"""Reads ``forms.yaml``, or the file that an installation has in its place."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.receipt.legal_forms.rules import LegalForm, LegalFormError, LegalForms, LegalRule, checked_form
from shared.contracts.common import Language

SHIPPED = Path(__file__).with_name("forms.yaml")


@cache
def load_legal_forms(file: Path = SHIPPED) -> LegalForms:
    """Read and check the file. Raises :class:`LegalFormError` with the place of the first mistake."""
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        forms = {name: _form(name, entry) for name, entry in content["forms"].items()}
        rules = tuple(_rule(entry, forms) for entry in content["rules"])
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise LegalFormError(f"{file}: {error}") from error
    if len({form.series for form in forms.values()}) != len(forms):
        raise LegalFormError(f"{file}: two forms share a series")
    if not rules:
        raise LegalFormError(f"{file}: there are no rules")
    return LegalForms(rules)


def _form(name: str, entry: dict[str, Any]) -> LegalForm:
    words = {Language(language): str(words) for language, words in entry["words"].items()}
    return checked_form(LegalForm(name, entry["series"], words, entry.get("template", "")))


def _rule(entry: dict[str, Any], forms: dict[str, LegalForm]) -> LegalRule:
    if type(entry["from"]) is not date:
        raise LegalFormError(f"from: {entry['from']!r} is not a date")
    return LegalRule(entry["from"], tuple(entry["units"]), forms[entry["whole"]], forms[entry["other"]])
