/** A network between clients and a server that fails on command. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

interface Link {
  readonly toClient: Socket;
  readonly toServer: Socket;
  /** Whether it breaks in the middle of what comes next. */
  isCut: boolean;
}

/** Passes connections on to a port of this machine. */
export class FaultyProxy {
  /** Where connections go. */
  target = 0;
  /** How long each chunk is kept back, in milliseconds. */
  delayMs = 0;
  #server: Server | undefined;
  #port = 0;
  #held: Promise<void> | undefined;
  #release: () => void = () => {};
  readonly #links = new Set<Link>();

  /** The one that it listens at, or listened at. */
  get port(): number {
    return this.#port;
  }

  /** Connections that are open. */
  get links(): number {
    return this.#links.size;
  }

  /** Takes connections, at the port it had if it had one. */
  async listen(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket));
    this.#server = server;
    server.listen(this.#port, "127.0.0.1");
    await once(server, "listening");
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Takes no more connections; those who try are refused. Those that are open stay. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  /** Passes nothing on, and says nothing, until {@link FaultyProxy.letGo}. */
  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  letGo(): void {
    this.#held = undefined;
    this.#release();
  }

  /** Resets all connections. */
  reset(): void {
    for (const link of this.#links) dropLink(link);
  }

  /** Breaks each connection off in the middle of the next chunk that goes through it, with a proper end. */
  cut(): void {
    for (const link of this.#links) link.isCut = true;
  }

  /** Spares the connections that nothing has gone through since. */
  spare(): void {
    for (const link of this.#links) link.isCut = false;
  }

  /** Tells clients that nothing more will come, while their requests are still passed on. */
  endAnswers(): void {
    for (const { toClient } of this.#links) toClient.end();
  }

  /** Ends all that is open. */
  close(): void {
    this.refuse();
    this.letGo();
    this.reset();
  }

  #accept(toClient: Socket): void {
    const toServer = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true });
    const link: Link = { toClient, toServer, isCut: false };
    this.#links.add(link);
    for (const socket of [toClient, toServer]) {
      socket.setNoDelay(true);
      socket.on("error", () => dropLink(link));
      socket.on("close", () => {
        if (toClient.destroyed && toServer.destroyed) this.#links.delete(link);
      });
    }
    void this.#pass(toClient, toServer, link);
    void this.#pass(toServer, toClient, link);
  }

  async #pass(from: Socket, to: Socket, link: Link): Promise<void> {
    try {
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (this.delayMs > 0) await sleep(this.delayMs);
        while (this.#held !== undefined) await this.#held;
        if (link.isCut) return breakOff(link, to, chunk);
        if (to.writable && !to.write(chunk)) await drained(to);
      }
      to.end();
    } catch {
      dropLink(link);
    }
  }
}

function breakOff({ toClient, toServer }: Link, to: Socket, chunk: Buffer): void {
  const other = to === toClient ? toServer : toClient;
  to.end(chunk.subarray(0, chunk.length >> 1));
  other.destroy();
}

function dropLink({ toClient, toServer }: Link): void {
  toClient.resetAndDestroy();
  toServer.resetAndDestroy();
}

/** Resolves when there is room again, or nobody reads any more. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off("drain", done).off("close", done);
      resolve();
    };
    socket.on("drain", done).on("close", done);
  });
}
