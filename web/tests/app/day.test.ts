/** The day as the office is told it, and as a line beside the days before. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DayFigures, DayHours } from "../../src/api/types.ts";
import { curveOf } from "../../src/office/day_curve.ts";
import { dayAfter } from "../../src/office/day_update.ts";

const DAY = "2026-11-30";

function route(code: string, cash = 0, unit = "PB1501"): DayFigures {
  return { unit_code: unit, collector_code: "TN001", collector_name: "Tư", route_code: code, cash };
}

describe("an event of the day", () => {
  const whole = dayAfter(null, { day: DAY, whole: true, figures: [route("A"), route("B")], signs: [] });

  test("replaces the routes that it names, in their places", () => {
    const after = dayAfter(whole, { day: DAY, whole: false, figures: [route("A", 5), route("C")], signs: [] });
    assert.deepEqual(
      after?.figures.map((one) => [one.route_code, one.cash]),
      [
        ["A", 5],
        ["B", 0],
        ["C", 0],
      ],
    );
  });

  test("keeps routes of the same code in two units apart", () => {
    const after = dayAfter(whole, { day: DAY, whole: false, figures: [route("A", 5, "PB1502")], signs: [] });
    assert.deepEqual(
      after?.figures.map((one) => one.cash),
      [0, 0, 5],
    );
  });

  test("with the whole day leaves nothing of what was known", () => {
    const after = dayAfter(whole, { day: "2026-12-01", whole: true, figures: [route("C")], signs: [] });
    assert.deepEqual([after?.day, after?.figures.map((one) => one.route_code)], ["2026-12-01", ["C"]]);
  });

  test("that says what changed of a day which is not known is of no use", () => {
    const change = { day: DAY, whole: false, figures: [route("A")], signs: [] };
    assert.equal(dayAfter(null, change), null);
    assert.equal(dayAfter(whole, { ...change, day: "2026-12-01" }), null);
  });
});

describe("the line of a day", () => {
  const at = (day: string, ...hours: [number, number][]): DayHours => ({
    day,
    hours: hours.map(([hour, amount]) => ({ hour, amount, payments: 1 })),
  });
  const days = [at("2026-11-28", [8, 100], [14, 100]), at("2026-11-29"), at(DAY, [8, 40], [9, 20])];

  test("ends now, with all that has come in so far", () => {
    const curve = curveOf(days, DAY, 9.5);
    assert.deepEqual(curve?.day, [
      { hour: 7, amount: 0 },
      { hour: 8, amount: 0 },
      { hour: 9, amount: 40 },
      { hour: 9.5, amount: 60 },
    ]);
  });

  test("of a day that is over goes to its end", () => {
    const curve = curveOf(days, DAY, null);
    assert.deepEqual(curve?.day.at(-1), { hour: 18, amount: 60 });
  });

  test("is compared with the days on which something was collected", () => {
    const curve = curveOf([at("2026-11-27", [8, 300]), ...days], DAY, 8.5);
    assert.equal(curve?.days, 2);
    assert.deepEqual([curve?.usual[2], curve?.least[2], curve?.most[2]], [200, 100, 300]);
    assert.equal(curve?.usualThen, 100);
  });

  test("begins and ends where something was collected early or late", () => {
    const curve = curveOf([at(DAY, [5, 1], [20, 1])], DAY, null);
    assert.deepEqual([curve?.from, curve?.to], [5, 21]);
    assert.deepEqual(curve?.usual, []);
  });

  test("is not drawn where nothing was collected at all", () => {
    assert.equal(curveOf([at(DAY)], DAY, 9), null);
  });
});
