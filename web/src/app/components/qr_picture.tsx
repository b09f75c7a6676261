/** A QR code on the screen, with its quiet zone. */
import { useMemo } from "preact/hooks";
import { symbol } from "../../printing/qr_symbol.ts";

const QUIET = 4;

export function QrPicture({ data, label }: { data: string; label: string }) {
  const { side, d } = useMemo(() => {
    const { side, modules } = symbol(data, "M");
    const parts: string[] = [];
    for (const [at, dark] of modules.entries()) {
      if (dark) {
        parts.push(`M${(at % side) + QUIET} ${Math.floor(at / side) + QUIET}h1v1h-1z`);
      }
    }
    return { side: side + 2 * QUIET, d: parts.join("") };
  }, [data]);
  return (
    <svg class="qr-picture" viewBox={`0 0 ${side} ${side}`} role="img" aria-label={label} shape-rendering="crispEdges" data-code={data}>
      <rect width={side} height={side} fill="#fff" />
      <path d={d} fill="#000" />
    </svg>
  );
}
