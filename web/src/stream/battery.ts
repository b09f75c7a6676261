/** How full the phone's battery is, told to the office where the browser can say it. */
import type { Battery as BatteryFrame } from "../api/types.ts";

/** As browsers on Android have it; others have none. */
export interface BatteryManager extends EventTarget {
  /** From 0 to 1. */
  readonly level: number;
  readonly charging: boolean;
}

interface BatteryHooks {
  send(frame: BatteryFrame): void;
  /** Where the browser has it. */
  find?(): Promise<BatteryManager | null>;
  now?(): number;
}

const STEP_PERCENT = 5;
const PAUSE_MS = 60_000;

function findBattery(): Promise<BatteryManager | null> {
  const { getBattery } = navigator as { getBattery?: () => Promise<BatteryManager> };
  return getBattery ? getBattery.call(navigator).catch(() => null) : Promise.resolve(null);
}

export class Battery {
  readonly #hooks: BatteryHooks;
  #found: Promise<BatteryManager | null> | null = null;
  #told: BatteryFrame | null = null;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(hooks: BatteryHooks) {
    this.#hooks = hooks;
  }

  /** A gateway that understands it has welcomed the phone: tell it, and from now on what changes. */
  async welcomed(): Promise<void> {
    const isFirst = this.#found === null;
    this.#found ??= (this.#hooks.find ?? findBattery)();
    const manager = await this.#found;
    if (manager === null) {
      return;
    }
    if (isFirst) {
      const changed = (): void => this.#changed(manager);
      manager.addEventListener("levelchange", changed);
      manager.addEventListener("chargingchange", changed);
    }
    this.#tell(frameOf(manager));
  }

  /** A step of five percent, or a charger: not each percent, and not more often than once a minute. */
  #changed(manager: BatteryManager): void {
    const frame = frameOf(manager);
    const isOther =
      this.#told === null ||
      this.#told.charging !== frame.charging ||
      Math.abs(this.#told.percent - frame.percent) >= STEP_PERCENT;
    if (isOther && this.#now() - this.#toldAt >= PAUSE_MS) {
      this.#tell(frame);
    }
  }

  #tell(frame: BatteryFrame): void {
    this.#told = frame;
    this.#toldAt = this.#now();
    this.#hooks.send(frame);
  }

  #now(): number {
    return this.#hooks.now?.() ?? Date.now();
  }
}

function frameOf({ level, charging }: BatteryManager): BatteryFrame {
  return { type: "battery", percent: Math.min(100, Math.max(0, Math.round(level * 100))), charging };
}
