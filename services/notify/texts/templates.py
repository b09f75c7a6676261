"""Templates: which form is sent, and how names become shorter until the text fits one segment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from string import Formatter

from services.notify.texts.segments import Measure, gsm7_only, measure
from shared.text import tidy, without_accents
from shared.transliteration import in_latin_letters

_PLAIN_SIGNS = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u02bc", "'"), **dict.fromkeys("\u2010\u2011\u2013\u2014", "-")}
)
_LONGEST_NAME = 20
"""Characters that are left of a name when nothing else made it fit."""


ACCENTED = "vi-accents"
"""The language of texts with Vietnamese accents; the forms of ``vi`` have none."""


class TemplateError(ValueError):
    """The template file is wrong; the message has the place."""


@dataclass(frozen=True)
class Rendered:
    """A text that is ready to be sent, and where it came from."""

    template: str
    version: int
    form: int
    """Index of the form within its language: providers register each form by itself."""
    text: str
    size: Measure


@dataclass(frozen=True)
class Template:
    """One purpose of an SMS, in several languages and forms."""

    template: str
    version: int
    forms: Mapping[str, tuple[str, ...]]
    """Language → forms, the fullest first."""
    invoice_forms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Language → forms with the link of an invoice, the fullest first; numbered after the others, which keep theirs."""


@dataclass(frozen=True)
class Templates:
    """All templates with the rules for shortening names."""

    by_name: Mapping[str, Template]
    names: Mapping[str, str]
    """Parameter → ``person`` or ``organisation``: what may be shortened, and how."""
    abbreviations: tuple[tuple[str, str], ...] = field(default=())

    def render(self, template: str, language: str, parameters: Mapping[str, str | None]) -> Rendered:
        """Return the fullest text that fits one segment (two with accents); the shortest there is when none does.

        One with the link of an invoice goes before the others where there is a link and the text fits with it: no
        message gets longer than its kind may be because of a link.

        Accents are taken off and what GSM-7 lacks is left out, so that the text is GSM-7 whatever a name holds; in the
        language :data:`ACCENTED` both stay, and the text is UCS-2.
        Raises :class:`TemplateError` for an unknown template, language, or when every form lacks a parameter.
        """
        found = self.by_name.get(template)
        if found is None or language not in found.forms:
            raise TemplateError(f"no template {template!r} in language {language!r}")
        write, most_segments = (tidy, 2) if language == ACCENTED else (plain, 1)
        values = {name: write(value) for name, value in parameters.items() if value is not None}
        plain_forms = found.forms[language]
        for index, form in enumerate(found.invoice_forms.get(language, ()), len(plain_forms)):
            for rendered in self._written(found, index, form, values):
                if rendered.size.segments <= most_segments:
                    return rendered
        shortest: Rendered | None = None
        for index, form in enumerate(plain_forms):
            for rendered in self._written(found, index, form, values):
                if rendered.size.segments <= most_segments:
                    return rendered
                if shortest is None or rendered.size.units < shortest.size.units:
                    shortest = rendered
        if shortest is None:
            raise TemplateError(f"template {template!r} needs more than {', '.join(sorted(values))}")
        return shortest

    def _written(self, found: Template, index: int, form: str, values: Mapping[str, str]) -> Iterator[Rendered]:
        """Yield a form with names in full, then with shorter ones; nothing where a parameter is missing."""
        if fields_of(form) <= values.keys():
            for shortened in self._ever_shorter(values):
                text = form.format_map(shortened)
                yield Rendered(found.template, found.version, index, text, measure(text))

    def _ever_shorter(self, values: Mapping[str, str]) -> Iterator[dict[str, str]]:
        """Yield the values with names in full, then with one name after the other made shorter."""
        current = dict(values)
        yield dict(current)
        steps = {
            name: list(person_names(values[name]) if kind == "person" else self._organisation_names(values[name]))
            for name, kind in self.names.items()
            if name in values
        }
        for step in range(max(map(len, steps.values()), default=0)):
            for name, shorter in steps.items():
                if step < len(shorter) and shorter[step] != current[name]:
                    current[name] = shorter[step]
                    yield dict(current)

    def _organisation_names(self, name: str) -> Iterator[str]:
        for long, short in self.abbreviations:
            if name.casefold().startswith(long.casefold()):
                name = (short + name[len(long) :]).strip()
                break
        yield name
        yield name[:_LONGEST_NAME].strip()


def person_names(name: str) -> Iterator[str]:
    """Yield ever shorter forms of a full Vietnamese name; people are called by its last word.

    ``Nguyen Thi Kim Hoa`` → ``N.T.K. Hoa``, ``Hoa``.
    """
    *others, given = name.split() or [""]
    yield f"{''.join(f'{word[0]}.' for word in others)} {given}".strip()
    yield given
    yield given[:_LONGEST_NAME]


# Units, collectors, days repeat from one message to the next.
@lru_cache(maxsize=4096)
def plain(value: str) -> str:
    """Return a parameter as GSM-7 on one line: plain letters and signs, and nothing that GSM-7 lacks."""
    return tidy(gsm7_only(without_accents(in_latin_letters(tidy(value))).translate(_PLAIN_SIGNS)))


@lru_cache(maxsize=512)
def fields_of(form: str) -> frozenset[str]:
    """Return the names of a form's parameters."""
    return frozenset({name for _, name, _, _ in Formatter().parse(form) if name is not None})
