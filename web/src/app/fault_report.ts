/** What helps to find a fault, without anybody's name, number, address or amount. Pure. */
import type { faults } from "../fault_log.ts";
import type { Command } from "../storage/schema.ts";
import type { AppState } from "./state.ts";

interface Surroundings {
  readonly version: string;
  readonly browser: string;
  readonly made_at: string;
  readonly faults: ReturnType<typeof faults>;
}

export function faultReport(state: AppState, { version, browser, made_at, faults: log }: Surroundings): string {
  const { printer } = state;
  const report = {
    made_at,
    version,
    browser,
    device_id: state.device?.device_id ?? null,
    language: state.language,
    day: state.day,
    online: state.online,
    offline: state.offline,
    clock_wrong: state.clockWrong,
    problem: state.problem,
    route: { read_at: state.route?.read_at ?? null, stops: state.stops.length, downloaded: state.downloaded },
    shift: { known: state.shiftKnown, open: state.shift !== null },
    commands: state.commands.map(about),
    print_jobs: state.keptJobs.map(({ job_id, attempt, phase, state: end, cause, frame }) => ({
      job_id,
      attempt,
      kind: frame.kind,
      phase,
      state: end,
      cause,
    })),
    held: state.held,
    printing: state.printing,
    printer: {
      chosen: printer.chosen,
      connected: printer.connected,
      confirmed: printer.confirmed,
      cause: printer.cause,
      bluetooth: printer.bluetooth,
      serial: printer.serial,
      built_in: printer.builtIn,
    },
    storage_kept: state.persisted,
    faults: log,
  };
  return JSON.stringify(report, null, 1);
}

/** A command by its id, which the server's log has, too; never its content. */
function about({ id, kind, state, tries, made_at, problem }: Command) {
  return { id, kind, state, tries, made_at, ...(problem ? { problem: problem.slug, status: problem.status } : {}) };
}
