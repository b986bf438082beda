/**
 * Decides when an endpoint is kept out of a client's choice, and when it comes back.
 *
 * Nothing here has a timer: what is due is done when a call asks for the endpoints. While all are well that costs one
 * comparison. Hot path: the end of a good attempt shifts two bits.
 */
import type { Clock, ClusterEvents } from "@thrice/core";
import type { EndpointView, NotedAttempt } from "../endpoint-source.js";
import type { EndpointVerdict } from "../judge-endpoint.js";
import type { LiveEndpoints, TrackedEndpoint } from "../live-endpoints.js";
import type { HealthCounters } from "./health-counters.js";
import type { HealthSettings } from "./health-options.js";
import { HealthRecord } from "./health-record.js";
import { type Probe, Prober } from "./prober.js";
import { Roster } from "./roster.js";
import { SlowThreshold } from "./slow-threshold.js";

/** What the health of endpoints needs beside them. */
export interface HealthInit {
  readonly settings: HealthSettings;
  /** Draws from 0 up to, but not including, 1. */
  readonly random: () => number;
  /** Without it, endpoints come back by time alone. */
  readonly probe?: Probe | undefined;
  readonly events?: ClusterEvents | undefined;
}

/** What is due is looked for no more often than so, in milliseconds. */
const stepMs = 10;
/**
 * Attempts at all endpoints, per endpoint, of which one must have had some: if chance chose, it would have none of so many in
 * one of 150 times.
 */
const shunnedAfter = 5;
/**
 * An answer is unlike its endpoint from so many times on what answers from there take. Only after one of those is it looked
 * whether the endpoint is shunned: one that is always slower is where it belongs, and to bring it back costs slow calls. In the
 * simulator, with 2 of 16 servers four times slower and 70 % load: p99.9 is 83 ms instead of 104 ms.
 */
const unlikeRatio = 8;
/** Endpoints that count for that: a longer list is cut to about so many before calls choose. */
const maxChosenFrom = 64;
/** A probe that has not settled after so long is given up, in milliseconds. */
const lostProbeMs = 10_000;

/** An attempt that has ended, and what it may change. */
interface AttemptEnd {
  readonly attempt: NotedAttempt;
  /** As it is known now. */
  readonly endpoint: TrackedEndpoint;
  readonly health: HealthRecord;
  readonly verdict: EndpointVerdict;
  readonly isSlow: boolean;
  /** Whether a probe went well before it, and nothing has ended since. */
  readonly isAfterProof: boolean;
  readonly nowMs: number;
}

/** The health of one client's endpoints. */
export class EndpointHealth {
  readonly #clock: Clock;
  readonly #settings: HealthSettings;
  readonly #roster: Roster;
  readonly #prober: Prober | undefined;
  readonly #slow: SlowThreshold;
  /** Attempts that have ended. */
  #ended = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** When an attempt last began or ended, and since when that has happened without a pause. */
  #beatMs = Number.NEGATIVE_INFINITY;
  #steadySinceMs = Number.NEGATIVE_INFINITY;

