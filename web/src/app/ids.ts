/** Ids made on the phone, so that a repeated request is recognised. */

/** A UUIDv7: unique everywhere, and increasing with `now` (epoch milliseconds). */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  new DataView(bytes.buffer).setUint32(0, Math.floor(now / 0x10000));
  new DataView(bytes.buffer).setUint16(4, now % 0x10000);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Letters and digits that are not confused with each other. */
export const LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `length` random letters and digits to be read out or typed; five bits each. */
export function newReference(length: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => LETTERS[byte % 32]).join("");
}
