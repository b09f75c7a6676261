/** Reading a QR code with the camera, where the browser can. */

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

declare global {
  // biome-ignore lint/style/useVarsOnTop: a global is declared by var
  var BarcodeDetector: DetectorClass | undefined;
}

export async function canScan(): Promise<boolean> {
  if (!globalThis.BarcodeDetector || !navigator.mediaDevices) {
    return false;
  }
  return (await globalThis.BarcodeDetector.getSupportedFormats()).includes("qr_code");
}

/** Show the camera in `video` until an enrolment code is seen. Fails where there is no camera, or when stopped. */
export async function scan(video: HTMLVideoElement, signal: AbortSignal): Promise<string> {
  const detector = new (globalThis.BarcodeDetector as DetectorClass)({ formats: ["qr_code"] });
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    video.srcObject = stream;
    await video.play();
    while (true) {
      signal.throwIfAborted();
      for (const { rawValue } of await detector.detect(video)) {
        const code = codeIn(rawValue);
        if (code !== null) {
          return code;
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  } finally {
    for (const track of stream.getTracks()) {
      track.stop();
    }
    video.srcObject = null;
  }
}

/** The enrolment code in the text of a QR code: the code itself, or an address that ends with it. */
export function codeIn(text: string): string | null {
  const last = text.trim().split(/[/=#]/).at(-1) ?? "";
  return /^[0-9A-Za-z -]{4,20}$/.test(last) ? last : null;
}
