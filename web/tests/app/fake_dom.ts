/** As much of a page as Preact needs to draw text into it, with an address. */

class FakeNode {
  parentNode: FakeNode | null = null;
  readonly childNodes: FakeNode[] = [];
  data = "";

  get firstChild(): FakeNode | null {
    return this.childNodes[0] ?? null;
  }

  get nextSibling(): FakeNode | null {
    const siblings = this.parentNode?.childNodes ?? [];
    return siblings[siblings.indexOf(this) + 1] ?? null;
  }

  get textContent(): string {
    return this.data + this.childNodes.map((node) => node.textContent).join("");
  }

  insertBefore(node: FakeNode, next: FakeNode | null): FakeNode {
    node.remove();
    node.parentNode = this;
    this.childNodes.splice(next ? this.childNodes.indexOf(next) : this.childNodes.length, 0, node);
    return node;
  }

  remove(): void {
    const siblings = this.parentNode?.childNodes ?? [];
    siblings.splice(siblings.indexOf(this), 1);
    this.parentNode = null;
  }
}

/** An element to draw into; its `textContent` is what stands there. */
export function fakeElement(): Element {
  return Object.assign(new FakeNode(), { localName: "div", namespaceURI: null }) as unknown as Element;
}

/** The browser's history, with an address for each entry; going back and forth takes a moment, as it does there. */
export class FakeHistory {
  readonly entries: { state: unknown; address: string }[];
  place = 0;
  /** The address of another page that back leads to from the first entry; nobody is there any more. */
  isLeft = false;
  readonly #events: EventTarget;

  constructor(address: string, events: EventTarget) {
    this.entries = [{ state: null, address }];
    this.#events = events;
  }

  get state(): unknown {
    return this.entries[this.place]?.state ?? null;
  }

  get address(): string {
    return this.entries[this.place]?.address ?? "";
  }

  pushState(state: unknown, _title: string, address: string): void {
    this.place += 1;
    this.entries.splice(this.place, this.entries.length, { state, address });
  }

  replaceState(state: unknown, _title: string, address: string): void {
    this.entries[this.place] = { state, address };
  }

  back(): void {
    this.go(-1);
  }

  go(steps: number): void {
    queueMicrotask(() => {
      if (this.place + steps < 0) {
        this.isLeft = true;
      } else if (this.place + steps < this.entries.length) {
        this.place += steps;
        this.#events.dispatchEvent(new Event("popstate"));
      }
    });
  }
}

/** Put a page at an address in place. */
export function installFakePage(address: string): FakeHistory {
  const events = new EventTarget();
  const history = new FakeHistory(address, events);
  Object.assign(globalThis, {
    document: { createTextNode: (data: string) => Object.assign(new FakeNode(), { data }) },
    location: {
      get pathname(): string {
        return history.address;
      },
    },
    history,
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  });
  return history;
}
