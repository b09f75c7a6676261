/** How fast a bill run goes and how long it will take, from what was read of it. Pure. */

export interface Sample {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly parts: number;
  readonly bills: number;
}

export interface Pace {
  /** Bills a second. */
  readonly rate: number;
  readonly secondsLeft: number;
}

const WINDOW_MS = 30_000;

/** The samples with one more; older ones than half a minute go, but for the last of them. */
export function withSample(samples: readonly Sample[], next: Sample): readonly Sample[] {
  const before = samples.filter((one) => one.at < next.at);
  const old = before.filter((one) => one.at < next.at - WINDOW_MS);
  return [...old.slice(-1), ...before.slice(old.length), next];
}

/** The pace of the last half minute; null as long as nothing was done in it. */
export function paceOf(samples: readonly Sample[], parts: number): Pace | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (!(first && last) || last.parts <= first.parts || last.at <= first.at) {
    return null;
  }
  const seconds = (last.at - first.at) / 1000;
  return {
    rate: (last.bills - first.bills) / seconds,
    secondsLeft: ((parts - last.parts) * seconds) / (last.parts - first.parts),
  };
}
