/** Enrolling with the camera: real frames of a camera that shows a QR code; and every way in which there is none. */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { symbol } from "../../../src/printing/qr_symbol.ts";
import { until } from "../../until.ts";
import { launchPhone, type Phone } from "../launch.ts";
import { APP, COLLECTORS, codeFor, devices } from "./office.ts";

const [WIDTH, HEIGHT] = [640, 480];
const MODULE = 10;

/** A film of one picture, as Chromium's fake camera plays it (YUV4MPEG2, grey): a QR code, or an empty wall. */
function film(text: string | null): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, 200);
  if (text !== null) {
    const { side, modules } = symbol(text, "M");
    const [left, top] = [WIDTH, HEIGHT].map((length) => Math.floor((length - side * MODULE) / 2)) as [number, number];
    for (const [at, dark] of modules.entries()) {
      for (let row = 0; dark && row < MODULE; row += 1) {
        const start = (top + Math.floor(at / side) * MODULE + row) * WIDTH + left + (at % side) * MODULE;
        luma.fill(20, start, start + MODULE);
      }
    }
  }
  const frame = Buffer.concat([Buffer.from("FRAME\n"), luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}

/** What a frame of the camera shows, read as far as it must be: the modules of one of the known texts, or null. */
function read(luma: Buffer, width: number, known: readonly string[]): string | null {
  const dark = (x: number, y: number): boolean => (luma[y * width + x] ?? 255) < 110;
  let [left, top, right, bottom] = [width, luma.length, -1, -1];
  for (let at = 0; at < luma.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)];
    if (dark(x, y)) {
      [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x), Math.max(bottom, y)];
    }
  }
  if (right < 0) {
    return null;
  }
  return (
    known.find((text) => {
      const { side, modules } = symbol(text, "M");
      const [wide, high] = [(right - left + 1) / side, (bottom - top + 1) / side];
      return modules.every((wanted, at) => {
        const x = Math.floor(left + ((at % side) + 0.5) * wide);
        const y = Math.floor(top + (Math.floor(at / side) + 0.5) * high);
        return dark(x, y) === (wanted === 1);
      });
    }) ?? null
  );
}

/**
 * Desktop Chromium has no detector: this one hands each frame of the video to the test, which reads it. `formats` is what it
 * says that it can read; with `isBroken` its service is missing, as on phones without Google's.
 */
function standIn([formats, isBroken]: [string[], boolean]): void {
  class Detector {
    static async getSupportedFormats(): Promise<string[]> {
      return formats;
    }
    async detect(video: HTMLVideoElement): Promise<{ rawValue: string }[]> {
      if (isBroken) {
        throw new DOMException("Barcode detection service unavailable.", "NotSupportedError");
      }
      const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.drawImage(video, 0, 0);
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      let luma = "";
      for (let at = 0; at < data.length; at += 4) {
        luma += String.fromCharCode(data[at + 1] ?? 0);
      }
      const page = window as unknown as { __readFrame(luma: string, width: number): Promise<string | null> };
      const found = await page.__readFrame(btoa(luma), canvas.width);
      return found === null ? [] : [{ rawValue: found }];
    }
  }
  Object.assign(globalThis, { BarcodeDetector: Detector });
}

interface Options {
  film?: string;
  allowed?: boolean;
  formats?: string[] | null;
  isBroken?: boolean;
  known?: string[];
  frames?: number[];
}

