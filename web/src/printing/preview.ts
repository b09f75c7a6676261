/** Papers on the screen. */

import type { Raster } from "./raster.ts";

/** Paint a paper into a canvas, one pixel a dot, black on white. */
export function paint(canvas: HTMLCanvasElement, raster: Raster): void {
  canvas.width = raster.width;
  canvas.height = raster.height;
  const context = canvas.getContext("2d");
  context?.putImageData(new ImageData(toPixels(raster), raster.width, raster.height), 0, 0);
}

/** Red, green, blue and opacity of every dot. */
export function toPixels(raster: Raster): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(raster.data.length * 8 * 4).fill(255);
  raster.data.forEach((byte, index) => {
    for (let bit = 0; byte && bit < 8; bit += 1) {
      if (byte & (0x80 >> bit)) {
        const at = (8 * index + bit) * 4;
        pixels.fill(0, at, at + 3);
      }
    }
  });
  return pixels;
}
