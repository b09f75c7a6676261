/** Vietnamese text without accents, and as search keys. */

/** Letters of the region that Unicode does not take apart, each with its plain one behind it. */
const PLAIN_LETTERS = "đdĐDðdÐD₫dƀbɃBɓbƁBɗdƊDŋnŊNħhĦHıiłlŁLɨiƗIʉuɄUøoØO";

/** Text without accents, however it was composed: `Nguyễn Đình` → `Nguyen Dinh`, `₫` → `d`. */
export function withoutAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .normalize("NFC")
    .replace(/[^\0-\x7f]/g, (letter) => {
      const place = PLAIN_LETTERS.indexOf(letter);
      return place < 0 ? letter : PLAIN_LETTERS.charAt(place + 1);
    });
}

/** A code or number as it was typed or pasted: without marks that cannot be seen, with the dashes and letters of ASCII. */
export function plainSigns(text: string): string {
  return text
    .replace(/[\u00ad\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/g, "-")
    .replace(/\p{Cf}|\p{Variation_Selector}|[\u034f\u115f\u1160\u2800\u3164\uffa0]/gu, "")
    .replace(/[\uff01-\uff5e]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0xfee0))
    .replace(/\s+/g, " ")
    .trim();
}

/** The form under which text is found: lower-case words of a-z and 0-9, single blanks between them. */
export function searchKey(text: string): string {
  return withoutAccents(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
}

/** One line as the API takes it: composed, without control characters, blanks put together. */
export function tidyLine(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/([\p{Mn}\p{Me}]{3})[\p{Mn}\p{Me}]+/gu, "$1") // The gateway refuses more.
    .trim();
}

/** A stored number as people dial it: `+84912345678` → `0912 345 678`. */
export function dialled(phone: string): string {
  const national = phone.startsWith("+84") ? `0${phone.slice(3)}` : phone;
  return national.length === 10
    ? national.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1\u00a0$2\u00a0$3")
    : national.replace(/ /g, "\u00a0");
}

/**
 * What the gateway calls a print job, such as `Thông báo TB26-0000012 · Trần Văn A · 85.709 ₫`, to be shown below the kind of
 * document: without its first words, which are Vietnamese, and with numbers and amounts that no line breaks.
 */
export function shownSummary(summary: string): string {
  return summary
    .replace(/^\D*? (?=\p{Lu}+\d)/u, "")
    .replace(/ – BẢN SAO lần \d+/, "")
    .replace(/(\d)\s?[₫đ]/g, "$1\u00a0đ")
    .replace(/-/g, "-\u2060");
}
