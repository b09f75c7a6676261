"""Reads ``templates.yaml``."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from services.notify.texts.segments import is_gsm7
from services.notify.texts.templates import ACCENTED, Template, TemplateError, Templates, fields_of

_FILE = Path(__file__).with_name("templates.yaml")


@cache
def load_templates(file: Path = _FILE) -> Templates:
    """Read and check the template file. Raises :class:`TemplateError` with the place of the first mistake."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    names: dict[str, str] = content["names"]
    templates = {}
    for entry in content["templates"]:
        template = Template(
            template=entry["id"],
            version=int(entry["version"]),
            forms={language: tuple(forms) for language, forms in entry["texts"].items()},
            invoice_forms={language: tuple(forms) for language, forms in entry.get("invoice_texts", {}).items()},
        )
        for language, forms in template.forms.items():
            for form in (*forms, *template.invoice_forms.get(language, ())):
                if language != ACCENTED and not is_gsm7(form.format_map(dict.fromkeys(fields_of(form), ""))):
                    raise TemplateError(f"{template.template} ({language}) holds characters that are not GSM-7: {form}")
            _require_receipt(template, language)
        templates[template.template] = template
    return Templates(templates, names, tuple((long, short) for long, short in content["abbreviations"]))


def _require_receipt(template: Template, language: str) -> None:
    """Refuse a text whose link to an invoice takes the place of the receipt's: the receipt leads to both."""
    if all("address" in fields_of(form) for form in template.forms[language]):
        for form in template.invoice_forms.get(language, ()):
            if "address" not in fields_of(form):
                raise TemplateError(f"{template.template} ({language}) leads to an invoice and to no receipt: {form}")
