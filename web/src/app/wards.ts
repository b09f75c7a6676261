/** Wards in addresses: where somebody lives decides which collection point is near. Pure. */
import { searchKey } from "./text.ts";

const WARD = /^(phuong|xa|thi tran|dac khu|p|x|tt|dk)\b\s*(.+)$/;

/** The ward, commune or town of an address, without accents and its kind; null where none is named. */
export function wardOf(address: string): string | null {
  for (const part of address.split(/[,;]/).reverse()) {
    const [, , name] = WARD.exec(searchKey(part)) ?? [];
    if (name) {
      return name.replace(/^0+(?=.)/, "");
    }
  }
  return null;
}

/**
 * Whether an address is in a ward, as `wardOf` returns it. Where it leaves out what kind of place it is, any part counts
 * that is named like the ward, but for the first, which is the street.
 */
export function namesWard(address: string, ward: string): boolean {
  const own = wardOf(address);
  if (own !== null) {
    return own === ward;
  }
  const [, ...parts] = address.split(/[,;]/);
  return parts.some((part) => searchKey(part) === ward);
}

/** Those of the address's own ward first; among the others the order stays. */
export function nearestFirst<T extends { readonly address: string; readonly ward?: string | null }>(
  points: readonly T[],
  address: string,
): T[] {
  const isOwn = (point: T): boolean => {
    const ward = wardOf(point.ward ?? point.address);
    return ward !== null && namesWard(address, ward);
  };
  return [...points.filter(isOwn), ...points.filter((point) => !isOwn(point))];
}
