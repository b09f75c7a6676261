/** The time of the gateway: phones' own clocks are wrong at times, by a day and more. */

const IN_VIETNAM_MS = 7 * 3_600_000;
/** HTTP gives the time in whole seconds, and replies take a moment. */
const CLOSE_ENOUGH_MS = 3_000;

/** The present, corrected by the last reply of the gateway. */
export class Clock {
  #offset: number;
  readonly #own: () => number;
  readonly #changed: (offset: number) => void;

  constructor(offset = 0, changed: (offset: number) => void = () => undefined, own: () => number = Date.now) {
    this.#offset = offset;
    this.#changed = changed;
    this.#own = own;
  }

  /** Milliseconds that the phone's own clock is behind the gateway's. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether the phone's clock is so wrong that a person should put it right. */
  get isWrong(): boolean {
    return Math.abs(this.#offset) > 5 * 60_000;
  }

  now(): number {
    return this.#own() + this.#offset;
  }

  /** The moment as messages carry it. */
  stamp(): string {
    return new Date(this.now()).toISOString();
  }

  /** The business day in Vietnam. */
  day(): string {
    return dayOf(this.now());
  }

  /** The gateway has answered at this moment. */
  correct(time: number): void {
    const offset = time - this.#own();
    if (Math.abs(offset - this.#offset) > CLOSE_ENOUGH_MS) {
      this.#offset = Math.abs(offset) < CLOSE_ENOUGH_MS ? 0 : offset;
      this.#changed(this.#offset);
    }
  }
}

/** The day in Vietnam (which has no summer time) on which a moment falls, as `2026-11-22`. */
export function dayOf(moment: number | string): string {
  return inVietnam(moment).toISOString().slice(0, 10);
}

/** `14:05` in Vietnam. */
export function timeOf(moment: number | string): string {
  return inVietnam(moment).toISOString().slice(11, 16);
}

/** `14:05:09` in Vietnam. */
export function timeToSecond(moment: number | string): string {
  return inVietnam(moment).toISOString().slice(11, 19);
}

/** `22/11/2026` of a day or a moment. */
export function writtenDay(day: number | string): string {
  const text = typeof day === "string" && day.length === 10 ? day : dayOf(day);
  const [year, month, date] = text.split("-");
  return `${date}/${month}/${year}`;
}

/** `22/11 14:05`. */
export function writtenMoment(moment: number | string): string {
  return `${writtenDay(moment).slice(0, 5)} ${timeOf(moment)}`;
}

/** The moment at which it is `time` (`14:05`) of a day in Vietnam. */
export function momentOf(day: string, time: string): number {
  return Date.parse(`${day}T${time}:00Z`) - IN_VIETNAM_MS;
}

/** The day that comes `days` after another. */
export function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Day of the week, 0 for Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}

function inVietnam(moment: number | string): Date {
  return new Date((typeof moment === "number" ? moment : Date.parse(moment)) + IN_VIETNAM_MS);
}
