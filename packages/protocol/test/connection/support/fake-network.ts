/** Sockets in memory that connect, or fail to, when the test says so; behind them a server or nothing but bytes. */
import { type Duplex, duplexPair } from "node:stream";
import { type Http2Options, Http2ServerConnection, type ServerStream } from "@thrice/http2";
import type { Network, PoolSocket } from "../../../src/connection/dial/network.js";
import type { Target } from "../../../src/connection/dial/target.js";
import { frameTypes, rawFrame } from "../../support/frames.js";
import { ok } from "./requests.js";

/** One socket that the code under test opened. */
export class FakeDial {
  readonly target: Target;
  readonly socket: PoolSocket;
  /** Whether the socket keeps the process alive. */
  holdsProcess = true;
  readonly #far: Duplex;

  constructor(target: Target) {
    this.target = target;
    const [near, far] = duplexPair();
    this.#far = far;
    let bytesRead = 0;
    const push = near.push.bind(near);
    this.socket = Object.assign(near, {
      bytesRead,
      ref: () => {
        this.holdsProcess = true;
      },
      unref: () => {
        this.holdsProcess = false;
      },
      push: (chunk: Buffer | null) => {
        bytesRead += chunk?.length ?? 0;
        Object.assign(near, { bytesRead });
        return push(chunk);
      },
    });
    far.on("error", () => {});
  }

  /** Connects, with an HTTP/2 server at the other end. */
  async accept(options: Http2Options = {}): Promise<FakePeer> {
    const peer = new FakePeer(this.#far, options);
    this.socket.emit("connect");
    await settle();
    return peer;
  }

  /** Connects, with a peer that sends nothing but `bytes`. */
  async acceptRaw(...bytes: Uint8Array[]): Promise<Duplex> {
    this.#far.resume();
    this.socket.emit("connect");
    this.#far.write(Buffer.concat([Buffer.alloc(0), ...bytes]));
    await settle();
    return this.#far;
  }

  async refuse(message = "refused"): Promise<void> {
    this.socket.destroy(new Error(message));
    await settle();
  }
}

/** The server's end of a connection. */
export class FakePeer {
  readonly connection: Http2ServerConnection;
  /** Requests that wait for their answer. */
  readonly streams: ServerStream[] = [];

  constructor(socket: Duplex, options: Http2Options) {
    const onStream = (stream: ServerStream) => {
      this.streams.push(stream);
      return { onData: () => {}, onEnd: () => {} };
    };
    this.connection = new Http2ServerConnection(socket, { ...options, listener: { onStream } });
  }

  /** Answers the oldest request. */
  async answer(): Promise<void> {
    this.streams.shift()?.respond(ok, [], true);
    await settle();
  }

  async goaway(): Promise<void> {
    this.connection.close();
    await settle();
  }
}

/** Network whose names have the addresses that the test says. */
export class FakeNetwork implements Network {
  addresses: readonly string[] = [];
  lookupError: Error | null = null;
  readonly dials: FakeDial[] = [];

  lookup(_host: string, done: (error: Error | null, addresses: readonly string[]) => void): void {
    setImmediate(done, this.lookupError, this.addresses);
  }

  connect(target: Target): PoolSocket {
    const dial = new FakeDial(target);
    this.dials.push(dial);
    return dial.socket;
  }

  /** The dial that was started `index`th. */
  dial(index: number): FakeDial {
    const dial = this.dials[index];
    if (dial === undefined) throw new Error(`there are ${this.dials.length} dials only`);
    return dial;
  }
}

/** SETTINGS with a limit of streams. */
export function settingsFrame(maxConcurrentStreams: number): Buffer {
  const payload = Buffer.alloc(6);
  payload.writeUInt16BE(3, 0);
  payload.writeUInt32BE(maxConcurrentStreams, 2);
  return rawFrame(frameTypes.settings, 0, 0, payload);
}

/** Lets everything that is on its way in memory arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
}
