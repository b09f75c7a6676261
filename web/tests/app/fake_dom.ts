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

/** Put a page at an address in place. */
export function installFakePage(address: string): void {
  const location = { pathname: address };
  const history = {
    state: null as unknown,
    pushState(state: unknown, _title: string, to: string): void {
      history.state = state;
      location.pathname = to;
    },
    replaceState(state: unknown, _title: string, to: string): void {
      history.pushState(state, "", to);
    },
  };
  const events = new EventTarget();
  Object.assign(globalThis, {
    document: { createTextNode: (data: string) => Object.assign(new FakeNode(), { data }) },
    location,
    history,
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  });
}
