/** Names of price groups. */
import { isMessage, type Translate } from "../i18n/translate.ts";

/** The family of a price group; its full name is printed on documents. */
export function groupName(group: string, t: Translate): string {
  const key = `group_${group.split("_")[0] ?? ""}`;
  return isMessage(key) ? t(key) : group;
}
