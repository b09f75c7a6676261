"""Latin letters for those of other scripts, so that documents and SMS show a name and no boxes. Pure.

Letter by letter, after the tables of AnyAscii 0.3 (ISC licence), with the vowel signs of Khmer and Cham added; a sign
that only changes the sound of a letter has none of its own. Greek and Cyrillic letters come with pasted text. The first
rows are Latin letters for sounds, which no alphabet of the region has.

A Chinese character is a word: it is read as the Hoa write their names in Vietnamese, with blanks around it.
"""

import re

from shared.han_readings import HAN_READINGS

_PAIRS = """
ŉ='n Ƅ=6 ƅ=6 Ɔ=O ƍ=z Ǝ=E Ə=E Ɣ=G ƛ=l Ɯ=W Ɵ=O Ʀ=R Ƨ=2 ƨ=2 Ʃ=Sh ƪ=sh Ʊ=U Ʒ=Zh Ƹ=` ƹ=` ƺ=zh ƻ=dz Ƽ=5 ƽ=5 ƾ=ts ƿ=w
ǀ=c ǁ=x ǂ=qc ǃ=q ǝ=e Ǯ=Zh ǯ=zh Ƕ=Hw Ƿ=W Ȝ=Y ȝ=y Ƞ=N Ȣ=Ou ȣ=ou Ɂ=' ɂ=' Ʌ=A Ɋ=Q ɋ=q ɐ=a ɑ=a ɒ=a ɔ=o ɘ=e ə=e ɚ=er
ɜ=e ɝ=er ɞ=o ɣ=g ɤ=u ɥ=y ɩ=i ɮ=lzh ɯ=w ɰ=w ɵ=o ɷ=u ɸ=f ɹ=r ɺ=r ɻ=r ɿ=i ʁ=r ʃ=sh ʄ=j ʅ=i ʆ=sh ʇ=t ʊ=u ʌ=a ʍ=w ʎ=y
ʒ=zh ʓ=zh ʔ=' ʕ=` ʖ=x ʗ=q ʘ=pc ʚ=oe ʞ=k ʡ=' ʢ=` ʤ=dzh ʧ=tsh ʨ=tc ʩ=fng ʬ=ww ʭ=]] ʮ=y ʯ=y ẟ=d
Ͱ=H ͱ=h Ͳ=S ͳ=s ʹ=' Ͷ=W ͷ=w ͺ=i ͻ=s ͼ=s. ͽ=s. Ϳ=J Ά=A Έ=E Ή=I Ί=I Ό=O Ύ=Y Ώ=O ΐ=i Α=A Β=V Γ=G Δ=D Ε=E Ζ=Z Η=I
Θ=Th Ι=I Κ=K Λ=L Μ=M Ν=N Ξ=X Ο=O Π=P Ρ=R Σ=S Τ=T Υ=Y Φ=F Χ=Ch Ψ=Ps Ω=O Ϊ=I Ϋ=Y ά=a έ=e ή=i ί=i ΰ=y α=a β=v γ=g
δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r ς=s σ=s τ=t υ=y φ=f χ=ch ψ=ps ω=o ϊ=i ϋ=y ό=o ύ=y ώ=o
Ϗ=& ϐ=b ϑ=th ϒ=Y ϓ=Y ϔ=Y ϕ=ph ϖ=p ϗ=& Ϙ=Q ϙ=q Ϛ=St ϛ=st Ϝ=W ϝ=w Ϟ=Q ϟ=q Ϡ=S ϡ=s Ϣ=Sh ϣ=sh Ϥ=F ϥ=f Ϧ=X ϧ=x Ϩ=H
ϩ=h Ϫ=J ϫ=j Ϭ=C ϭ=c Ϯ=Ti ϯ=ti ϰ=k ϱ=r ϲ=s ϳ=j ϴ=Th ϵ=e Ϸ=Sh ϸ=sh Ϲ=S Ϻ=S ϻ=s ϼ=r. Ͻ=S Ͼ=S. Ͽ=S.
Ѐ=E Ё=E Ђ=Dj Ѓ=G Є=Ie Ѕ=Dz І=I Ї=I Ј=J Љ=Lj Њ=Nj Ћ=C Ќ=K Ѝ=I Ў=U Џ=Dzh А=A Б=B В=V Г=G Д=D Е=E Ж=Zh З=Z И=I Й=Y
К=K Л=L М=M Н=N О=O П=P Р=R С=S Т=T У=U Ф=F Х=Kh Ц=Ts Ч=Ch Ш=Sh Щ=Shch Ъ=' Ы=Y Ь=' Э=E Ю=Yu Я=Ya а=a б=b в=v г=g
д=d е=e ж=zh з=z и=i й=y к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh щ=shch ъ=' ы=y ь=' э=e
ю=yu я=ya ѐ=e ё=e ђ=dj ѓ=g є=ie ѕ=dz і=i ї=i ј=j љ=lj њ=nj ћ=c ќ=k ѝ=i ў=u џ=dzh
ក=k ខ=kh គ=k ឃ=kh ង=ng ច=ch ឆ=chh ជ=ch ឈ=chh ញ=nh ដ=d ឋ=th ឌ=d ឍ=th ណ=n ត=t ថ=th ទ=t ធ=th ន=n ប=b ផ=ph ព=p ភ=ph
ម=m យ=y រ=r ល=l វ=v ឝ=s ឞ=s ស=s ហ=h ឡ=l អ=' ឣ=' ឤ='a ឥ=e ឦ=ei ឧ=o ឨ=o ឩ=ou ឪ=au ឫ=rue ឬ=rueu ឭ=lue ឮ=lueu ឯ=ae
ឰ=ai ឱ=ao ឲ=ao ឳ=ov ឴= ឵= ា=a ិ=i ី=i ឹ=ue ឺ=ue ុ=o ូ=u ួ=uo ើ=aeu ឿ=oea ៀ=ie េ=e ែ=ae ៃ=ai ោ=ao ៅ=au ំ=m ះ=ah
ៈ=ak ៉= ៊= ់= ៌= ៍= ៎= ៏= ័= ៑= ្= ៓= ៗ=- ៜ=' ៝=
០=0 ១=1 ២=2 ៣=3 ៤=4 ៥=5 ៦=6 ៧=7 ៨=8 ៩=9
ꨀ=a ꨁ=i ꨂ=u ꨃ=e ꨄ=ai ꨅ=o ꨆ=k ꨇ=kh ꨈ=g ꨉ=gh ꨊ=ng ꨋ=ng ꨌ=c ꨍ=ch ꨎ=j ꨏ=jh ꨐ=ny ꨑ=ny ꨒ=nj ꨓ=t ꨔ=th ꨕ=d ꨖ=dh ꨗ=n ꨘ=n
ꨙ=nd ꨚ=p ꨛ=pp ꨜ=ph ꨝ=b ꨞ=bh ꨟ=m ꨠ=m ꨡ=mb ꨢ=y ꨣ=r ꨤ=l ꨥ=w ꨦ=x ꨧ=s ꨨ=h ꨩ=a ꨪ=i ꨫ=i ꨬ=ei ꨭ=u ꨮ=e ꨯ=o ꨰ=ai ꨱ=ai ꨲ=ue
ꨳ=y ꨴ=r ꨵ=l ꨶ=w ꩀ=k ꩁ=g ꩂ=ng ꩃ=ng ꩄ=c ꩅ=t ꩆ=n ꩇ=p ꩈ=y ꩉ=r ꩊ=l ꩋ=x ꩌ=m ꩍ=h ꩐=0 ꩑=1 ꩒=2 ꩓=3 ꩔=4 ꩕=5 ꩖=6 ꩗=7 ꩘=8
꩙=9
"""

LATIN_LETTERS = {pair[0]: pair[2:] for pair in _PAIRS.split()}


HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese characters, as the inside of a character class."""
_HAN_BEFORE_WORD = re.compile(f"([{HAN}])(?=[{HAN}0-9A-Za-z\u00c0-\u1ef9])")
_WORD_BEFORE_HAN = re.compile(f"([0-9A-Za-z\u00c0-\u1ef9])(?=[{HAN}])")


def in_latin_letters(text: str) -> str:
    """Return ``text`` with letters of other scripts in Latin ones: ``ស្រី`` → ``sri``, ``陳文明`` → ``Trần Văn Minh``."""
    if text.isascii():
        return text
    return "".join(
        HAN_READINGS.get(letter) or LATIN_LETTERS.get(letter, letter) for letter in with_blanks_around_han(text)
    )


def with_blanks_around_han(text: str) -> str:
    """Return ``text`` with a blank between two Chinese characters, and between one and a letter or digit."""
    return _WORD_BEFORE_HAN.sub(r"\1 ", _HAN_BEFORE_WORD.sub(r"\1 ", text))
