/** A QR code on the screen, with its quiet zone. */
import { h } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useShell } from "../use_shell.ts";

const QUIET = 4;
const AGAIN_MS = 2_000;

/** Drawn by the worker that draws documents, so that the code for it is on the phone once. */
export function QrPicture({ data, label }: { data: string; label: string }) {
  const shell = useShell();
  const [drawn, setDrawn] = useState({ of: "", side: 0, d: "" });
  useEffect(() => {
    let again: ReturnType<typeof setTimeout> | undefined;
    let isWanted = true;
    const draw = (): void => {
      shell.printer.qr(data).then(
        (matrix) => {
          const { side, modules } = matrix;
          const dark = [...modules.keys()].filter((at) => modules[at]);
          const d = dark.map((at) => `M${(at % side) + QUIET} ${Math.floor(at / side) + QUIET}h1v1h-1z`).join("");
          if (isWanted) {
            setDrawn({ of: data, side: side + 2 * QUIET, d });
          }
        },
        () => {
          // The worker could not be loaded; account and content stand below meanwhile.
          if (isWanted) {
            again = setTimeout(draw, AGAIN_MS);
          }
        },
      );
    };
    draw();
    return () => {
      isWanted = false;
      clearTimeout(again);
    };
  }, [data]);
  if (drawn.of !== data) {
    return <div class="qr-picture" />;
  }
  const { side, d } = drawn;
  return (
    <svg
      class="qr-picture"
      viewBox={`0 0 ${side} ${side}`}
      role="img"
      aria-label={label}
      shape-rendering="crispEdges"
      data-code={data}
    >
      <rect width={side} height={side} fill="#fff" />
      <path d={d} fill="#000" />
    </svg>
  );
}
