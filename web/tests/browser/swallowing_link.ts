/** A link between the phone and the gateway that can swallow everything, both ways, and closes nothing meanwhile. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class SwallowingLink {
  readonly #server: Server;
  readonly #pairs: (readonly [Socket, Socket])[] = [];
  #isSwallowing = false;

  private constructor(host: string, port: number) {
    // A closed connection is only closed at the other end where the link lets that through.
    this.#server = createServer({ allowHalfOpen: true }, (phone) => {
      const gateway = connect({ host, port, allowHalfOpen: true });
      this.#pairs.push([phone, gateway]);
      this.#pass(phone, gateway);
      this.#pass(gateway, phone);
    });
  }

  /** In front of the server at this address. */
  static async before(address: string): Promise<SwallowingLink> {
    const { hostname, port } = new URL(address);
    const link = new SwallowingLink(hostname, Number(port));
    await new Promise<void>((listening) => link.#server.listen(0, "127.0.0.1", listening));
    return link;
  }

  /** The same address over the link. */
  over(address: string): string {
    const url = new URL(address);
    url.host = `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
    return url.href;
  }

  swallow(): void {
    this.#isSwallowing = true;
  }

  /** New connections pass; what was swallowed is gone, and the connections of that time stay as they are. */
  heal(): void {
    this.#isSwallowing = false;
  }

  close(): void {
    this.#server.close();
    for (const pair of this.#pairs) {
      for (const end of pair) {
        end.destroy();
      }
    }
  }

  #pass(from: Socket, to: Socket): void {
    from.on("data", (data) => this.#isSwallowing || to.write(data));
    from.on("end", () => this.#isSwallowing || to.end());
    from.on("error", () => this.#isSwallowing || to.destroy());
  }
}
