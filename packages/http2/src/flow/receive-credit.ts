/**
 * Windows that we open for the peer.
 *
 * A window is topped up when half of it has been used. Each time that happens a PING is sent, and if the bytes that
 * arrive until it comes back fill most of a window, the window is what limits the link and is doubled.
 *
 * @see RFC 9113 sections 5.2 and 6.9
 */
import type { Connection } from "../connection/connection.js";
import type { ActiveStream } from "../stream/active-stream.js";

/** Receive side of one connection. */
export class ReceiveCredit {
  /** Window that a stream begins with, as our SETTINGS say. */
  readonly newStreamWindowBytes: number;
  /** Size that stream windows are topped up to. */
  streamWindowBytes: number;
  /** Size that the connection's window is topped up to. */
  connectionWindowBytes: number;
  readonly #connection: Connection;
  #window: number;
  #unreturned = 0;
  #heldBytes = 0;
  #isSampling = false;
  #sampleBytes = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.newStreamWindowBytes = connection.options.streamWindowBytes;
    this.streamWindowBytes = this.newStreamWindowBytes;
    this.connectionWindowBytes = connection.options.connectionWindowBytes;
    this.#window = this.connectionWindowBytes; // what the opening said
  }

  /** Takes `bytes` of the peer's from the connection's window; `false` if it had no right to send them. */
  take(bytes: number): boolean {
    this.#window -= bytes;
    if (this.#window < 0) return false;
    if (this.#isSampling) this.#sampleBytes += bytes;
    this.#unreturned += bytes;
    if (this.#unreturned * 2 >= this.connectionWindowBytes) this.#returnToConnection();
    return true;
  }

  /** Notes that a reader with manual credit holds `bytes` more. */
  hold(bytes: number): void {
    this.#heldBytes += bytes;
  }

  /** Notes that a reader with manual credit holds `bytes` less. */
  release(bytes: number): void {
    this.#heldBytes -= bytes;
    if (this.#unreturned * 2 >= this.connectionWindowBytes) this.#returnToConnection();
  }

  /** Gives `bytes` back to a stream, on the wire once half its window has been used. */
  returnToStream(stream: ActiveStream, bytes: number): void {
    stream.unreturned += bytes;
    if (stream.unreturned * 2 < stream.windowSize) return;
    const growth = this.streamWindowBytes - stream.windowSize;
    const increment = stream.unreturned + Math.max(0, growth);
    if (growth > 0) stream.windowSize = this.streamWindowBytes;
    stream.unreturned = 0;
    stream.receiveWindow += increment;
    this.#connection.writeWindowUpdate(stream.id, increment);
    this.#sample();
  }

  /** While readers hold too much, the connection's window stays closed: nothing but that bounds them together. */
  #returnToConnection(): void {
    if (this.#heldBytes >= this.#connection.options.maxConnectionWindowBytes) return;
    const increment = this.connectionWindowBytes - this.#window;
    this.#unreturned = 0;
    if (increment <= 0) return;
    this.#window += increment;
    this.#connection.writeWindowUpdate(0, increment);
    this.#sample();
  }

  #sample(): void {
    if (this.#isSampling || this.#isGrown) return;
    this.#isSampling = true;
    this.#sampleBytes = 0;
    this.#connection.pings.send(() => this.#judge());
  }

  get #isGrown(): boolean {
    const { maxStreamWindowBytes, maxConnectionWindowBytes } = this.#connection.options;
    return (
      this.streamWindowBytes >= maxStreamWindowBytes &&
      this.connectionWindowBytes >= maxConnectionWindowBytes
    );
  }

  #judge(): void {
    this.#isSampling = false;
    const bytes = this.#sampleBytes;
    const { maxStreamWindowBytes, maxConnectionWindowBytes } = this.#connection.options;
    if (bytes * 3 >= this.streamWindowBytes * 2) {
      this.streamWindowBytes = Math.max(
        this.streamWindowBytes,
        Math.min(bytes * 2, maxStreamWindowBytes),
      );
    }
    if (bytes * 3 >= this.connectionWindowBytes * 2) {
      this.connectionWindowBytes = Math.max(
        this.connectionWindowBytes,
        Math.min(bytes * 2, maxConnectionWindowBytes),
      );
    }
  }
}
