/** What the page asks of the drawing worker, and what comes back. */

import type { PrinterProfile, WidthDots } from "./profile.ts";
import type { Matrix } from "./qr_symbol.ts";
import type { Raster } from "./raster.ts";

export type DrawingJob =
  | { readonly kind: "escpos"; readonly document: unknown; readonly profile: PrinterProfile; readonly resync: boolean }
  | { readonly kind: "picture"; readonly document: unknown; readonly width: WidthDots }
  | { readonly kind: "qr"; readonly data: string };

export type Drawn = Uint8Array<ArrayBuffer> | Raster | Matrix;

export interface DrawingRequest {
  readonly id: number;
  readonly job: DrawingJob;
}

export type DrawingAnswer =
  | { readonly id: number; readonly result: Drawn }
  | { readonly id: number; readonly problem: { readonly name: string; readonly message: string } };
