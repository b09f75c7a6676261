/** Vietnamese text without accents, and as search keys. */

/** Text without accents, however it was composed: `Nguyễn Đình` → `Nguyen Dinh`, `₫` → `d`. */
export function withoutAccents(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .normalize("NFC")
    .replace(/[đð₫]/g, "d")
    .replace(/[ĐÐ]/g, "D");
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
    .trim();
}

/** A stored number as people dial it: `+84912345678` → `0912 345 678`. */
export function dialled(phone: string): string {
  const national = phone.startsWith("+84") ? `0${phone.slice(3)}` : phone;
  return national.length === 10 ? national.replace(/^(\d{4})(\d{3})(\d{3})$/, "$1\u00a0$2\u00a0$3") : national;
}
