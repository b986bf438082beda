/**
 * Finds out that a peer has vanished while streams wait for it.
 *
 * On by default: a call has its timeout, but without this the connection that swallowed it would swallow all later calls
 * too, until the kernel gives up after a quarter of an hour. What speaks against it is that gRPC servers end connections
 * whose clients ping more often than every five minutes. They count only pings between two answers of their own, and
 * bear with the first ones. So a stretch of silence gets one PING soon, and further ones rarely.
 *
 * @see https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md, whose clients repeat at the same pace
 */
import type { CancelTimer } from "@thrice/core";
import type { Http2Clock } from "@thrice/http2";
import { every } from "./every.js";

/** When to ping; one object per pool, since what one connection learns about a peer goes for all. */
export interface KeepalivePace {
  /** Silence before the first PING, in milliseconds; 0 for no PINGs. */
  intervalMs: number;
  /** Silence between further PINGs, in milliseconds. */
  repeatMs: number;
  /** Wait for anything to arrive after a PING, in milliseconds. */
  readonly timeoutMs: number;
}

/** What is watched. */
export interface KeepaliveSubject {
  readonly activeStreams: number;
  /** Streams begun since the connection opened. */
  readonly streamsBegun: number;
  /** Bytes received so far. */
  readonly receivedBytes: number;
  ping(onAnswer: () => void): void;
  /** Breaks the connection off as lost. */
  lose(error: Error): void;
}

/** Length of the frame that answers a PING. */
const answerBytes = 17;
/** Looks per interval. */
const looks = 2;

/**
 * Pings when nothing was received for `pace.intervalMs`, or up to half as much more, while streams were open. Like the
 * idle time, this is looked at now and then, so that a call costs nothing.
 *
 * What counts is the periods in which a stream was open, one after another or not: calls that come now and then, and
 * time out, would otherwise each meet the dead connection.
 */
export function keepAlive(
  subject: KeepaliveSubject,
  pace: KeepalivePace,
  clock: Http2Clock,
): CancelTimer {
  if (pace.intervalMs === 0) return () => {};
  const periodMs = pace.intervalMs / looks;
  const keepalive = new Keepalive(subject, pace, clock, periodMs);
  const undo = every(clock, periodMs, () => keepalive.look());
  return () => {
    undo();
    keepalive.stop();
  };
}

/** Slows down for a peer that complains. */
export function slowDown(pace: KeepalivePace): void {
  pace.intervalMs *= 2;
  pace.repeatMs *= 2;
}

class Keepalive {
  readonly #subject: KeepaliveSubject;
  readonly #pace: KeepalivePace;
  readonly #clock: Http2Clock;
  readonly #periodMs: number;
  #receivedBytes: number;
  #streamsBegun = 0;
  #silentPeriods = 0;
  #hasPinged = false;
  #undoTimeout: CancelTimer | undefined;

  constructor(subject: KeepaliveSubject, pace: KeepalivePace, clock: Http2Clock, periodMs: number) {
    this.#subject = subject;
    this.#receivedBytes = subject.receivedBytes;
    this.#pace = pace;
    this.#clock = clock;
    this.#periodMs = periodMs;
  }

  look(): void {
    const { activeStreams, streamsBegun, receivedBytes } = this.#subject;
    const hadStreams = activeStreams > 0 || streamsBegun !== this.#streamsBegun;
    this.#streamsBegun = streamsBegun;
    if (receivedBytes !== this.#receivedBytes) {
      this.#receivedBytes = receivedBytes;
      this.#silentPeriods = 0;
      this.#hasPinged = false;
      this.#undoTimeout?.(); // the answer may stand in line behind a large message
    } else if (hadStreams) {
      this.#silentPeriods++;
    }
    // The first period was silent only in part.
    const silentMs = (this.#silentPeriods - 1) * this.#periodMs;
    const dueMs = this.#hasPinged ? this.#pace.repeatMs : this.#pace.intervalMs;
    if (hadStreams && silentMs >= dueMs) this.#ping();
  }

  stop(): void {
    this.#undoTimeout?.();
  }

  #ping(): void {
    this.#silentPeriods = 1;
    this.#hasPinged = true;
    this.#undoTimeout?.();
    this.#undoTimeout = this.#clock.setTimer(this.#pace.timeoutMs, () => this.#onTimeout());
    this.#subject.ping(() => {
      this.#undoTimeout?.();
      // The answer alone does not end the silence that further PINGs are measured by.
      const arrived = this.#subject.receivedBytes - this.#receivedBytes;
      if (arrived === answerBytes) this.#receivedBytes += answerBytes;
    });
  }

  #onTimeout(): void {
    if (this.#subject.receivedBytes !== this.#receivedBytes) return;
    this.#subject.lose(new Error(`no answer to a PING within ${this.#pace.timeoutMs} ms`));
  }
}
