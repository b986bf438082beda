/**
 * One connection of ours against a peer that is nearly right. Afterwards nothing may be left: every stream has ended once,
 * the connection has closed, no timer is armed, and what it kept stayed within bounds.
 */
import { Duplex } from "node:stream";
import {
  type ConnectionEnd,
  clientPreface,
  Http2ClientConnection,
  type Http2Clock,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
  type StreamSink,
} from "../src/index.js";
import { chunksOf, mutate, nextFrame, type PeerMemory } from "./mutate.js";
import { Random } from "./random.js";

const request = new PreparedHeaders([":method", "POST", ":scheme", "http", ":path", "/f"]);
const response = new PreparedHeaders([":status", "200"]);
const trailers = new PreparedHeaders(["done", "1"]);
/** More than an honest connection of this size would ever have waiting. */
const maxBacklogBytes = 4_000_000;

/** A socket whose far side is the episode. */
class FuzzSocket extends Duplex {
  writtenBytes = 0;
  /** Whether the far side reads at all. */
  reads = true;

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.writtenBytes += chunk.length;
    if (this.reads) callback();
  }
}

class FuzzClock implements Http2Clock {
  time = 0;
  readonly timers = new Set<{ dueMs: number; callback: () => void }>();

  nowMs(): number {
    return this.time;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.time + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  advance(byMs: number): void {
    this.time += byMs;
    for (const timer of [...this.timers]) {
      if (timer.dueMs > this.time || !this.timers.delete(timer)) continue;
      timer.callback();
    }
  }
}

/** What an episode came to. */
export interface EpisodeResult {
  readonly streams: number;
  readonly end: ConnectionEnd["kind"];
}

/** Runs the episode that `seed` determines. @throws Error if a promise of the package is broken. */
export async function runEpisode(seed: number): Promise<EpisodeResult> {
  return new Episode(seed).run();
}

class Episode {
  readonly #random: Random;
  readonly #socket = new FuzzSocket();
  readonly #clock = new FuzzClock();
  readonly #live = new Set<FuzzSink>();
  readonly #thrown: unknown[] = [];
  readonly #connection: Http2ClientConnection | Http2ServerConnection;
  readonly #isServer: boolean;
  readonly #memory: PeerMemory = { lastStreamId: -1, open: [] };
  #streams = 0;
  #end: ConnectionEnd["kind"] | undefined;

