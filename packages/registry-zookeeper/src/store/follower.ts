/**
 * Reads something of ZooKeeper, and again whenever a watch on it has fired. Reading and arming are one request, so that no
 * change falls between them. While changes come thick, readings keep a distance that grows with what they cost.
 */
import { Pacer, Reachability } from "@thrice/registry-dubbo";
import type { Session } from "../session/session.js";
import { reasonOf, ZookeeperError } from "../zookeeper-error.js";
import type { ResolvedZookeeperOptions } from "../zookeeper-options.js";

/** Bounds of the distance between two readings, in milliseconds. */
const leastMs = 20;
const mostMs = 1_000;

/** How many times longer than a reading the pause after it is. */
const pauseRatio = 4;

export interface FollowerInit {
  readonly session: Session;
  readonly options: ResolvedZookeeperOptions;
  /** Reads what has changed and arms the watches, or throws; `fire` tells of a change. */
  read(fire: () => void): Promise<void>;
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
    this.#pacer.wake();
  }

  readonly #fire = () => {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#pacer.wake();
  };

  /** Never rejects. */
  async #run(): Promise<void> {
    const { session, options } = this.#init;
    while (!this.#isClosed) {
      await session.untilUp();
      if (this.#isClosed || session.isClosed) return;
      try {
        const costMs = await this.#read();
        if (this.#isClosed) return;
        await this.#pacer.rest(Math.min(mostMs, Math.max(leastMs, pauseRatio * costMs)));
        while (!this.#isDirty && !this.#isClosed) await this.#pacer.pause(options.sessionTimeoutMs);
      } catch (cause) {
        if (this.#isClosed) return;
        this.#isDirty = true;
        if (cause instanceof ZookeeperError) this.#reachability.noteFailure(cause.message);
        this.#init.onStale(reasonOf(cause));
        await this.#pacer.afterFailure();
      }
    }
  }
}
