import assert from "node:assert/strict";
import { test } from "node:test";
import { Api } from "../../src/api/client.ts";

test("what a page reads while nobody is there is marked, so that it keeps no session", async () => {
  let isAway = false;
  const sent: (string | null)[] = [];
  const fetcher = async (_: unknown, request?: RequestInit): Promise<Response> => {
    sent.push(new Headers(request?.headers).get("X-Unattended"));
    return Response.json({});
  };
  const hooks = {
    token: () => null,
    csrf: () => "",
    unattended: () => isAway,
    gatewayTime: () => undefined,
    reached: () => undefined,
    shutOut: () => undefined,
  };
  const api = new Api("", hooks, fetcher as typeof fetch);
  await api.call("GET /v1/staff/me");
  isAway = true;
  await api.call("GET /v1/staff/me");
  assert.deepEqual(sent, [null, "1"]);
});
