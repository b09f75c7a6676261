/** The rules of one document, over every sequence of what can happen. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { begin, type Command, type Job, type Outcome, type Result, type Step, step } from "../../src/printers/run.ts";

const JOB: Job = {
  length: 50,
  harmless: 2,
  status: true,
  fence: true,
  resync: false,
  owed: true,
  maxChunk: 40,
  patience: { listen: 10, printer: 20, person: 30 },
};

const LINK: Result[] = [{ type: "error" }, { type: "stuck" }, { type: "lost" }];
const STATUS: Result[] = [
  { type: "status", cause: null },
  { type: "status", cause: "paper_out" },
  { type: "silence" },
  { type: "lost" },
];

/** Everything that can come of a command. */
function results(command: Command, isFenceOut: boolean): Result[] {
  switch (command.type) {
    case "connect":
      return [{ type: "done" }, { type: "error" }];
    case "check":
      return isFenceOut ? [...STATUS, { type: "fence", value: 0 }] : STATUS;
    case "drain":
      return [{ type: "done" }, { type: "silence" }, { type: "lost" }];
    case "announce":
      return [{ type: "done" }, { type: "withdrawn" }, { type: "error" }];
    case "write":
      return [{ type: "done" }, ...LINK];
    case "listen":
      return [{ type: "fence", value: 0 }, { type: "fence", value: 0x0c }, { type: "silence" }, { type: "lost" }];
    case "finish":
      return [];
  }
}

interface Story {
  readonly commands: readonly Command[];
  readonly results: readonly Result[];
  readonly outcome: Outcome;
}

/** Every story that the job can have. */
function* stories(job: Job): Generator<Story> {
  const todo: { at: Step; commands: Command[]; results: Result[] }[] = [{ at: begin(job), commands: [], results: [] }];
  for (let story = todo.pop(); story; story = todo.pop()) {
    const { at, commands, results: so } = story;
    if (at.command.type === "finish") {
      yield { commands, results: so, outcome: at.command.outcome };
      continue;
    }
    assert.ok(commands.length < 60, "a story that does not end");
    const isFenceOut = commands.some((one) => one.type === "listen");
    for (const result of results(at.command, isFenceOut)) {
      todo.push({ at: step(at.run, result), commands: [...commands, at.command], results: [...so, result] });
    }
  }
}

const JOBS: [string, Job][] = [
  ["a printer that answers everything, with answers owed", JOB],
  ["a printer that answers the fence only", { ...JOB, status: null, owed: false }],
  ["a printer that answers nothing", { ...JOB, status: null, fence: false, owed: false }],
  ["a printer that may be stuck in another document", { ...JOB, resync: true }],
  [
    "an app that takes whole documents",
    { ...JOB, harmless: 0, inOnePiece: true, status: null, fence: false, owed: false },
  ],
];

for (const [name, job] of JOBS) {
  test(`${name}: whatever happens, no byte that prints is sent twice, and no outcome claims more than is known`, () => {
    let count = 0;
    for (const { commands, results: came, outcome } of stories(job)) {
      count += 1;
      const printing = commands.flatMap((one, index) =>
        one.type === "write" && one.to > job.harmless ? [{ ...one, index }] : [],
      );
      // In order, without gaps, each byte once.
      printing.forEach((one, index) => assert.equal(one.from, index === 0 ? job.harmless : printing[index - 1]?.to));
      const first = printing[0]?.index ?? commands.length;
      const announced = commands.flatMap((one, index) => (one.type === "announce" ? [index] : []));
      assert.ok(announced.length <= 1);
      if (printing.length > 0) {
        assert.ok((announced[0] ?? Number.POSITIVE_INFINITY) < first, "something prints that was not announced");
        assert.ok(!commands.slice(first).some((one) => one.type === "connect"), "a begun document is begun again");
      }
      const isWhole = printing.at(-1)?.to === job.length && came[printing.at(-1)?.index ?? -1]?.type === "done";
      const fence = came.find((one) => one.type === "fence");
      switch (outcome.state) {
        case "printed":
          assert.ok(isWhole && fence?.value === 0, "nothing confirmed that it is printed");
          break;
        case "held":
        case "withdrawn":
          assert.equal(printing.length, 0, "something may be on the paper");
          break;
        case "unconfirmed":
          assert.ok(announced.length === 1, "a person is asked about a document that was not begun");
      }
    }
    assert.ok(count > 15, `only ${count} stories`);
  });
}

test("a person has longer to load paper than a printer has to answer", () => {
  let at = begin({ ...JOB, owed: false, patience: { listen: 10, printer: 20, person: 100 } });
  const answer: Record<string, Result> = {
    connect: { type: "done" },
    announce: { type: "done" },
    write: { type: "done" },
    listen: { type: "silence" },
  };
  let listened = 0;
  let isOut = false;
  while (at.command.type !== "finish") {
    listened += at.command.type === "listen" ? 1 : 0;
    isOut ||= at.command.type === "listen";
    at = step(
      at.run,
      at.command.type === "check"
        ? { type: "status", cause: isOut ? "paper_out" : null }
        : (answer[at.command.type] as Result),
    );
  }
  assert.deepEqual(at.command.outcome, { state: "unconfirmed", cause: "paper_out" });
  assert.equal(listened, 10);
});
