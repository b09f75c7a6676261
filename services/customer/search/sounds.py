"""Syllables that are spoken alike in the south, and so are written for each other. Pure."""

_BEGINNINGS = ({"tr", "ch"}, {"x", "s"}, {"d", "gi", "v"})
_ENDINGS = ({"ng", "n"}, {"c", "t"})
_VOWELS = tuple("aeiouy")


def alike(word: str) -> set[str]:
    """Return what a syllable may be when it is written as it is spoken, without itself: ``tri`` → ``chi``."""
    return {ending for beginning in _begun_alike(word) for ending in _ended_alike(beginning)} - {word}


def _begun_alike(word: str) -> set[str]:
    for sounds in _BEGINNINGS:
        for sound in sounds:
            rest = word.removeprefix(sound)
            # The i of gi is a vowel of its own where no other follows: gin and din, but giang and dang.
            if sound == "gi" and not rest.startswith(_VOWELS):
                rest = f"i{rest}"
            if word.startswith(sound) and rest.startswith(_VOWELS):
                return {word, *(_begun(other, rest) for other in sounds - {sound})}
    return {word}


def _begun(sound: str, rest: str) -> str:
    return f"g{rest}" if sound == "gi" and rest.startswith("i") else sound + rest


def _ended_alike(word: str) -> set[str]:
    for sounds in _ENDINGS:
        for sound in sounds:
            if word.endswith(sound) and word.removesuffix(sound).endswith(_VOWELS):
                return {word.removesuffix(sound) + other for other in sounds}
    return {word}