async function phoneWith({
  film: path,
  allowed = true,
  formats = ["qr_code"],
  isBroken = false,
  known = [],
  frames = [],
}: Options): Promise<Phone> {
  const phone = await launchPhone({
    args: path ? ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${path}`] : [],
    before: async (context) => {
      await context.exposeBinding("__readFrame", (_source, luma: string, width: number) => {
        frames.push(width);
        return read(Buffer.from(luma, "base64"), width, known);
      });
      if (allowed) {
        await context.grantPermissions(["camera"], { origin: new URL(APP).origin });
      }
      if (formats) {
        await context.addInitScript(standIn, [formats, isBroken] as [string[], boolean]);
      }
    },
  });
  phone.context.setDefaultTimeout(40_000);
  await phone.page.goto(APP);
  await phone.page.getByRole("heading", { name: "Đăng ký máy" }).waitFor();
  return phone;
}

/** A phone whose shift is not open asks for it, and the answer is 404. */
const unexpected = ({ complaints }: Phone): string[] =>
  complaints.filter((text) => !text.startsWith("Failed to load resource"));

const scanButton = (page: Page) => page.getByRole("button", { name: "Quét mã QR" });

/** Typing is always there, and works. */
async function canType(page: Page, name: string): Promise<void> {
  await page.getByLabel("Mã đăng ký").fill(await codeFor(COLLECTORS[0] as string));
  await page.getByLabel("Tên điện thoại").fill(name);
  await page.getByRole("button", { name: /^Đăng ký$/ }).click();
  await page.getByText(/Đã ghé/).waitFor();
}

describe("enrolling with the camera", () => {
  let folder: string;
  let path: string;
  const name = (what: string): string => `Máy ảnh ${process.pid} ${what}`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "camera-"));
    path = join(folder, "camera.y4m");
  });
  after(() => rm(folder, { recursive: true }));

  test("the code that the camera sees lets the phone in, and the camera is let go", async () => {
    const code = await codeFor(COLLECTORS[0] as string);
    const text = `https://thungan.example/enrol#${code}`;
    await writeFile(path, film(text));
    const frames: number[] = [];
    const phone = await phoneWith({ film: path, known: ["https://thungan.example/other", text], frames });
    try {
      await phone.page.getByLabel("Tên điện thoại").fill(name("quét"));
      await phone.page.evaluate(() => {
        const get = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
        navigator.mediaDevices.getUserMedia = async (wanted) => {
          const stream = await get(wanted);
          Object.assign(window, { cameraWanted: wanted, cameraStream: stream });
          return stream;
        };
      });
      await scanButton(phone.page).click();
      await phone.page.getByText(/Đã ghé/).waitFor();
      assert.ok((await devices()).some((device) => device.device_name === name("quét")));
      assert.ok(frames.length > 0 && frames.every((width) => width > 0), "frames of the camera were read");
      const camera = await phone.page.evaluate(() => {
        const { cameraWanted, cameraStream } = window as unknown as { cameraWanted: object; cameraStream: MediaStream };
        return { wanted: cameraWanted, states: cameraStream.getTracks().map((track) => track.readyState) };
      });
      assert.deepEqual(camera, { wanted: { video: { facingMode: "environment" } }, states: ["ended"] });
      assert.deepEqual(unexpected(phone), []);
    } finally {
      await phone.close();
    }
  });

  test("nothing to be seen: it looks on until it is stopped, and then the camera is let go", async () => {
    await writeFile(path, film(null));
    const frames: number[] = [];
    const phone = await phoneWith({ film: path, frames });
    try {
      await scanButton(phone.page).click();
      await phone.page.locator("video").waitFor();
      await until("the fifth frame", async () => frames.length >= 5);
      const stream = await phone.page
        .locator("video")
        .evaluateHandle((video: HTMLVideoElement) => video.srcObject as MediaStream);
      assert.equal(await stream.evaluate((one) => one.active), true);
      await phone.page.getByRole("button", { name: "Dừng quét" }).click();
      await phone.page.locator("video").waitFor({ state: "detached" });
      await phone.page.waitForFunction((one) => !one.active, stream);
      await canType(phone.page, name("dừng"));
    } finally {
      await phone.close();
    }
  });

  const ways: [what: string, options: (film: string) => Options, asked: boolean][] = [
    ["the camera is refused", (shown) => ({ allowed: false, film: shown }), true],
    ["there is no camera", () => ({}), true],
    ["the detector's service is missing", (shown) => ({ isBroken: true, film: shown }), true],
    ["the browser reads no codes", () => ({ formats: null }), false],
    ["the browser reads other codes only", () => ({ formats: ["ean_13"] }), false],
  ];
  for (const [what, options, asked] of ways) {
    test(`${what}: the code is typed`, async () => {
      await writeFile(path, film(null));
      const phone = await phoneWith(options(path));
      try {
        if (asked) {
          await scanButton(phone.page).click();
          await phone.page.getByRole("alert").getByText("Không mở được máy ảnh. Hãy nhập mã bằng tay.").waitFor();
          assert.equal(await phone.page.locator("video").count(), 0);
        } else {
          assert.equal(await scanButton(phone.page).count(), 0);
        }
        await canType(phone.page, name(what));
        assert.deepEqual(unexpected(phone), []);
      } finally {
        await phone.close();
      }
    });
  }
});
