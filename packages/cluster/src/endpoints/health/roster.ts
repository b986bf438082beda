/**
 * Who takes calls: the steps from one state of an endpoint's health to the next, the limits on them, and what is told of
 * them. When to take them is decided elsewhere.
 */
import {
  type ClusterEvents,
  type EjectionCause,
  type LiveEndpoint,
  logQuietly,
} from "@thrice/core";
import type { LiveEndpoints, TrackedEndpoint } from "../live-endpoints.js";
import type { StartedAttempt } from "../started-attempt.js";
import type { HealthCounters } from "./health-counters.js";
import type { HealthSettings } from "./health-options.js";
import type { HealthRecord } from "./health-record.js";
import { HealthViews } from "./health-views.js";

/**
 * A healed endpoint's latency as a multiple of the best peer's: low enough to be tried soon, and not by all at once. peakEwma
 * multiplies latencies by the cube root of the load: at 1.5, one on real processes waited for up to 1.4 s, where 1.25 takes
 * some tenths.
 */
const healedRatio = 1.25;
/** That of one on trial: a load balancer that looks at latencies takes it as soon as it sees it, and it is only one call. */
const trialRatio = 0.5;

/** What a roster needs. */
export interface RosterInit {
  readonly live: LiveEndpoints;
  readonly settings: HealthSettings;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
  readonly events: ClusterEvents;
}

/** The endpoints of one client, by whether they take calls. */
export class Roster {
  readonly counters: HealthCounters = { ejections: 0, returns: 0, probes: 0, failedProbes: 0 };
  readonly views: HealthViews;
  readonly #init: RosterInit;
  #endpoints: readonly TrackedEndpoint[] = [];
  /** Endpoints of the client, tracked or not. */
  known = 0;
  /** Those that are not in, or wait for a probe. */
  #troubled = new Set<TrackedEndpoint>();
  /** Those that are not in. */
  #ejected = 0;
  /** When something is due; `Infinity` while all is well. */
  dueMs = Number.POSITIVE_INFINITY;

  constructor(init: RosterInit) {
    this.#init = init;
    this.views = new HealthViews(init.settings.panicRatio);
  }

  get endpoints(): readonly TrackedEndpoint[] {
    return this.#endpoints;
  }