  constructor(seed: number) {
    this.#random = new Random(seed);
    this.#isServer = this.#random.next() < 0.5;
    const listener = {
      onStream: (stream: ServerStream) => this.#newSink(stream),
      onClose: (end: ConnectionEnd) => {
        if (this.#end !== undefined) throw new Error("closed twice");
        this.#end = end.kind;
      },
      onThrown: (error: unknown) => this.#thrown.push(error),
    };
    const options = {
      clock: this.#clock,
      listener,
      maxHeaderListBytes: 4_000,
      idleTimeoutMs: 5_000,
    };
    this.#connection = this.#isServer
      ? new Http2ServerConnection(this.#socket, options)
      : new Http2ClientConnection(this.#socket, options);
  }

  async run(): Promise<EpisodeResult> {
    const random = this.#random;
    const opening = this.#isServer ? clientPreface : Buffer.alloc(0);
    const settings = Buffer.from("000000040000000000000000040100000000", "hex");
    const rate = random.pick([0, 0, 0, 0.000_1, 0.005]);
    await this.#arrive(Buffer.concat([opening, settings]));
    for (let left = 1 + random.below(120); left > 0 && this.#end === undefined; left--) {
      this.#act();
      await this.#arrive(mutate(random, nextFrame(random, this.#isServer, this.#memory), rate));
      this.#check();
    }
    for (let i = 0; i < 3; i++) await turn();
    this.#finish();
    for (let i = 0; i < 3; i++) await turn();
    this.#clock.advance(1_000_000);
    await turn();
    this.#conclude();
    return { streams: this.#streams, end: this.#end ?? "lost" };
  }

  async #arrive(bytes: Buffer): Promise<void> {
    for (const chunk of chunksOf(this.#random, bytes)) {
      this.#socket.push(chunk);
      if (this.#random.next() < 0.05) await turn();
    }
  }

  /** What the program around the connection may do at any time. */
  #act(): void {
    const random = this.#random;
    if (random.next() < 0.003) this.#socket.reads = false;
    if (random.next() < 0.01) this.#clock.advance(random.below(3_000));
    if (random.next() < 0.005) this.#connection.close();
    if (this.#connection instanceof Http2ClientConnection && random.next() < 0.3) {
      const sink = this.#newSink(undefined);
      sink.stream = this.#connection.request(
        request,
        ["n", String(random.below(5))],
        sink,
        random.next() < 0.5,
      );
      if (sink.stream.id > 0) this.#memory.open.push(sink.stream.id);
    }
    for (const sink of this.#live) {
      if (random.next() < 0.2) sink.act(random);
    }
  }

  #check(): void {
    if (this.#socket.writableLength > maxBacklogBytes)
      throw new Error("output grows without bound");
    if (this.#thrown.length > 0) throw this.#thrown[0];
  }

  #finish(): void {
    const way = this.#random.below(3);
    if (way === 0) this.#socket.push(null);
    else if (way === 1) this.#socket.destroy(new Error("cut"));
    else this.#connection.destroy();
  }

  #conclude(): void {
    this.#check();
    if (this.#end === undefined) throw new Error("the connection hangs");
    if (this.#live.size > 0) throw new Error(`${this.#live.size} streams hang`);
    if (this.#connection.activeStreams > 0) throw new Error("streams are left");
    if (this.#clock.timers.size > 0) throw new Error("a timer is left");
    if (!this.#socket.destroyed) throw new Error("the socket is left open");
  }

  #newSink(stream: ServerStream | undefined): FuzzSink {
    this.#streams++;
    const credit = this.#random.pick(["auto", "manual"] as const);
    const sink = new FuzzSink(stream, credit, (done) => this.#live.delete(done));
    this.#live.add(sink);
    return sink;
  }
}

class FuzzSink implements StreamSink {
  readonly credit: "auto" | "manual";
  stream:
    | Pick<ServerStream, "id" | "sendData" | "sendTrailers" | "reset" | "addCredit">
    | undefined;
  readonly #server: ServerStream | undefined;
  readonly #onGone: (sink: FuzzSink) => void;
  #hasEnded = false;
  #step = 0;
  #unread = 0;

  constructor(
    server: ServerStream | undefined,
    credit: "auto" | "manual",
    onGone: (sink: FuzzSink) => void,
  ) {
    this.#server = server;
    this.stream = server;
    this.credit = credit;
    this.#onGone = onGone;
    if (server === undefined) this.#step = 1;
  }

  act(random: Random): void {
    const stream = this.stream;
    if (stream === undefined || this.#hasEnded) return;
    stream.addCredit(this.#unread);
    this.#unread = 0;
    const choice = random.next();
    if (choice < 0.05) stream.reset(8);
    else if (this.#step === 0) this.#respond();
    else if (this.#step === 1) this.#send(random, choice);
  }

  onHeaders(): void {
    this.#mustLive();
  }

  onData(bytes: Buffer): void {
    this.#mustLive();
    this.#unread += bytes.length;
  }

  onTrailers(): void {
    this.#mustLive();
  }

  onEnd(): void {
    this.#mustLive();
    this.#hasEnded = true;
    this.#onGone(this);
  }

  #respond(): void {
    this.#server?.respond(response, [], false);
    this.#step = 1;
  }

  #send(random: Random, choice: number): void {
    try {
      if (choice < 0.7) {
        this.stream?.sendData(Buffer.alloc(random.pick([0, 10, 5_000, 300_000])), false);
      } else {
        this.stream?.sendTrailers(trailers);
        this.#step = 2;
      }
    } catch (error) {
      // A request that was started with its end cannot send; anything else may not throw.
      if (!String(error).includes("was sent before")) throw error;
      this.#step = 2;
    }
  }

  #mustLive(): void {
    if (this.#hasEnded) throw new Error("called after the end");
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
