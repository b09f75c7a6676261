"""Words that were misspelt are recognised, and the customer who answers best comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.customer.search.query import word_slips
from services.customer.search.sounds import alike
from services.customer.search.spellings import Candidate, Spellings, spelling_weight

WORDS = st.text(alphabet="aceghimnotuvy", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("typed", "known"),
    [("nguyn", "nguyen"), ("nugyen", "nguyen"), ("hahn", "hanh"), ("thj", "thi"), ("ni", "nhi"), ("tranf", "tran")],
)
def test_a_slip_is_forgiven(typed: str, known: str) -> None:
    assert 0.4 < spelling_weight(typed, known) < 1


@pytest.mark.parametrize(("typed", "known"), [("hanh", "tuan"), ("12", "13"), ("h", "a"), ("vn", "an"), ("le", "lan1")])
def test_another_word_is_another_word(typed: str, known: str) -> None:
    assert spelling_weight(typed, known) == 0


def test_letters_that_sound_alike_are_half_a_slip() -> None:
    assert spelling_weight("ly", "li") == 0.0  # of two letters nothing is guessed but what is missing
    assert spelling_weight("mai", "may") > spelling_weight("mai", "mat")
    assert spelling_weight("suan", "xuan") > spelling_weight("tuan", "xuan")


@pytest.mark.parametrize(
    ("typed", "known"),
    [
        ("tri", "chi"),
        ("chang", "trang"),
        ("suan", "xuan"),
        ("xang", "sang"),
        ("yen", "yeng"),
        ("giung", "dung"),
        ("dang", "giang"),
        ("vang", "dang"),
        ("giu", "vu"),
        ("trin", "chin"),
        ("gin", "din"),
        ("tran", "chang"),
        ("phuot", "phuoc"),
    ],
)
def test_syllables_that_are_spoken_alike_in_the_south_are_half_a_slip(typed: str, known: str) -> None:
    assert typed in alike(known)
    assert known in alike(typed)
    if not known.startswith(typed):
        assert spelling_weight(typed, known) == pytest.approx(1 - 0.45 / max(len(typed), len(known)))


@pytest.mark.parametrize("word", ["", "s", "ng", "gi", "hai", "12", "nguyen"])
def test_a_syllable_is_never_alike_to_itself(word: str) -> None:
    assert word not in alike(word)


def test_the_beginning_of_a_word_says_more_the_longer_it_is() -> None:
    assert 1 > spelling_weight("nguye", "nguyen") > spelling_weight("ng", "nguyen") > 0.7


@given(WORDS)
def test_nothing_is_nearer_to_a_word_than_the_word(word: str) -> None:
    assert spelling_weight(word, word) == 1
    for slip in word_slips(word)[:50]:
        assert spelling_weight(slip, word) < 1


def ranked(query: str, known: dict[str, list[str]], people: list[tuple[str, str]]) -> list[str]:
    spellings = Spellings.corrected(query.split(), known)
    candidates = [Candidate(str(place), name, address) for place, (name, address) in enumerate(people)]
    weighed = sorted(candidates, key=lambda candidate: -spellings.weight(candidate))
    return [candidate.name_key for candidate in weighed]


def test_the_whole_name_comes_before_a_longer_one_and_before_another_order() -> None:
    names = ["hanh nguyen thi", "nguyen thi my hanh", "nguyen thi hanh", "nguyen van hanh"]
    people = [(name, "") for name in names]
    assert ranked("nguyen thi hanh", {}, people)[:3] == ["nguyen thi hanh", "hanh nguyen thi", "nguyen thi my hanh"]


def test_a_misspelt_name_finds_whom_it_is_nearest_to() -> None:
    people = [("nguyen thi hang", ""), ("nguyen thi hanh", ""), ("nguyen thanh hanh", "")]
    known = {"nguyn": ["nguyen"], "hanhh": ["hanh", "hang"]}
    assert ranked("nguyn thi hanhh", known, people)[0] == "nguyen thi hanh"


def test_a_word_of_the_name_counts_more_than_one_of_the_address() -> None:
    people = [("tran van a", "12 le loi"), ("le loi", "3 hung vuong")]
    assert ranked("le loi", {}, people)[0] == "le loi"


def test_name_and_street_together_find_the_neighbour_of_that_name() -> None:
    people = [("nguyen thi hanh", "5 hung vuong"), ("nguyen thi hanh", "12 le loi"), ("tran an", "12 le loi")]
    spellings = Spellings.as_typed(["hanh", "le", "loi"])
    weights = [spellings.weight(Candidate("", *person)) for person in people]
    assert max(weights) == weights[1]


def test_each_word_of_a_query_needs_a_word_of_its_own() -> None:
    spellings = Spellings.as_typed(["thi", "thi"])
    once, twice = (spellings.weight(Candidate("", name, "")) for name in ("thi an", "thi thi"))
    assert once < twice


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_a_weight_is_from_0_to_1(words: list[str], name: list[str], address: list[str]) -> None:
    spellings = Spellings.corrected(words, dict.fromkeys(words, name))
    candidate = Candidate("", " ".join(name), " ".join(address))
    assert 0 <= spellings.weight(candidate) <= 1
    assert isinstance(spellings.in_name(candidate), bool)


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_the_best_phrase_is_what_was_typed(words: list[str]) -> None:
    known = {word: word_slips(word)[:20] for word in words}
    assert Spellings.corrected(words, known).phrases()[0] == " ".join(words)
