"""Which words can be Vietnamese: a syllable is an onset, a rime and at most one tone. Pure."""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu
i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oem oen oeo oet oi om on ong ooc oong
op ot ô ôc ôi ôm ôn ông ôôc ôông ôp ôt ơ ơi ơm ơn ơp ơt ơc ơng
u ua uc ui um un ung up ut uâc uân uâng uât uây uê uêch uên uênh uêt uêu uôc uôi uôm uôn uông uôp uôt uơ uy uya uych
uyên uyêt uyn uynh uyp uyt uyu
ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
y ych yêm yên yêng yêt yêu ym yn ynh yt yu
"""
_SYLLABLE = re.compile(f"(?:{'|'.join(sorted(_ONSETS.split(), key=len, reverse=True))})?(?:{'|'.join(_RIMES.split())})")
_VOWEL_WITHOUT_ONE = re.compile(r"[bcdghklmnpqrstvxđ]{1,3}")


@lru_cache(maxsize=65_536)
def is_syllable(word: str) -> bool:
    """Whether a word without signs and digits can be a Vietnamese syllable, in capitals or not."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = sum(letter in _TONES for letter in parts)
    bare = unicodedata.normalize("NFC", "".join(letter for letter in parts if letter not in _TONES))
    if tones > 1:
        return False
    return _SYLLABLE.fullmatch(bare) is not None or (not tones and _VOWEL_WITHOUT_ONE.fullmatch(bare) is not None)
