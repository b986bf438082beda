/** What every contestant of the benches offers: a server, and a client that makes one call. */
export interface Caller {
  /** Makes one call with `bytes` of message and resolves with the length of the answer. */
  call(message: Uint8Array): Promise<number>;
  close(): void;
}

/** A way to make calls. */
export interface Contestant {
  /** Starts an echo server and resolves with its port. */
  serve(): Promise<number>;
  connect(port: number): Promise<Caller>;
}
