/** What the main process asks of servers and of the client: for each command, what it is given and what it answers. */
import type { Holdings } from "../src/harness/holdings.js";
import type { CallTally, Ends } from "./tally.js";

export type SoakServerCommands = {
  /** Listens at a port of the system's choice, and answers with it. `folder` takes what must not be forgotten. */
  serve: [{ folder: string; name: string; maxConnectionAgeMs: number }, { port: number }];
  /** What it holds, and handlers that have not ended. */
  count: [object, Holdings & { readonly running: number }];
};

export type SoakClientCommands = {
  /** Makes a client for each wire. */
  connect: [{ addresses: readonly string[]; folder: string; seed: number }, null];
  /** Which processes may be halted: if the main process dies, the client ends them. */
  guard: [{ pids: readonly number[] }, null];
  /** Makes calls for so long and answers when all have ended. `isTroubled`: see `Load`. */
  load: [{ seconds: number; perSecond: number; isTroubled: boolean }, CallTally];
  count: [object, ClientHoldings];
  /** Closes the clients, and tells how each call ended. */
  close: [object, Ends];
};

/** What the process of clients holds. */
export interface ClientHoldings extends Holdings {
  /** Also those that do not keep the process alive. */
  readonly sockets: number;
  /** Of the signal that many calls share. */
  readonly listeners: number;
  /** Sources of requests that have begun and not ended. */
  readonly sources: number;
}
