/** Arranging a route before it is saved. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { carriedOver, type Draft, movedTo, movesOf, toggled } from "../../src/office/route_draft.ts";

const PLANNED = ["a", "b", "c", "d"];
const SAME: Draft = { order: PLANNED, leaving: [] };

describe("a route that is arranged", () => {
  test("has a customer at the place that was chosen, and never outside", () => {
    assert.deepEqual(movedTo(SAME, "d", 1).order, ["a", "d", "b", "c"]);
    assert.deepEqual(movedTo(SAME, "a", 99).order, ["b", "c", "d", "a"]);
    assert.deepEqual(movedTo(SAME, "c", -5).order, ["c", "a", "b", "d"]);
    assert.equal(movedTo(SAME, "nobody", 0), SAME);
  });

  test("names who was moved, and not all who made room", () => {
    assert.deepEqual(movesOf(SAME, PLANNED), []);
    assert.deepEqual(movesOf(movedTo(SAME, "d", 0), PLANNED), [{ code: "d", from: 4, to: 1 }]);
    const five: Draft = { order: ["a", "b", "c", "d", "e"], leaving: [] };
    const moved = movedTo(movedTo(five, "a", 4), "b", 4);
    assert.deepEqual(
      movesOf(moved, five.order).map(({ code }) => code),
      ["a", "b"],
    );
  });

  test("lets customers go in the order of walking, whichever was pressed first", () => {
    const draft = toggled(toggled(SAME, "c", PLANNED), "a", PLANNED);
    assert.deepEqual(draft, { order: ["b", "d"], leaving: ["a", "c"] });
    assert.deepEqual(movesOf(draft, PLANNED), []);
  });

  test("takes back whoever stays after all, at the old place", () => {
    const draft = toggled(toggled(toggled(SAME, "b", PLANNED), "d", PLANNED), "b", PLANNED);
    assert.deepEqual(draft, { order: ["a", "b", "c"], leaving: ["d"] });
  });

  test("is carried over to what somebody else has saved meanwhile", () => {
    const draft = toggled(movedTo(SAME, "d", 0), "b", PLANNED);
    assert.deepEqual(carriedOver(draft, ["b", "e", "a", "d"]), { order: ["d", "a", "e"], leaving: ["b"] });
  });
});
