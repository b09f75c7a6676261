/** VietQR (NAPAS) payment codes: EMVCo merchant-presented data, by the same rules as on printed notices. */
import { withoutAccents } from "./text.ts";

const GUID = "A000000727";
const TO_ACCOUNT = "QRIBFTTA";
const CRC_TAG_AND_LENGTH = "6304";
/** Banks cut the content of a transfer from here on. */
export const MAX_CONTENT = 25;

export interface BankAccount {
  /** Six digits that name a bank. */
  readonly bank_bin: string;
  readonly account: string;
}

/**
 * The text of a transfer's QR code; `amount` in đồng, null lets the payer fill it in.
 *
 * `content` is written without accents. Throws a RangeError when it is longer than banks keep, for an amount that is not
 * positive, and for an account that cannot be one.
 */
export function paymentCode(account: BankAccount, amount: number | null, content: string): string {
  if (!/^970\d{3}$/.test(account.bank_bin) || !/^[0-9A-Za-z]{1,19}$/.test(account.account)) {
    throw new RangeError("not a bank account");
  }
  if (amount !== null && !(Number.isInteger(amount) && amount > 0 && amount < 1e13)) {
    throw new RangeError("not an amount");
  }
  const plain = withoutAccents(content).replace(/[^ A-Za-z0-9./-]/g, "");
  if (plain.length > MAX_CONTENT) {
    throw new RangeError("too long a content");
  }
  const receiver = field("00", account.bank_bin) + field("01", account.account);
  const merchant = field("00", GUID) + field("01", receiver) + field("02", TO_ACCOUNT);
  const data =
    field("00", "01") +
    field("01", amount === null ? "11" : "12") +
    field("38", merchant) +
    field("53", "704") +
    (amount === null ? "" : field("54", String(amount))) +
    field("58", "VN") +
    field("62", field("08", plain)) +
    CRC_TAG_AND_LENGTH;
  return data + crc16(data).toString(16).toUpperCase().padStart(4, "0");
}

/** The fields of a payment code by tag (`62.08` for what is nested). Throws a RangeError when it is damaged. */
export function parseCode(code: string): Record<string, string> {
  if (code.length < 8 || code.slice(-8, -4) !== CRC_TAG_AND_LENGTH) {
    throw new RangeError("no checksum at the end");
  }
  if (code.slice(-4) !== crc16(code.slice(0, -4)).toString(16).toUpperCase().padStart(4, "0")) {
    throw new RangeError("the checksum is wrong");
  }
  const fields = readFields(code);
  for (const tag of ["38", "62", "38.01"]) {
    for (const [inner, value] of Object.entries(readFields(fields[tag] ?? ""))) {
      fields[`${tag}.${inner}`] = value;
    }
  }
  return fields;
}

/** CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF, nothing reflected (`123456789` gives 0x29B1). */
export function crc16(text: string): number {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = (crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1) & 0xffff;
    }
  }
  return crc;
}

function field(tag: string, value: string): string {
  if (value.length === 0 || value.length > 99) {
    throw new RangeError(`not a field: ${tag}`);
  }
  return `${tag}${String(value.length).padStart(2, "0")}${value}`;
}

function readFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let position = 0; position < text.length; ) {
    const header = text.slice(position, position + 4);
    if (!/^\d{4}$/.test(header)) {
      throw new RangeError("a field does not begin with tag and length");
    }
    const end = position + 4 + Number(header.slice(2));
    if (end > text.length) {
      throw new RangeError(`field ${header.slice(0, 2)} is longer than what is left`);
    }
    fields[header.slice(0, 2)] = text.slice(position + 4, end);
    position = end;
  }
  return fields;
}
