/** The viewer of the API at `/docs`, as the gateway serves it: everything is shown, nothing is loaded from elsewhere. */

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { chromium, type Page } from "playwright-core";
import { APP_URL, required } from "./launch.ts";

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  readonly "x-stream": Readonly<
    Record<"from_phone" | "from_gateway", readonly { readonly schema: { $ref: string } }[]>
  >;
}

/** Go through the page from its top, because of many operations the viewer draws those that are in sight alone. */
async function* scrolled(page: Page): AsyncGenerator<void> {
  const height = page.viewportSize()?.height ?? 720;
  const isAtEnd = () => page.evaluate(() => Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight);
  await page.evaluate(() => scrollTo(0, 0));
  do {
    await page.mouse.wheel(0, height / 2);
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    yield;
  } while (!(await isAtEnd()));
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
  const shown = new Set<string>();
  await page.locator(".opblock-summary-operation-id").first().waitFor();
  for await (const _ of scrolled(page)) {
    for (const name of await page.locator(".opblock-summary-operation-id").allTextContents()) {
      // Long names may be broken where there is little room.
      shown.add(name.replaceAll("\u200b", ""));
    }
  }
  assert.deepEqual([...shown].sort(), operations.map((operation) => operation.operationId).sort());

  const text = await page.locator(".information-container").innerText();
  for (const { schema } of [...description["x-stream"].from_phone, ...description["x-stream"].from_gateway]) {
    assert.ok(text.includes(schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1)), schema.$ref);
  }

  const summary = page.locator("#operations-payments-recordPayment .opblock-summary-control").first();
  for await (const _ of scrolled(page)) {
    if ((await summary.count()) > 0) {
      break;
    }
  }
  await summary.click();
  await page.locator("#operations-payments-recordPayment .responses-wrapper").waitFor();
  assert.equal(await page.getByRole("button", { name: "Try it out" }).count(), 0);
  assert.equal(await page.getByRole("button", { name: "Authorize" }).count(), 0);

  assert.deepEqual(complaints, []);
  assert.deepEqual(
    [...requested].filter((origin) => origin !== docs.origin && origin !== "null"),
    [],
  );
});

test("the interface of partners is shown by its own description, with how its requests are signed", async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  await page.goto(new URL("/partner/v1/docs", APP_URL).href);
  const description = (await (await fetch(new URL("/partner/v1/openapi.json", APP_URL))).json()) as Description;
  const operations = Object.values(description.paths).flatMap((methods) => Object.values(methods));
  await page.getByText("Read what a customer owes").waitFor();
  const shown = await page.locator(".opblock-summary-operation-id").allTextContents();
  const names = shown.map((name) => name.replaceAll("\u200b", ""));
  assert.deepEqual(names.sort(), operations.map((operation) => operation.operationId).sort());

  await page.locator("#operations-partners-putPartnerPayment .opblock-summary-control").first().click();
  await page.locator("#operations-partners-putPartnerPayment .responses-wrapper").waitFor();
  assert.deepEqual(complaints, []);
});
