/** What the main process asks of the others: for each command, what it is given and what it answers. Times: since the epoch, ms. */
import type { CallTimes, LoadPlan } from "../../processes/load/open-loop.js";
import type { EnginePlace } from "../engine/new-registry.js";
import type { Usage } from "./usage.js";

/** A process with many providers, each with a registry, and so a connection and a lease, of its own. */
export type ProviderCommands = {
  /** Publishes so many, and answers when the engine has them all. */
  publish: [{ place: EnginePlace; from: number; count: number }, null];
  /** Publishes one more; answers when that was asked of the registry. */
  add: [{ place: EnginePlace; at: number }, { askedMs: number; endpoint: string }];
  /** Withdraws it. */
  remove: [{ at: number }, { askedMs: number }];
};

/** A process with many consumers, each with a registry of its own. */
export type ConsumerCommands = {
  /** Begins to watch the crowd and the echo service. Answers how long each took to know so many of the crowd, in ms. */
  watch: [{ place: EnginePlace; consumers: number; count: number }, { tookMs: number[] }];
  /** Answers when each consumer knew of that endpoint, once all do. */
  untilAdded: [{ endpoint: string }, { atMs: number[] }];
  /** The same of its leaving. */
  untilRemoved: [{ endpoint: string }, { atMs: number[] }];
  usage: [object, Usage];
};

/** A real server. */
export type ServerCommands = {
  /** Serves, published; answers when the registry was told. */
  serve: [{ place: EnginePlace }, { endpoint: string; askedMs: number }];
  /** Answers when the first call came. */
  firstCall: [object, { atMs: number }];
  /** Begins to stop; answers when. */
  stop: [object, { askedMs: number }];
};

/** A real client. */
export type ClientCommands = {
  connect: [{ place: EnginePlace }, null];
  load: [LoadPlan, CallTimes];
  /** Calls that have failed, in words: why, and what each attempt met. */
  failures: [object, readonly string[]];
};
