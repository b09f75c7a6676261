/** Which acts of people are looked for: in the address of the page, and as the gateway is asked. Pure. */
import { dayAfter, momentOf } from "../app/clock.ts";

const FIELDS = ["login_name", "what", "object", "since", "until"] as const;

/** As they are typed; `since` and `until` are days. */
export type Fields = Readonly<Record<(typeof FIELDS)[number], string>>;

export function fieldsIn(query: URLSearchParams): Fields {
  return Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? ""])) as Fields;
}

/** The page with this filter; `before`: from this act on. */
export function addressTo(fields: Partial<Fields>, before?: string): string {
  const query = new URLSearchParams();
  for (const name of FIELDS) {
    const value = fields[name]?.trim() ?? "";
    if (value !== "") {
      query.set(name, value);
    }
  }
  if (before !== undefined) {
    query.set("before", before);
  }
  const text = query.toString();
  return text === "" ? "log" : `log?${text}`;
}

/** As the gateway is asked: both days included. */
export function wantedOf(fields: Fields) {
  const { login_name: loginName, what, object } = fields;
  const since = startOf(fields.since, 0);
  const until = startOf(fields.until, 1);
  return {
    ...(loginName === "" ? {} : { login_name: loginName }),
    ...(what === "" ? {} : { what }),
    ...(object === "" ? {} : { object }),
    ...(since === null ? {} : { since }),
    ...(until === null ? {} : { until }),
  };
}

function startOf(day: string, later: number): string | null {
  const moment = /^\d{4}-\d\d-\d\d$/.test(day) ? momentOf(day, "00:00") : Number.NaN;
  return Number.isNaN(moment) ? null : new Date(momentOf(dayAfter(day, later), "00:00")).toISOString();
}
