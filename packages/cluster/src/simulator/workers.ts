import type { Clock } from "@thrice/core";
import { RequestQueue } from "./request-queue.js";
import type { ServedRequest } from "./served-request.js";
import type { ServerSettings } from "./server-options.js";

/** What workers need. */
export interface WorkersInit {
  readonly settings: ServerSettings;
  readonly clock: Clock;
  /** Draws how long the next request takes, in milliseconds. */
  readonly drawMs: () => number;
  /** Told that the time of a request is over; it is held until `free` is called for it. */
  readonly onWorked: (request: ServedRequest) => void;
  /** Told that a request is not served since its deadline has passed. */
  readonly onExpired: (request: ServedRequest) => void;
}

/** The workers of a server, and the queue before them. */
export class Workers {
  readonly #init: WorkersInit;
  readonly #queue = new RequestQueue();
  readonly #running = new Set<ServedRequest>();
  #isStuck = false;

  constructor(init: WorkersInit) {
    this.#init = init;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Serves a request, or queues it. False if the queue is full. */
  offer(request: ServedRequest): boolean {
    const { maxQueued } = this.#init.settings;
    if (this.#hasRoom) this.#serve(request);
    else if (this.#queue.size < maxQueued) this.#queue.add(request);
    else return false;
    return true;
  }

  /** The caller of a request has gone. Tells whether that ends the work. */
  giveUp(request: ServedRequest): boolean {
    const { cancel } = this.#init.settings;
    if (cancel === "is-ignored") return false;
    if (cancel === "leaves-queue" && this.#running.has(request)) return false;
    this.free(request);
    return true;
  }

  /** Ends a request, however far it has come, and takes the next one. */
  free(request: ServedRequest): void {
    request.stopWork?.();
    request.stopWork = undefined;
    this.#queue.delete(request);
    if (this.#running.delete(request)) this.#serveNext();
  }

  /** Takes nothing from the queue until `resume`. What is being served is. */
  stick(): void {
    this.#isStuck = true;
  }

  resume(): void {
    this.#isStuck = false;
    this.#serveNext();
  }

  /** Drops all of it. */
  clear(): void {
    for (const request of this.#running) request.stopWork?.();
    this.#queue.clear();
    this.#running.clear();
  }

  get #hasRoom(): boolean {
    return this.#running.size < this.#init.settings.workers && !this.#isStuck;
  }

  #serve(request: ServedRequest): void {
    const { clock, drawMs, onWorked } = this.#init;
    this.#running.add(request);
    request.stopWork = clock.setTimer(drawMs(), () => onWorked(request));
  }

  #serveNext(): void {
    const { settings, clock, onExpired } = this.#init;
    while (this.#hasRoom) {
      const request = this.#queue.take();
      if (request === undefined) return;
      if (settings.dropsExpired && request.dueMs <= clock.nowMs()) onExpired(request);
      else this.#serve(request);
    }
  }
}
