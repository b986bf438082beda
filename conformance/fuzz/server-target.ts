/**
 * A real server on a real socket, fed with recorded and made-up connections with bytes changed. After each episode all
 * sockets are closed and no handler runs; now and then a good call must be answered.
 */
import { connect, type Socket } from "node:net";
import { createLogger } from "@thrice/core";
import { chunksOf, mutate } from "../../packages/http2/fuzz/mutate.js";
import { Random } from "../../packages/http2/fuzz/random.js";
import { openThriceCaller } from "../support/peers/connect-caller.js";
import { type Served, serve } from "../support/served.js";
import { fuzzHandler, type HandlerCount } from "./fuzz-handler.js";
import { openSockets, socketsClosed } from "./open-sockets.js";
import type { Recording } from "./recordings.js";
import { anyRequests } from "./requests.js";
import { type FuzzTarget, inTime } from "./target.js";

const quiet = createLogger(() => undefined, { level: "debug" });
const goodCallEvery = 100;

export async function openServerTarget(recordings: readonly Recording[]): Promise<FuzzTarget> {
  const count: HandlerCount = { running: 0 };
  const wire = { scheme: "http", server: {} } as const;
  const served = await serve(wire, fuzzHandler(count), { logger: quiet });
  return {
    name: "server",
    run: (seed) => new Episode(seed, served, recordings, count).run(),
    close: () => served.close(),
  };
}

class Episode {
  readonly #seed: number;
  readonly #random: Random;
  readonly #served: Served;
  readonly #recordings: readonly Recording[];
  readonly #count: HandlerCount;

  constructor(seed: number, served: Served, recordings: readonly Recording[], count: HandlerCount) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#served = served;
    this.#recordings = recordings;
    this.#count = count;
  }

  async run(): Promise<string> {
    const before = openSockets();
    const bytes = this.#bytes();
    const end = await inTime("a connection", this.#speak(bytes));
    await inTime("sockets of the server", socketsClosed(before));
    await inTime("handlers", this.#handlersEnded());
    if (this.#seed % goodCallEvery === 0) await inTime("a good call", this.#callWell());
    return end;
  }

  #bytes(): Buffer {
    const random = this.#random;
    const rate = random.pick([0, 0.000_3, 0.003, 0.03]);
    if (random.next() < 0.5) return mutate(random, anyRequests(random), rate);
    const { fromClient } = random.pick(this.#recordings);
    const bytes = mutate(random, fromClient, rate);
    const choice = random.next();
    if (choice < 0.2) return bytes.subarray(0, random.below(bytes.length));
    if (choice < 0.4) return spliced(random, bytes, random.pick(this.#recordings).fromClient);
    return bytes;
  }

  /** Sends all, reads or does not, and leaves. Answers with who ended the connection. */
  async #speak(bytes: Buffer): Promise<string> {
    const random = this.#random;
    const socket = connect(this.#served.port, "127.0.0.1");
    let received = 0;
    socket.on("error", () => undefined);
    socket.on("data", (part: Buffer) => {
      received += part.length;
    });
    const closed = new Promise((resolve) => socket.once("close", resolve));
    if (random.next() < 0.1) socket.pause();
    for (const chunk of chunksOf(random, bytes)) {
      if (socket.destroyed) break;
      socket.write(chunk);
      if (random.next() < 0.05) await turn();
    }
    await settle(random.pick([0, 1, 10]));
    const wasEnded = socket.destroyed || socket.readableEnded;
    leave(socket, random);
    await closed;
    return `${wasEnded ? "server left" : "client left"}${received > 0 ? ", answered" : ""}`;
  }

  async #handlersEnded(): Promise<void> {
    while (this.#count.running > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async #callWell(): Promise<void> {
    const caller = openThriceCaller(this.#served.port);
    async function* one() {
      yield "good";
    }
    const { texts } = await caller.call("unary", one());
    await caller.close();
    if (texts[0] !== "good") throw new Error(`a good call was answered with ${texts}`);
  }
}

/** A piece of `other` put into `bytes`. */
function spliced(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.below(bytes.length);
  const from = random.below(other.length);
  const piece = other.subarray(from, from + random.below(other.length - from));
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

function leave(socket: Socket, random: Random): void {
  socket.resume();
  const choice = random.next();
  if (choice < 0.4) socket.resetAndDestroy();
  else if (choice < 0.7) socket.destroy();
  else {
    // The server may go on answering; it is given a moment.
    socket.end();
    setTimeout(() => socket.destroy(), 5);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function settle(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await turn();
}
