"""What people type to find somebody, in every way that the search forgives."""

import random
from collections.abc import Callable
from typing import Any

from services.customer.search.sounds import alike
from shared.text import without_accents

Person = dict[str, Any]


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 3:
        return word
    place = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + chance.choice("0123456789" if word[place].isdigit() else "aeiounht") + word[place + 1 :],
        ]
    )


def _misspelt(text: str, chance: random.Random) -> str:
    words = without_accents(text).lower().split()
    place = chance.randrange(len(words))
    words[place] = _slip(words[place], chance)
    return " ".join(words)


def _shuffled(text: str, chance: random.Random) -> str:
    words = without_accents(text).lower().split()
    chance.shuffle(words)
    return " ".join(words)


def _as_spoken(text: str, chance: random.Random) -> str:
    """Return a text as the south speaks it: each word may be written as one that sounds the same there."""
    words = without_accents(text).lower().split()
    return " ".join(chance.choice([word, *sorted(alike(word))]) for word in words)


def _initials(text: str) -> str:
    words = without_accents(text).lower().split()
    return ".".join([*(word[:1] for word in words[:-1]), words[-1]])


KINDS: dict[str, Callable[[Person, random.Random], str]] = {
    "code": lambda person, _: person["customer_code"],
    "code, first 9": lambda person, _: person["customer_code"][:9],
    "code, one slip": lambda person, chance: _slip(person["customer_code"], chance),
    "code in a pasted text": lambda person, _: f"KH {person['customer_code']} còn nợ tháng 9, gọi lại cho chị Hai",
    "meter": lambda person, _: person["meter_number"],
    "phone": lambda person, _: "0" + person["phone"][3:],
    "phone, last 4": lambda person, _: person["phone"][-4:],
    "phone, one slip": lambda person, chance: _slip("0" + person["phone"][3:], chance),
    "name": lambda person, _: person["name"],
    "name, no accents": lambda person, _: without_accents(person["name"]).lower(),
    "name, misspelt": lambda person, chance: _misspelt(person["name"], chance),
    "name, as spoken": lambda person, chance: _as_spoken(person["name"], chance),
    "name, any order": lambda person, chance: _shuffled(person["name"], chance),
    "name, initials": lambda person, _: _initials(person["name"]),
    "name, first two words": lambda person, _: " ".join(person["name"].split()[:2]),
    "name, last word": lambda person, _: person["name"].split()[-1],
    "name, unfinished": lambda person, _: without_accents(person["name"])[:-2],
    "address": lambda person, _: person["address"].split(",")[0],
    "address, misspelt": lambda person, chance: _misspelt(person["address"].split(",")[0], chance),
    "name and street": lambda person, _: person["name"].split()[-1] + " " + person["address"].split(",")[0],
    "nobody": lambda _, chance: "xzqw " + "".join(chance.choice("bcdfghklm") for _ in range(7)),
}