  constructor(live: LiveEndpoints, clock: Clock, init: HealthInit) {
    const { settings, random, probe, events = {} } = init;
    const intervalMs = settings.probeIntervalMs;
    this.#clock = clock;
    this.#settings = settings;
    this.#roster = new Roster({ live, settings, random, events });
    this.#slow = new SlowThreshold(settings);
    if (probe !== undefined && intervalMs > 0) {
      const { counters } = this.#roster;
      this.#prober = new Prober({
        probe,
        intervalMs,
        nowMs: () => clock.nowMs(),
        events,
        counters,
      });
    }
  }

  get counters(): Readonly<HealthCounters> {
    return this.#roster.counters;
  }

  /** Takes the endpoints of which something can be known now; `known` counts all. */
  use(endpoints: readonly TrackedEndpoint[], known: number): void {
    this.#roster.use(endpoints, known);
  }

  /** What of `all` may be chosen. `all` is some of the endpoints known now. */
  view(all: readonly TrackedEndpoint[]): EndpointView {
    return this.#roster.views.of(all);
  }

  /** Does what is due. Called whenever a call asks for the endpoints. */
  lookAfter(): void {
    const roster = this.#roster;
    if (roster.dueMs === Number.POSITIVE_INFINITY) return;
    const nowMs = this.#clock.nowMs();
    const wentBack = nowMs < this.#lookedMs;
    this.#lookedMs = nowMs;
    if (nowMs < roster.dueMs && !wentBack) return;
    let dueMs = Number.POSITIVE_INFINITY;
    roster.dueMs = dueMs;
    for (const endpoint of roster.troubled) {
      const health = endpoint.stats.health as HealthRecord;
      if (wentBack) health.forgetTimes();
      if (health.isAway && health.untilMs <= nowMs) this.#timeIsOver(endpoint, health, nowMs);
      if (health.probeDueMs <= nowMs) this.#probe(endpoint, health, nowMs);
      if (health.watchDueMs <= nowMs) this.#lookIfShunned(endpoint, health, nowMs);
      dueMs = Math.min(dueMs, health.dueMs);
    }
    roster.dueMs = Math.min(roster.dueMs, Math.max(dueMs, nowMs + stepMs));
  }

  /** An attempt began, and stands in the statistics already. */
  noteStart(attempt: NotedAttempt): void {
    const { health, inFlight } = (attempt.endpoint as TrackedEndpoint).stats;
    this.#noteBeat(attempt.startedMs);
    if (health === undefined) return;
    if (health.state === "trial") {
      const endpoint = this.#roster.find(attempt.endpoint);
      if (endpoint !== undefined) this.#roster.hold(endpoint, attempt);
    } else if (health.state === "in" && inFlight > this.#settings.windowAttempts / 2) {
      this.#lookIfStuck(attempt, health);
    }
  }

  /** An attempt has ended. */
  noteEnd(attempt: NotedAttempt, verdict: EndpointVerdict): void {
    const nowMs = attempt.endedMs;
    const { stats } = attempt.endpoint as TrackedEndpoint;
    const tookMs = Math.max(0, nowMs - attempt.startedMs);
    this.#ended++;
    this.#noteBeat(nowMs);
    const isSlow = verdict !== "bad" && tookMs >= this.#slow.ms;
    stats.health ??= new HealthRecord();
    const { health } = stats;
    const tells = verdict !== "neutral" || isSlow; // what was given up on early says nothing
    if (tells) health.note(verdict, isSlow, this.#settings.windowAttempts);
    const isUnlike = !(tookMs < unlikeRatio * health.typicalMs);
    if (verdict === "good") {
      health.noteTook(tookMs);
      health.answeredMs = nowMs;
      this.#slow.refresh(this.#roster.endpoints, nowMs);
    }
    const isAfterProof = tells && attempt.startedMs >= health.provedMs;
    if (isAfterProof) health.noteProof(verdict === "good");
    if (health.state === "in" && verdict === "good" && !isSlow) return;
    const endpoint = this.#roster.find(attempt.endpoint);
    if (endpoint === undefined) return;
    const end = { attempt, endpoint, health, verdict, isSlow, isAfterProof, nowMs };
    if (health.state !== "in") this.#decide(end, tells);
    else if (verdict === "bad") this.#blame(end);
    else if (isSlow && !this.#putOnProbation(end) && isUnlike) this.#watch(endpoint, health, nowMs);
  }

  /** A process that has paused sees answers late, and must not blame those who gave them. */
  #noteBeat(nowMs: number): void {
    const sinceMs = nowMs - this.#beatMs;
    if (sinceMs > this.#slow.ms / 2 || sinceMs < 0) this.#steadySinceMs = nowMs;
    this.#beatMs = nowMs;
  }

  /** Attempts pile up at an endpoint that gives no answer at all: it hangs, long before any of them times out. */
  #lookIfStuck({ endpoint, startedMs }: NotedAttempt, health: HealthRecord): void {
    const { oldestStartMs, inFlight } = endpoint.stats;
    const sinceMs = Math.max(oldestStartMs, health.answeredMs, this.#steadySinceMs);
    if (startedMs - sinceMs < this.#slow.ms) return;
    const known = this.#roster.find(endpoint);
    if (known === undefined) return;
    const reason = `${inFlight} attempts under way, and no answer for ${Math.round(startedMs - sinceMs)} ms, far longer than elsewhere`;
    if (this.#roster.eject(known, "slow", reason, startedMs)) {
      this.#wantProbe(known, health, startedMs);
    }
  }

  /** Starts no more probes. */
  close(): void {
    this.#prober?.close();
  }

  /** An attempt has ended badly at an endpoint that is in. */
  #blame({ endpoint, health, isAfterProof, nowMs }: AttemptEnd): void {
    if (isAfterProof) health.untilMs = nowMs + this.#roster.strike(health, nowMs);
    const reason = this.#whyEject(health);
    if (reason !== undefined) this.#roster.eject(endpoint, "failing", reason, nowMs);
    this.#wantProbe(endpoint, health, nowMs);
  }

  #whyEject(health: HealthRecord): string | undefined {
    const { consecutiveFailures, minSuccessRatio, windowAttempts } = this.#settings;
    const { failuresInRow } = health;
    if (failuresInRow >= consecutiveFailures) return `${failuresInRow} failures in a row`;
    const good = windowAttempts - health.failed(windowAttempts);
    if (!(good < minSuccessRatio * windowAttempts)) return undefined;
    return `only ${good} of the last ${windowAttempts} attempts went well`;
  }

  #putOnProbation({ endpoint, health, verdict, nowMs }: AttemptEnd): boolean {
    const { windowAttempts } = this.#settings;
    const slow = health.slow(windowAttempts);
    if (!(slow >= windowAttempts / 2)) return false;
    const fromMs = Math.round(this.#slow.ms);
    const reason = `${slow} of the last ${windowAttempts} attempts took ${fromMs} ms or more, far longer than elsewhere`;
    if (verdict === "neutral") this.#wantProbe(endpoint, health, nowMs);
    return this.#roster.eject(endpoint, "slow", reason, nowMs);
  }

  /**
   * A load balancer that looks at latencies may take none of its calls there any more after a slow one, and so never see
   * that it has got well.
   */
  #watch(endpoint: TrackedEndpoint, health: HealthRecord, nowMs: number): void {
    const { succeeded, failed } = endpoint.stats;
    health.watch(succeeded + failed, this.#ended, nowMs + this.#settings.probationMs / 2);
    this.#roster.wake(endpoint, health.watchDueMs);
  }

  #lookIfShunned(endpoint: TrackedEndpoint, health: HealthRecord, nowMs: number): void {
    const { succeeded, failed, inFlight, latencyMs } = endpoint.stats;
    const chosenFrom = Math.min(this.#roster.known, maxChosenFrom);
    const elsewhere = health.endedElsewhere(succeeded + failed, this.#ended);
    if (latencyMs < this.#slow.ms) {
      health.stopWatching();
      this.#roster.forget(endpoint);
    } else if (inFlight > 0 || elsewhere < shunnedAfter * chosenFrom) {
      this.#watch(endpoint, health, nowMs);
    } else {
      const reason = `after one that took ${Math.round(latencyMs)} ms it got none of ${elsewhere} attempts`;
      if (health.isUnanswered) this.#wantProbe(endpoint, health, nowMs);
      if (!this.#roster.eject(endpoint, "slow", reason, nowMs))
        this.#watch(endpoint, health, nowMs);
    }
  }

  /** An attempt has ended at an endpoint that is ejected. */
  #decide(end: AttemptEnd, tells: boolean): void {
    const { attempt, endpoint, health, verdict, isSlow, nowMs } = end;
    const isTrial = health.trial === attempt;
    if (!isTrial && attempt.startedMs <= health.outSinceMs) return; // it tells nothing new
    if (!tells) {
      if (isTrial) this.#roster.holdNoMore(endpoint);
    } else if (verdict === "good" && !(isSlow && health.cause === "slow")) {
      const what = isTrial ? "the call on trial" : "a call";
      this.#roster.takeBack(endpoint, `${what} went well`, nowMs);
    } else if (isTrial) {
      this.#failTrial(end);
    }
  }

  #failTrial({ endpoint, health, verdict, nowMs }: AttemptEnd): void {
    if (verdict === "good") {
      this.#roster.eject(endpoint, "slow", "the call on trial was slow", nowMs);
    } else {
      const what = verdict === "bad" ? "failed" : "got no answer";
      this.#roster.eject(endpoint, "failing", `the call on trial ${what}`, nowMs);
      this.#wantProbe(endpoint, health, nowMs);
    }
  }

  /** As long as probes tell whether the endpoint is well, they decide; a call would fare no better than they do. */
  #timeIsOver(endpoint: TrackedEndpoint, health: HealthRecord, nowMs: number): void {
    const isProbed = health.state === "out" && health.probeDueMs !== Number.POSITIVE_INFINITY;
    if (isProbed && (health.wasProbedBad || !health.isBlind)) {
      health.untilMs = nowMs + this.#settings.probeIntervalMs;
    } else {
      this.#roster.tryAgain(endpoint, "its time away is over", nowMs);
    }
  }

  #wantProbe(endpoint: TrackedEndpoint, health: HealthRecord, nowMs: number): void {
    if (this.#prober === undefined || health.probeDueMs !== Number.POSITIVE_INFINITY) return;
    health.probeDueMs = nowMs + this.#prober.intervalMs;
    this.#roster.wake(endpoint, health.probeDueMs);
  }

  #probe(endpoint: TrackedEndpoint, health: HealthRecord, nowMs: number): void {
    const number = health.probes + 1;
    const began = this.#prober?.start(endpoint, nowMs, (ok) => {
      if (health.probes === number) this.#onProbed(endpoint, health, ok);
    });
    if (!began) return;
    health.probes = number;
    health.probeDueMs = nowMs + lostProbeMs;
  }

  #onProbed(before: TrackedEndpoint, health: HealthRecord, ok: boolean): void {
    const nowMs = this.#clock.nowMs();
    const endpoint = this.#roster.find(before);
    health.wasProbedBad = !ok;
    if (endpoint === undefined) {
      health.stopProbing();
    } else if (!ok || (health.isBlind && nowMs < health.untilMs)) {
      health.probeDueMs = nowMs + this.#settings.probeIntervalMs;
      this.#roster.wake(endpoint, health.probeDueMs);
    } else {
      health.provedMs = nowMs;
      if (health.state === "out") this.#roster.tryAgain(endpoint, "a probe went well", nowMs);
      else this.#roster.settle(endpoint, nowMs);
    }
  }
}
