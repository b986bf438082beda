import type { Clock, Directory, Endpoint, RoutedCall } from "@thrice/core";
import { defaultSlowStartMs } from "../load-balance/warm-up.js";
import type { RouterChain } from "../router/router-chain.js";
import type { Subsetter } from "../subset/subsetter.js";
import type {
  AttemptNote,
  EndpointSource,
  EndpointView,
  NarrowingReport,
  NotedAttempt,
} from "./endpoint-source.js";
import { EndpointHealth, type HealthInit } from "./health/endpoint-health.js";
import type { HealthCounters } from "./health/health-counters.js";
import { HealthViews } from "./health/health-views.js";
import { judgeEndpoint } from "./judge-endpoint.js";
import { LiveEndpoints, type TrackedEndpoint } from "./live-endpoints.js";
import { narrowingReport } from "./narrowing-report.js";

/** What narrows the endpoints of a client before its calls choose. */
export interface Narrowing {
  /** Read for each attempt: another one takes the place of the one before. */
  readonly chain?: RouterChain | undefined;
  readonly subsetter?: Subsetter | undefined;
}

type List = readonly TrackedEndpoint[];

/** Lists in use that are kept in mind. */
const maxLists = 1_000;

/**
 * The endpoints of one client: what its directory knows, with what its calls have seen. A call may go to what routers leave
 * of them, of that to a subset, and of that to those that are well.
 */
export class ClientEndpoints implements EndpointSource {
  readonly #directory: Directory;
  readonly #live: LiveEndpoints;
  readonly #clock: Clock;
  readonly #health: EndpointHealth | undefined;
  readonly #views = new HealthViews(1);
  readonly #narrowing: Narrowing;
  #known: readonly Endpoint[] = [];
  #chain: RouterChain | undefined;
  /** Those known, with statistics; undefined if a client without routers uses a part of them, which is `#lastUsed`. */
  #tracked: List | undefined = [];
  #changes = 0;
  /** Lists that calls have been given since the last change, as far as they are a part of those known. */
  readonly #lists = new Set<List>();
  #lastRouted: List | undefined;
  #lastUsed: List = [];

  /**
   * Without `health`, every endpoint takes calls at all times.
   *
   * Units: `slowStartMs` is how long the weight of an endpoint grows that comes later, in milliseconds.
   */
  constructor(
    directory: Directory,
    clock: Clock,
    health?: HealthInit,
    narrowing: Narrowing = {},
    slowStartMs = defaultSlowStartMs,
  ) {
    this.#directory = directory;
    this.#clock = clock;
    this.#live = new LiveEndpoints(directory, clock, slowStartMs);
    if (health !== undefined) this.#health = new EndpointHealth(this.#live, clock, health);
    this.#narrowing = narrowing;
  }

  /** What has happened to the health of the endpoints so far; undefined if nobody looks after it. */
  get healthCounters(): Readonly<HealthCounters> | undefined {
    return this.#health?.counters;
  }

  /** How many are known now, and how many of them health keeps out. Goes through all. */
  get levels(): { readonly endpoints: number; readonly ejectedEndpoints: number } {
    const { length } = this.#live.sources();
    const away = this.#live.tracked().filter(({ stats }) => stats.health?.isAway === true);
    return { endpoints: length, ejectedEndpoints: away.length };
  }

  /** Without a call, as if there were no routers. */
  for(call?: RoutedCall): EndpointView {
    const known = this.#live.sources();
    const { chain } = this.#narrowing;
    if (known !== this.#known || chain !== this.#chain) this.#take(known, chain);
    this.#health?.lookAfter();
    const tracked = this.#tracked;
    if (tracked === undefined) return this.#view();
    if (chain === undefined || call === undefined) return this.#viewOf(tracked);
    const routed = chain.narrow(tracked, call);
    const view = this.#viewOf(routed.endpoints as List);
    if (!view.isPanic && view.all.length > 0) return view;
    const { wider } = routed;
    return wider === undefined ? view : this.#viewOf(wider.endpoints as List);
  }

  whyNone(call: RoutedCall): string | undefined {
    if (this.#live.sources().length === 0) return this.#directory.whyNone?.();
    const { chain } = this.#narrowing;
    if (chain === undefined) return undefined;
    const known = this.#live.current();
    const { emptiedBy } = chain.narrow(known, call);
    if (emptiedBy === undefined) return undefined;
    return `router ${emptiedBy} leaves none of the ${known.length} that are known`;
  }

  explain(call: RoutedCall): NarrowingReport {
    const view = this.for(call);
    const { chain } = this.#narrowing;
    const known = this.#tracked ?? this.#known;
    return narrowingReport({ known, chain, view, nowMs: this.#clock.nowMs() }, call);
  }

  /** Counts up when endpoints come or go. */
  get changes(): number {
    return this.#changes;
  }

  /** Whether calls may go to the endpoint: it is known, and in a subset where there are any. */
  isInUse(id: string): boolean {
    if (this.#live.get(id) === undefined) return false;
    if (this.#lists.size === 0) return true;
    for (const list of this.#lists) if (list.some((endpoint) => endpoint.id === id)) return true;
    return false;
  }

  #take(known: readonly Endpoint[], chain: RouterChain | undefined): void {
    const { subsetter } = this.#narrowing;
    this.#known = known;
    this.#chain = chain;
    this.#changes++;
    this.#lists.clear();
    this.#lastRouted = undefined;
    if (chain === undefined && subsetter?.cuts(known)) {
      this.#tracked = undefined;
      this.#lastUsed = this.#live.part(subsetter.cut(known));
      this.#lists.add(this.#lastUsed);
    } else {
      this.#tracked = this.#live.current();
    }
    this.#health?.use(this.#live.tracked(), known.length);
  }

  #viewOf(list: List): EndpointView {
    if (list !== this.#lastRouted) {
      this.#lastUsed = this.#cut(list);
      this.#lastRouted = list;
    }
    return this.#view();
  }

  #view(): EndpointView {
    return this.#health?.view(this.#lastUsed) ?? this.#views.of(this.#lastUsed);
  }

  #cut(list: List): List {
    const { subsetter } = this.#narrowing;
    if (subsetter === undefined || !subsetter.cuts(this.#known)) return list;
    const used = subsetter.cut(list);
    if (this.#lists.size >= maxLists) this.#lists.clear();
    this.#lists.add(used);
    return used;
  }

  noteStart(attempt: NotedAttempt): void {
    (attempt.endpoint as TrackedEndpoint).stats.noteStart(attempt);
    this.#health?.noteStart(attempt);
  }

  noteEnd(attempt: NotedAttempt, note: AttemptNote): void {
    const { stats } = attempt.endpoint as TrackedEndpoint;
    const verdict = judgeEndpoint(note);
    stats.noteEnd(verdict, attempt, attempt.endedMs, note.pushbackMs);
    this.#health?.noteEnd(attempt, verdict);
  }

  /** Starts nothing more of its own. */
  close(): void {
    this.#health?.close();
  }
}
