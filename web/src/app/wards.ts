/** Wards in addresses: where somebody lives decides which collection point is near. Pure. */
import { searchKey } from "./text.ts";

const WARD = /^(phuong|xa|thi tran|p|x|tt)\b\s*(.+)$/;

/** The ward, commune or town of an address, without accents and its kind; null where none is named. */
export function wardOf(address: string): string | null {
  for (const part of address.split(/[,;]/).reverse()) {
    const [, , name] = WARD.exec(searchKey(part)) ?? [];
    if (name) {
      return name;
    }
  }
  return null;
}

/** Those of the address's own ward first; among the others the order stays. */
export function nearestFirst<T extends { readonly address: string }>(points: readonly T[], address: string): T[] {
  const ward = wardOf(address);
  const isOwn = (point: T): boolean => ward !== null && wardOf(point.address) === ward;
  return [...points.filter(isOwn), ...points.filter((point) => !isOwn(point))];
}
