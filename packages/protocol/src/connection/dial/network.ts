/** The system's resolver and sockets, as far as a connection pool needs them; unit tests hand in their own. */
import { lookup } from "node:dns";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import type { Target } from "./target.js";

/**
 * What the pool needs of a socket beyond a byte stream. Emits `connect` once it is connected; one that is encrypted then
 * emits `secureConnect` when it knows its peer.
 */
export interface PoolSocket extends Duplex {
  readonly encrypted?: boolean;
  readonly bytesRead: number;
  /** Lets the socket keep the process alive. */
  ref(): unknown;
  /** Lets the process end while the socket is open. */
  unref(): unknown;
}

/** Resolver and sockets. Both functions may throw, which counts as a failure to connect. */
export interface Network {
  /** Finds the addresses of a name, in the order of preference. */
  lookup(host: string, done: (error: Error | null, addresses: readonly string[]) => void): void;
  /** Starts to connect; hosts are addresses, not names. */
  connect(target: Target): PoolSocket;
}

/** Quiet time before the kernel asks whether the peer still exists, in milliseconds. */
export const tcpKeepaliveMs = 60_000;

/**
 * The system's.
 *
 * TCP keepalive is on: Node.js then has the kernel probe ten times, a second apart, so that a connection without streams
 * whose peer has vanished is gone after 70 s, before a call meets it. It costs no wakeup here and no PING at the peer.
 */
export const systemNetwork: Network = {
  lookup: (host, done) => {
    lookup(host, { all: true, order: "verbatim" }, (error, found) => {
      done(error, error === null ? found.map(({ address }) => address) : []);
    });
  },
  connect: (target) =>
    connect({ ...target, keepAlive: true, keepAliveInitialDelay: tcpKeepaliveMs }),
};
