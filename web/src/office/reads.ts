/** Things that several pages read. */
import type { CollectorDetails, DeviceView } from "../api/types.ts";
import type { Office } from "./office.ts";
import { type Read, useOffice, useRead } from "./use_office.ts";

export type Collectors = ReadonlyMap<string, CollectorDetails>;

let known: { readonly of: string | undefined; readonly collectors: Collectors } | null = null;

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

/** The name of a collector as far as it is known, with the code. */
export function nameOf(collectors: Collectors | null, code: string | null): string {
  const name = code === null ? undefined : collectors?.get(code)?.name;
  return name === undefined ? (code ?? "") : `${name} (${code})`;
}

/** Whose a device is. */
export function ownerOf(device: DeviceView, collectors: Collectors | null): string {
  return nameOf(collectors, device.collector_code) || device.collection_point_code || "–";
}
