/** The viewer of the API at `/docs`, as the gateway serves it: everything is shown, nothing is loaded from elsewhere. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { APP_URL, required } from "./launch.ts";

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly "x-stream": Readonly<
    Record<"from_phone" | "from_gateway", readonly { readonly schema: { $ref: string } }[]>
  >;
}

const docs = new URL("/docs", APP_URL);
const browser = await chromium.launch({ executablePath: required("THUNGAN_BROWSER"), args: ["--no-sandbox"] });
after(() => browser.close());

test("every operation and every frame of the stream is shown, by scripts and styles of the gateway's own", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requested = new Set<string>();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  page.on("request", (request) => requested.add(new URL(request.url()).origin));

  await page.goto(docs.href);
  const description = (await (await fetch(new URL("/openapi.json", docs))).json()) as Description;
  const operations = Object.values(description.paths).flatMap((methods) => Object.values(methods));
  await page.getByText("Record cash taken at the door").waitFor();
  const shown = await page.locator(".opblock-summary-operation-id").allTextContents();
  // Long names may be broken where there is little room.
  const names = shown.map((name) => name.replaceAll("\u200b", ""));
  assert.deepEqual(names.sort(), operations.map((operation) => operation.operationId).sort());

  const text = await page.locator(".information-container").innerText();
  for (const { schema } of [...description["x-stream"].from_phone, ...description["x-stream"].from_gateway]) {
    assert.ok(text.includes(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)), schema.$ref);
  }

  await page.locator("#operations-payments-recordPayment .opblock-summary-control").first().click();
  await page.locator("#operations-payments-recordPayment .responses-wrapper").waitFor();
  assert.equal(await page.getByRole("button", { name: "Try it out" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Authorize" }).count(), 0);

  assert.deepEqual(complaints, []);
  assert.deepEqual(
    [...requested].filter((origin) => origin !== docs.origin && origin !== "null"),
    [],
  );
});
