"""What a customer is found by, as the trigger ``write_search_columns`` of the database writes it. Pure.

An import works it out here: the trigger costs more than all the rest of adding a customer.
"""

from functools import lru_cache

from shared.text import search_key

_LONGEST_TERM = 60


@lru_cache(maxsize=1 << 14)
def _terms_of(word: str) -> tuple[str, str, str]:
    """Return the terms of a word of a name; lists have the same words again and again."""
    return word[:_LONGEST_TERM], f"{word[:1]}_", f"{word[:2]}_"


def search_columns(
    name: str, address: str, ward: str | None, address_old: str | None
) -> tuple[str, str, str, str, str]:
    """Return ``name_key``, ``name_bag``, ``address_key``, the terms of the name and those of both, blanks between."""
    name_key, address_key = search_key(name), search_key(address)
    words, places = name_key.split(), address_key.split()
    if more := " ".join(text for text in (ward, address_old) if text is not None):
        others = dict.fromkeys(word for word in search_key(more).split() if word not in places)
        if others:
            address_key = " ".join((address_key, *others))
            places += others
    terms = {term for word in words for term in _terms_of(word)}
    both = {word[:_LONGEST_TERM] for word in (*words, *places)}
    return name_key, " ".join(sorted(words)), address_key, " ".join(terms), " ".join(both)
