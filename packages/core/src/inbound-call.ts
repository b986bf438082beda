import { AsyncLocalStorage } from "node:async_hooks";

/** The call that a handler is serving, as far as the calls it makes itself need to know. */
export interface InboundCall {
  /** Time until the caller stops waiting, in milliseconds; undefined when it named no limit. */
  remainingMs(): number | undefined;
  /**
   * Takes note that a call which the handler made has failed after all its retries: whoever called the handler should not
   * multiply them.
   */
  noteRetriesSpent?(): void;
}

// One store for server and client, which never meet otherwise, even when two copies are installed.
const key = Symbol.for("@thrice/core/inbound-call");
type Shared = { [key]?: AsyncLocalStorage<InboundCall> };

/** Runs `serve` so that `currentInboundCall` finds `inbound` in it and in all that it awaits. */
export function runInboundCall<T>(inbound: InboundCall, serve: () => T): T {
  return storage().run(inbound, serve);
}

/** Runs what it is given as {@link runInboundCall} does. */
export type InboundRunner = <T>(serve: () => T) => T;

/** Makes a runner for a call that is served in many steps; a step costs less that way. */
export function inboundRunner(inbound: InboundCall): InboundRunner {
  return storage().run(inbound, () => AsyncLocalStorage.snapshot());
}

/** The call that the running code serves; undefined outside handlers. */
export function currentInboundCall(): InboundCall | undefined {
  return (globalThis as Shared)[key]?.getStore();
}

function storage(): AsyncLocalStorage<InboundCall> {
  const shared = globalThis as Shared;
  shared[key] ??= new AsyncLocalStorage<InboundCall>();
  return shared[key];
}
