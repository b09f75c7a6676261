/** Syllables that are spoken alike in the south, and so are written for each other: the server's rules. Pure. */

const BEGINNINGS = [
  ["tr", "ch"],
  ["x", "s"],
  ["d", "gi", "v"],
];
const ENDINGS = [
  ["ng", "n"],
  ["c", "t"],
];
const VOWEL = /[aeiouy]/;

/** What a syllable may be when it is written as it is spoken, without itself: `tri` → `chi`. */
export function alike(word: string): Set<string> {
  const all = new Set(begunAlike(word).flatMap(endedAlike));
  all.delete(word);
  return all;
}

function begunAlike(word: string): string[] {
  for (const sounds of BEGINNINGS) {
    for (const sound of sounds) {
      let rest = word.slice(sound.length);
      // The i of gi is a vowel of its own where no other follows: gin and din, but giang and dang.
      if (sound === "gi" && !VOWEL.test(rest[0] ?? "")) {
        rest = `i${rest}`;
      }
      if (word.startsWith(sound) && VOWEL.test(rest[0] ?? "")) {
        const begin = (other: string): string => (other === "gi" && rest.startsWith("i") ? `g${rest}` : other + rest);
        return [word, ...sounds.filter((other) => other !== sound).map(begin)];
      }
    }
  }
  return [word];
}

function endedAlike(word: string): string[] {
  for (const sounds of ENDINGS) {
    for (const sound of sounds) {
      const stem = word.slice(0, -sound.length);
      if (word.endsWith(sound) && VOWEL.test(stem.at(-1) ?? "")) {
        return sounds.map((other) => stem + other);
      }
    }
  }
  return [word];
}
