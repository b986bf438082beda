import { logQuietly } from "@thrice/core";
import { Pacer, Reachability } from "@thrice/registry-dubbo";
import { errorCode, isRefusal, reasonOf, ZookeeperError } from "../zookeeper-error.js";
import type { FollowTools } from "./follow.js";

/** One change of a lasting node by what is there, tried until it is done or given up. */
export class Update {
  /** Resolves when it is done, or was closed, or `change` throws, which is logged. Never rejects. */
  readonly done: Promise<void>;
  readonly #path: string;
  readonly #tools: FollowTools;
  readonly #change: (old: string | undefined) => string | undefined;
  readonly #pacer: Pacer;
  readonly #closed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(
    path: string,
    tools: FollowTools,
    change: (old: string | undefined) => string | undefined,
  ) {
    const { clock, random } = tools.options;
    this.#path = path;
    this.#tools = tools;
    this.#change = change;
    this.#pacer = new Pacer(clock, random);
    this.done = this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#closed.resolve();
    this.#pacer.wake();
  }

  async #run(): Promise<void> {
    const { session, options } = this.#tools;
    const reachability = new Reachability(options.name, options.logger);
    for (;;) {
      await Promise.race([session.untilUp(), this.#closed.promise]);
      if (this.#isClosed || session.isClosed) return;
      try {
        await this.#try();
        return;
      } catch (cause) {
        const isFault = cause instanceof ZookeeperError && !isRace(cause);
        if (isFault && !this.#isClosed) reachability.noteFailure(cause.message);
        // Drawn at random, so that many who were in each other's way do not meet again.
        await this.#pacer.afterFailure();
      }
    }
  }

  /** Throws if it has to be tried again. */
  async #try(): Promise<void> {
    const { nodes } = this.#tools;
    const node = await nodes.get(this.#path);
    const value = this.#ask(node?.value);
    if (value === undefined || value === node?.value) return;
    if (node === undefined) await nodes.create(this.#path, value, false);
    else await nodes.set(this.#path, value, node.version);
  }

  #ask(old: string | undefined): string | undefined {
    try {
      return this.#change(old);
    } catch (cause) {
      const { name, logger } = this.#tools.options;
      logQuietly(() =>
        logger.errorf("registry %s: %s is not written: %s", name, this.#path, reasonOf(cause)),
      );
      return undefined;
    }
  }
}

/** Whether somebody else was faster. */
function isRace(cause: ZookeeperError): boolean {
  const { badVersion, nodeExists, noNode } = errorCode;
  return [badVersion, nodeExists, noNode].some((code) => isRefusal(cause, code));
}
