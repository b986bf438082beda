/** What the main process asks of its servers and clients: for each command, what it is given and what it answers. */
import type { Holdings } from "../../src/harness/holdings.js";
import type { CallTimes, LoadPlan } from "../load/open-loop.js";
import type { Behaviour, ServerReport } from "../stacks/behaviour.js";

/** Whose program runs: both ends are of the same. */
export type Stack = "thrice" | "grpc-js";

/** How a client makes up for what fails: one attempt after the other, or another one when the first takes long. */
export type Style = "failover" | "hedged";

/** Shape: by name, `[given, answer]`. */
export type Commands = Readonly<Record<string, readonly [given: object, answer: unknown]>>;

/** A server's. */
export type ServerCommands = {
  /** Listens, at a port of the system's choice if it is 0. Answers with the port, and when callers could connect. */
  serve: [
    { stack: Stack; host: string; port: number; seed: number },
    { port: number; listeningMs: number },
  ];
  behave: [Behaviour, null];
  /** What has come so far, since it was asked last. */
  report: [object, ServerReport];
  count: [object, Holdings];
};

/** A client's. */
export type ClientCommands = {
  /** Makes so many clients of those addresses. */
  connect: [{ stack: Stack; style: Style; addresses: readonly string[]; clients: number }, null];
  /** Which processes are stopped now: if the main process dies, the client ends them, as they cannot see it. */
  guard: [{ pids: readonly number[] }, null];
  /** Calls as fast as it can. */
  warmUp: [{ calls: number }, null];
  load: [LoadPlan, CallTimes];
  /** Makes a client of those addresses and one call. */
  firstCall: [{ stack: Stack; addresses: readonly string[] }, FirstCall];
  /** Calls one after the other. */
  callInTurn: [{ calls: number }, null];
  cancel: [{ calls: number; seed: number }, CancelledCalls];
  count: [object, Holdings & { readonly sockets: number }];
  notes: [object, ClientNotes];
};

/** How long a first call took. Units: milliseconds, from before the client was made; processor time of all threads. */
export interface FirstCall {
  readonly tookMs: number;
  readonly cpuMs: number;
}

/** How calls ended that the caller cancelled. */
export interface CancelledCalls {
  readonly cancelled: number;
  readonly answered: number;
  readonly failed: number;
}

/** What a client has to tell of itself. */
export interface ClientNotes {
  /** Retries and hedges that the budget paid for; undefined if the stack does not say. */
  readonly charged: number | undefined;
  /** Ejections and returns of endpoints, in words, each with its time since the epoch in milliseconds. */
  readonly events: readonly { readonly atMs: number; readonly text: string }[];
}
