import assert from "node:assert/strict";
import { test } from "node:test";
import type { RouteStop } from "../../src/api/types.ts";
import type { Core } from "../../src/app/core.ts";
import { changeStop } from "../../src/app/route.ts";
import { initialState } from "../../src/app/state.ts";
import { Store } from "../../src/app/store.ts";

function stop(code: string, debt: number): RouteStop {
  return { customer: { customer_code: code, debt }, done_today: false } as unknown as RouteStop;
}

test("a change that is still being kept changes nobody else when the route comes in another order", async () => {
  let keep = (): void => undefined;
  const store = new Store({ ...initialState("vi"), stops: [stop("a", 100), stop("b", 200)] });
  const database = {
    changeStop: () =>
      new Promise<void>((resolve) => {
        keep = resolve;
      }),
  };
  const changing = changeStop({ store, database } as unknown as Core, "a", { debt: 0 });
  store.set({ stops: [stop("b", 200), stop("a", 0)] });
  keep();
  await changing;
  assert.deepEqual(
    store.state.stops.map(({ customer }) => [customer.customer_code, customer.debt]),
    [
      ["b", 200],
      ["a", 0],
    ],
  );
});
