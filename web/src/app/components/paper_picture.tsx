/** A document as it comes out of the printer, on the screen. */
import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { Document } from "../../printing/document.ts";
import { useShell } from "../use_shell.ts";

const AGAIN_MS = 2_000;
const WIDTH = 384;

export function PaperPicture({ document, label }: { document: Document; label: string }) {
  const shell = useShell();
  const canvas = useRef<HTMLCanvasElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a document never changes
  useEffect(() => {
    let isWanted = true;
    let again: ReturnType<typeof setTimeout> | undefined;
    const draw = (): void => {
      shell.printer.picture(document, WIDTH).then(
        ({ width, height, data }) => {
          const context = canvas.current?.getContext("2d");
          if (isWanted && canvas.current && context) {
            canvas.current.width = width;
            canvas.current.height = height;
            const image = context.createImageData(width, height);
            const dots = new Uint32Array(image.data.buffer);
            for (const at of dots.keys()) {
              const isBlack = ((data[at >> 3] as number) >> (7 - (at & 7))) & 1;
              dots[at] = isBlack ? 0xff000000 : 0xffffffff;
            }
            context.putImageData(image, 0, 0);
            canvas.current.dataset["drawn"] = "";
          }
        },
        () => {
          // The worker or the letters could not be loaded; they may be a moment later.
          again = isWanted ? setTimeout(draw, AGAIN_MS) : undefined;
        },
      );
    };
    draw();
    return () => {
      isWanted = false;
      clearTimeout(again);
    };
  }, [document.title]);
  return <canvas ref={canvas} class="paper-picture" role="img" aria-label={label} width={WIDTH} height={WIDTH} />;
}