  /** Those of whom something may be due; a list of its own. */
  get troubled(): readonly TrackedEndpoint[] {
    return [...this.#troubled];
  }

  /**
   * Takes the endpoints that are tracked now, of all that are `known`. One that was ejected when it left is so when it comes
   * back.
   */
  use(endpoints: readonly TrackedEndpoint[], known: number): void {
    this.#endpoints = endpoints;
    this.known = known;
    this.#troubled = new Set(endpoints.filter(({ stats }) => stats.health?.isTroubled));
    this.#ejected = 0;
    for (const { stats } of this.#troubled) if (stats.health?.state !== "in") this.#ejected++;
    if (this.#troubled.size > 0) this.dueMs = Number.NEGATIVE_INFINITY;
    this.views.change(this.#ejected);
  }

  /** The endpoint as it is known now, if it is. */
  find({ id, stats }: LiveEndpoint): TrackedEndpoint | undefined {
    const known = this.#init.live.get(id);
    return known?.stats === stats ? known : undefined;
  }

  /** Sees to it that what is due at `dueMs` is looked for then. */
  wake(endpoint: TrackedEndpoint, dueMs: number): void {
    this.#troubled.delete(endpoint); // to the end: those probed before come after those that were not
    this.#troubled.add(endpoint);
    if (dueMs < this.dueMs) this.dueMs = dueMs;
  }

  /** Keeps calls away from an endpoint, unless too many are ejected already. */
  eject(endpoint: TrackedEndpoint, cause: EjectionCause, reason: string, nowMs: number): boolean {
    const health = endpoint.stats.health as HealthRecord;
    const others = health.state === "in" ? this.#ejected : this.#ejected - 1;
    if (others >= this.#mostEjected()) return false;
    const forMs = this.#longMs(health, cause, nowMs);
    health.clear();
    health.state = "out";
    health.cause = cause;
    health.trial = undefined;
    health.outSinceMs = nowMs;
    health.untilMs = nowMs + forMs;
    health.wasProbedBad = false;
    health.stopWatching();
    this.#ejected = others + 1;
    this.views.change(this.#ejected);
    this.wake(endpoint, health.untilMs);
    this.counters.ejections++;
    const { known } = this;
    this.#tell("onEject", { endpoint, cause, reason, forMs, ejected: this.#ejected, known });
    return true;
  }

  /** Lets one call try an ejected endpoint. */
  tryAgain(endpoint: TrackedEndpoint, reason: string, nowMs: number): void {
    const health = endpoint.stats.health as HealthRecord;
    health.state = "trial";
    health.trial = undefined;
    health.untilMs = nowMs;
    health.stopProbing();
    this.#forgive(endpoint, trialRatio, nowMs);
    this.views.change(this.#ejected);
    this.#tell("onTrial", { endpoint, reason });
  }

  /** An attempt began that decides over an endpoint on trial; until it has ended, no other is sent there. */
  hold(endpoint: TrackedEndpoint, attempt: StartedAttempt): void {
    const health = endpoint.stats.health as HealthRecord;
    health.state = "held";
    health.trial = attempt;
    health.untilMs = attempt.startedMs + this.#init.settings.maxEjectionMs; // in case it never ends
    this.views.change(this.#ejected);
    this.wake(endpoint, health.untilMs);
  }

  /** The attempt that was to decide has told nothing: the next one does. */
  holdNoMore(endpoint: TrackedEndpoint): void {
    const health = endpoint.stats.health as HealthRecord;
    health.state = "trial";
    health.trial = undefined;
    this.views.change(this.#ejected);
  }

  /** Lets an endpoint take calls as before. */
  takeBack(endpoint: TrackedEndpoint, reason: string, nowMs: number): void {
    const health = endpoint.stats.health as HealthRecord;
    health.clear();
    health.state = "in";
    health.trial = undefined;
    health.untilMs = nowMs;
    health.noteProof(true);
    health.stopProbing();
    this.#ejected--;
    this.#troubled.delete(endpoint);
    this.#forgive(endpoint, healedRatio, nowMs);
    this.views.change(this.#ejected);
    this.counters.returns++;
    const afterMs = Math.max(0, nowMs - health.outSinceMs);
    this.#tell("onReturn", { endpoint, reason, afterMs });
  }

  /** An endpoint that is in and was to be probed is well, as far as probes tell. */
  settle(endpoint: TrackedEndpoint, nowMs: number): void {
    (endpoint.stats.health as HealthRecord).stopProbing();
    this.forget(endpoint);
    this.#forgive(endpoint, healedRatio, nowMs);
  }

  /** Looks after an endpoint no more, if nothing is due about it. */
  forget(endpoint: TrackedEndpoint): void {
    if (!endpoint.stats.health?.isTroubled) this.#troubled.delete(endpoint);
  }

  /** How long the next stay away lasts, in milliseconds: each time twice as long, and at least half of it. */
  strike(health: HealthRecord, nowMs: number): number {
    const { ejectionMs, maxEjectionMs } = this.#init.settings;
    // After so long without another one, counting begins anew.
    if (nowMs - health.untilMs >= maxEjectionMs) health.strikes = 0;
    const longestMs = Math.min(ejectionMs * 2 ** health.strikes, maxEjectionMs);
    if (longestMs < maxEjectionMs) health.strikes++;
    return this.#jittered(longestMs);
  }

  /** Lets go of what old failures have done to an endpoint's latency. */
  #forgive({ stats }: TrackedEndpoint, ratio: number, nowMs: number): void {
    let bestMs = Number.NaN;
    for (const peer of this.#endpoints) {
      const { latencyMs } = peer.stats;
      if (peer.stats !== stats && !(latencyMs >= bestMs) && !Number.isNaN(latencyMs)) {
        bestMs = latencyMs;
      }
    }
    stats.resetLatency(ratio * bestMs, nowMs);
  }

  #longMs(health: HealthRecord, cause: EjectionCause, nowMs: number): number {
    const { probationMs } = this.#init.settings;
    return cause === "slow" ? this.#jittered(probationMs) : this.strike(health, nowMs);
  }

  #jittered(longestMs: number): number {
    return longestMs / 2 + (this.#init.random() * longestMs) / 2;
  }

  #mostEjected(): number {
    const { known } = this;
    if (known < 2) return 0;
    return Math.max(1, Math.floor(known * this.#init.settings.maxEjectedRatio));
  }

  #tell<Name extends "onEject" | "onTrial" | "onReturn">(
    name: Name,
    event: Parameters<NonNullable<ClusterEvents[Name]>>[0],
  ): void {
    logQuietly(() => this.#init.events[name]?.(event as never));
  }
}
