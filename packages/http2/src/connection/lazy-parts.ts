/**
 * Parts that a connection does without until something happens that needs them. Thousands of connections may be open and
 * say nothing, and each part costs 40 to 100 bytes of every one of them.
 */
import { ReceiveCredit } from "../flow/receive-credit.js";
import { SendLine } from "../flow/send-line.js";
import { defaultTableBytes, HpackDecoder } from "../hpack/hpack-decoder.js";
import { HpackEncoder } from "../hpack/hpack-encoder.js";
import type { ResolvedHttp2Options } from "../http2-options.js";
import { FloodGuard } from "../limits/flood-guard.js";
import type { ActiveStream } from "../stream/active-stream.js";
import { StreamTable } from "../stream/stream-table.js";
import type { Connection } from "./connection.js";
import { Pings } from "./pings.js";
import { RecentResets } from "./recent-resets.js";

/** Stands for the streams of all connections that have none; nothing is ever added to it. */
const noStreams = new StreamTable<ActiveStream>();

/** What {@link Connection} makes when it is first asked for it. */
export abstract class LazyParts {
  abstract readonly options: ResolvedHttp2Options;
  streams: StreamTable<ActiveStream> = noStreams;
  #encoder: HpackEncoder | undefined;
  #decoder: HpackDecoder | undefined;
  #credit: ReceiveCredit | undefined;
  #line: SendLine | undefined;
  #guard: FloodGuard | undefined;
  #pings: Pings | undefined;
  #resets: RecentResets | undefined;

  /** Adds a stream that has begun. */
  addStream(stream: ActiveStream): void {
    if (this.streams === noStreams) this.streams = new StreamTable();
    this.streams.add(stream);
  }

  /** Gives the memory of the streams back if there are none. */
  trimStreams(): void {
    if (this.streams.size === 0) this.streams = noStreams;
  }

  get encoder(): HpackEncoder {
    this.#encoder ??= new HpackEncoder(this.options, defaultTableBytes);
    return this.#encoder;
  }

  get decoder(): HpackDecoder {
    this.#decoder ??= new HpackDecoder(this.options);
    return this.#decoder;
  }

  get credit(): ReceiveCredit {
    this.#credit ??= new ReceiveCredit(whole(this));
    return this.#credit;
  }

  get line(): SendLine {
    this.#line ??= new SendLine(whole(this));
    return this.#line;
  }

  get guard(): FloodGuard {
    this.#guard ??= new FloodGuard(this.options);
    return this.#guard;
  }

  get pings(): Pings {
    this.#pings ??= new Pings(whole(this));
    return this.#pings;
  }

  get resets(): RecentResets {
    this.#resets ??= new RecentResets();
    return this.#resets;
  }

  /** Sends what waits for windows or output, as far as it may go now. */
  runLine(): void {
    this.#line?.run();
  }

  /** Whether frames of stream `id` may be the late ones of a stream reset here. */
  mayBeReset(id: number): boolean {
    return this.#resets?.mayInclude(id) ?? false;
  }

  /** Tells all who wait for the answer to a PING that none will come. */
  protected endPings(): void {
    this.#pings?.end();
  }
}

function whole(parts: LazyParts): Connection {
  return parts as Connection;
}
