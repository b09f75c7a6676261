/** How long it takes until the app asks for a code, on a slow phone at the edge of the net: a line of JSON a round. */

import { APP_URL, launchPhone } from "./launch.ts";

const ROUNDS = Number(process.argv[2] ?? 1);
const LINE = { offline: false, latency: 300, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 };
const SLOWER = 6;

interface Opened {
  readonly first: number;
  readonly again: number;
}

/** Seconds until a browser that has never seen the page shows its field, and the next time. */
async function open(address: string): Promise<Opened> {
  const phone = await launchPhone();
  try {
    const session = await phone.context.newCDPSession(phone.page);
    await session.send("Network.enable");
    await session.send("Network.emulateNetworkConditions", LINE);
    const once = async (): Promise<number> => {
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });
      const started = performance.now();
      await phone.page.goto(address);
      await phone.page.getByLabel("Mã đăng ký").waitFor();
      const seconds = (performance.now() - started) / 1000;
      await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
      return seconds;
    };
    const first = await once();
    await phone.page.evaluate(async () => {
      if (location.pathname.startsWith("/app/")) {
        await navigator.serviceWorker.ready;
      }
    });
    return { first, again: await once() };
  } finally {
    await phone.close();
  }
}

for (let round = 0; round < ROUNDS; round += 1) {
  const empty = await open(new URL("/empty", APP_URL).href);
  const app = await open(APP_URL);
  process.stdout.write(`${JSON.stringify({ ...app, empty: empty.first })}\n`);
}
