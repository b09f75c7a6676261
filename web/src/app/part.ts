/** A part of the app in a file of its own: loaded behind the first screen, so that this one opens soon. */
import { Store } from "./store.ts";

export class Part<T> {
  readonly #import: () => Promise<T>;
  readonly #store = new Store<{ loaded: T | null; failed: boolean }>({ loaded: null, failed: false });
  #loading: Promise<void> | null = null;

  constructor(importIt: () => Promise<T>) {
    this.#import = importIt;
  }

  get listen(): Store<object>["listen"] {
    return this.#store.listen;
  }

  /** What is in it, once it is there. */
  get loaded(): T | null {
    return this.#store.state.loaded;
  }

  /** It could not be loaded. Browsers remember that until the page is loaded anew. */
  get failed(): boolean {
    return this.#store.state.failed;
  }

  /** Load it where it is not there yet; never fails: `failed` is set instead. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    try {
      this.#store.set({ loaded: await this.#import() });
    } catch (error) {
      console.warn("a part of the app could not be loaded", error);
      this.#store.set({ failed: true });
    }
  }
}

/** Load the page anew, where that is possible: without signal, what is open is worth more. */
export async function reloadPage(): Promise<void> {
  try {
    await fetch(location.href, { method: "HEAD", cache: "no-store" });
  } catch {
    return;
  }
  location.reload();
}
