/**
 * Reads something of ZooKeeper, and again whenever a watch on it has fired. Reading and arming are one request, so that no
 * change falls between them. While changes come thick, readings keep a distance that grows with what they cost.
 */
import { Pacer, Reachability } from "@thrice/registry-dubbo";
import type { Session } from "../session/session.js";
import type { Watcher } from "../session/watch-table.js";
import { reasonOf, ZookeeperError } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";

/** Bounds of the distance between two readings, in milliseconds. */
const leastMs = 20;
const mostMs = 500;

export interface FollowerInit {
  readonly session: Session;
  readonly options: ResolvedZookeeperOptions;
  /** Reads what has changed and arms the watches, or throws. */
  read(watcher: Watcher): Promise<void>;
  /** Hears that a node has changed, before it is read again. */
  onChange?(path: string): void;
  /** Hears that what was read is true, as it is now. */
  onLive(): void;
  /** Hears that it may not be any more. */
  onStale(reason: string): void;
}

export class Follower {
  readonly #init: FollowerInit;
  readonly #pacer: Pacer;
  readonly #reachability: Reachability;
  readonly #undo: () => void;
  #endRest: (() => void) | undefined;
  #isDirty = true;
  #isClosed = false;

  constructor(init: FollowerInit) {
    const { session, options } = init;
    this.#init = init;
    this.#pacer = new Pacer(options.clock, options.random);
    this.#reachability = new Reachability(options.name, options.logger);
    this.#undo = session.listen({
      onUp: () => {
        if (this.#isDirty) this.#pacer.wake();
        else init.onLive();
      },
      onDown: (reason) => init.onStale(reason),
    });
    if (session.downReason !== "") init.onStale(session.downReason);
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#undo();
    this.#init.session.watches.drop(this.#watcher);
    this.#pacer.wake();
    this.#endRest?.();
  }

  readonly #watcher = (path: string) => {
    this.#init.onChange?.(path);
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#pacer.wake();
  };

  /** Never rejects. */
  async #run(): Promise<void> {
    const { session, options } = this.#init;
    while (!this.#isClosed) {
      await session.untilUp();
      if (session.isClosed) return;
      await this.#turn();
      while (!this.#isDirty && !this.#isClosed) await this.#pacer.pause(options.sessionTimeoutMs);
    }
  }

  /** Reads, and rests. */
  async #turn(): Promise<void> {
    if (this.#isClosed) return;
    try {
      const costMs = await this.#read();
      if (this.#isClosed) return;
      await this.#rest(Math.min(mostMs, Math.max(leastMs, costMs)));
    } catch (cause) {
      if (this.#isClosed) return;
      this.#isDirty = true;
      if (cause instanceof ZookeeperError) this.#reachability.noteFailure(cause.message);
      this.#init.onStale(reasonOf(cause));
      await this.#pacer.afterFailure();
    }
  }

  /** Resolves with what it has cost, in milliseconds. */
  async #read(): Promise<number> {
    const { options, read, onLive } = this.#init;
    const fromMs = options.clock.nowMs();
    this.#isDirty = false;
    await read(this.#watcher);
    if (this.#isClosed) return 0;
    this.#pacer.noteSuccess();
    this.#reachability.noteSuccess();
    onLive();
    return options.clock.nowMs() - fromMs;
  }

  /** Waits whatever happens, unless it is closed. */
  #rest(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const undo = this.#init.options.clock.setTimer(delayMs, resolve);
      this.#endRest = () => {
        undo();
        resolve();
      };
    });
  }
}
