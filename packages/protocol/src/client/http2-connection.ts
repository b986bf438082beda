import { channelClosed, Http2Session, type Http2SessionOptions } from "./http2-session.js";

/**
 * The connection to one peer, opened when it is first needed and anew after a GOAWAY or a loss. However many
 * requests wait for it, it is opened once.
 */
export class Http2Connection {
  readonly #options: Http2SessionOptions;
  /** All that are not down: the current one, and those that a GOAWAY left behind. */
  readonly #sessions = new Set<Http2Session>();
  #current: Http2Session | undefined;
  #closed = false;

  constructor(options: Http2SessionOptions) {
    this.#options = options;
  }

  /** The open session. Rejects with a `WireError` of outcome `connect-failed`, or `rejected` once closed. */
  async session(): Promise<Http2Session> {
    if (this.#closed) throw channelClosed();
    if (this.#current?.usable !== true) this.#current = this.#open();
    const session = this.#current;
    await session.ready;
    return session;
  }

  /** Breaks all connections, those that are not open yet included. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#sessions].map((session) => session.close()));
  }

  #open(): Http2Session {
    const session = new Http2Session(this.#options);
    this.#sessions.add(session);
    session.onceDown(() => this.#sessions.delete(session));
    return session;
  }
}
