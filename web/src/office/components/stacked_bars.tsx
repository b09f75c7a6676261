/** Amounts by day as bars: a picture beside the table that has the same in figures. */
import { h } from "preact";
import { plainDong } from "../../app/money.ts";

export interface Bar {
  readonly name: string;
  /** One amount for each of the parts, in their order. */
  readonly amounts: readonly number[];
}

interface StackedBarsProps {
  /** What the picture says, for whoever does not see it. */
  readonly label: string;
  readonly parts: readonly string[];
  /** Says how much the highest bar is. */
  readonly highestText: (amount: number) => string;
  readonly bars: readonly Bar[];
}

const HEIGHT = 160;
const STEP = 14;
const THICK = 10;

export function StackedBars({ label, parts, highestText, bars }: StackedBarsProps) {
  const highest = Math.max(1, ...bars.map((bar) => sum(bar.amounts)));
  const width = bars.length * STEP;
  return (
    <figure class="stacked-bars card">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
        {bars.map((bar, at) => {
          let top = HEIGHT;
          return (
            <g key={bar.name}>
              <title>{`${bar.name}: ${plainDong(sum(bar.amounts))}`}</title>
              {bar.amounts.map((amount, part) => {
                const height = (amount / highest) * HEIGHT;
                top -= height;
                return (
                  <rect
                    key={parts[part]}
                    class={`part-${part}`}
                    x={at * STEP + (STEP - THICK) / 2}
                    y={top}
                    width={THICK}
                    height={height}
                  />
                );
              })}
            </g>
          );
        })}
      </svg>
      <div class="ends" aria-hidden="true">
        <span>{bars[0]?.name}</span>
        <span>{highestText(highest)}</span>
        <span>{bars.at(-1)?.name}</span>
      </div>
      <figcaption>
        {parts.map((part, at) => (
          <span key={part} class={`key part-${at}`}>
            {part}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((one, other) => one + other, 0);
}
