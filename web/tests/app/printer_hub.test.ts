import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { Api } from "../../src/api/client.ts";
import { type PrinterHooks, PrinterHub, type RememberedPrinter } from "../../src/app/printer_hub.ts";
import { printerProblem } from "../../src/app/printer_problem.ts";
import { NO_PRINTER } from "../../src/app/state.ts";
import { intentOf } from "../../src/printers/built_in.ts";
import { DEFAULT_PROFILE } from "../../src/printing/profile.ts";

const REMEMBERED: RememberedPrinter = {
  id: "built-in.intent",
  name: "RawBT",
  connection: "other",
  profile: DEFAULT_PROFILE,
  confirmed: true,
};

describe("the printer that the phone remembers", () => {
  let kept: RememberedPrinter[];
  let hooks: PrinterHooks;

  beforeEach(() => {
    kept = [];
    hooks = {
      changed: () => undefined,
      remember: (printer) => void kept.push(printer),
      printedLate: () => undefined,
      stamp: () => "2026-11-28T00:00:00Z",
    };
  });

  test("is kept as stuck when the app was closed while it printed, before anything else is done", async () => {
    const hub = new PrinterHub();
    hub.mayBeStuck();
    await hub.begin({} as Api, hooks, REMEMBERED);
    assert.equal(kept[0]?.stuck, true);
  });

  test("stays stuck over a second start that has nothing broken to find", async () => {
    const hub = new PrinterHub();
    await hub.begin({} as Api, hooks, { ...REMEMBERED, stuck: true });
    assert.equal(hub.remembered?.stuck, true);
  });

  test("that is built in is used again at once", async () => {
    const hub = new PrinterHub();
    await hub.begin({} as Api, hooks, REMEMBERED);
    assert.deepEqual([hub.status.chosen, hub.status.name], [true, "RawBT"]);
  });
});

describe("what keeps receipts from coming out", () => {
  const Ready = { ...NO_PRINTER, name: "MPT-II", chosen: true, connected: true, bluetooth: true };

  test("is nothing with a printer that is well", () => assert.equal(printerProblem(Ready, null), null));

  test("is a phone that cannot reach any printer", () => assert.equal(printerProblem(NO_PRINTER, null), "unsupported"));

  test("is a printer that was not chosen since the app was opened", () =>
    assert.equal(printerProblem({ ...Ready, chosen: false }, null), "no_printer"));

  test("is what the printer reported, or what holds the documents", () => {
    assert.equal(printerProblem({ ...Ready, cause: "cover_open" }, null), "cover_open");
    assert.equal(printerProblem(Ready, "paper_out"), "paper_out");
  });
});

describe("an Android intent for the built-in printer", () => {
  test("holds the bytes of a document, whatever they are", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    const [, coded] = /^intent:base64,([A-Za-z0-9+/=]+)#Intent;scheme=rawbt;package=ru.a402d.rawbtprinter;end;$/.exec(
      intentOf(bytes),
    ) as RegExpExecArray;
    assert.deepEqual(Buffer.from(coded as string, "base64"), Buffer.from(bytes));
  });
});
