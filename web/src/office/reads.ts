/** Things that several pages read. */
import type { ApprovalView, CollectorDetails, DeviceView } from "../api/types.ts";
import type { Office } from "./office.ts";
import { may } from "./session.ts";
import { type Read, useOffice, useRead, useStaff } from "./use_office.ts";

export type Collectors = ReadonlyMap<string, CollectorDetails>;

let known: { readonly of: string | undefined; readonly collectors: Collectors } | null = null;

/** Routes have changed: read collectors anew when they are asked for next. */
export function forgetCollectors(): void {
  known = null;
}

async function readCollectors({ api, store }: Office): Promise<Collectors> {
  // Whoever signs in after somebody else at the same desk may see others.
  const of = store.state.session?.staff.staff_id;
  if (known === null || known.of !== of) {
    const { collectors } = await api.call("GET /v1/collectors");
    known = { of, collectors: new Map(collectors.map((one) => [one.collector_code, one])) };
  }
  return known.collectors;
}

/** All collectors by their codes; read once. */
export function useCollectors(): Read<Collectors> {
  const office = useOffice();
  return useRead("collectors", () => readCollectors(office));
}

const WAITING_MS = 10_000;

/** What waits for a second person, by what it is about; nothing for whoever may not read that. */
export function useWaiting(): Read<ReadonlyMap<string, ApprovalView>> {
  const { api } = useOffice();
  const staff = useStaff();
  return useRead(
    "waiting approvals",
    async () => {
      const { approvals } = may(staff, "GET /v1/approvals")
        ? await api.call("GET /v1/approvals", { query: { state: "open", limit: 200 } })
        : { approvals: [] };
      return new Map(approvals.map((one) => [one.subject, one]));
    },
    WAITING_MS,
  );
}

/** The name of a collector as far as it is known, with the code. */
export function nameOf(collectors: Collectors | null, code: string | null): string {
  const name = code === null ? undefined : collectors?.get(code)?.name;
  return name === undefined ? (code ?? "") : `${name} (${code})`;
}

/** Whose a device is. */
export function ownerOf(device: DeviceView, collectors: Collectors | null): string {
  return nameOf(collectors, device.collector_code) || device.collection_point_code || "–";
}
