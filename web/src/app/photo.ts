/** Photos, small enough for a weak signal: redrawn, so that nothing of the camera's goes along but the picture. */

/** Of the JPEG; the gateway keeps 45,000 at most. */
const MOST_BYTES = 40_000;

/** Longest side in dots, and quality: the first that is small enough is used. */
const TRIES = [
  [1280, 0.6],
  [1024, 0.5],
  [800, 0.5],
  [640, 0.4],
  [480, 0.4],
  [320, 0.3],
] as const;

/** A photo as base64, small enough to be sent. Throws for what is no picture. */
export async function smallPhoto(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  try {
    for (const [side, quality] of TRIES) {
      const jpeg = await drawn(picture, side, quality);
      if (jpeg.size <= MOST_BYTES) {
        return base64(new Uint8Array(await jpeg.arrayBuffer()));
      }
    }
  } finally {
    picture.close();
  }
  throw new Error("the photo stays too large");
}

function drawn(picture: ImageBitmap, side: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((made) => (made ? resolve(made) : reject(new Error("no JPEG"))), "image/jpeg", quality);
  });
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(text);
}
