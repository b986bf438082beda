/**
 * What the cluster layer tells of itself. Each event is a value that does not change; a listener is called at once, must
 * not wait, and what it throws is dropped: who looks on does not change a call.
 */
import type {
  AttemptEndEvent,
  AttemptStartEvent,
  CallEndEvent,
  CallFinishEvent,
  CallStartEvent,
} from "./call-events.js";
import type { CallReport } from "./call-report.js";
import type { LiveEndpoint } from "./endpoint.js";

/**
 * Listens to the calls of a client. Each listener may be left out; which of them there are is looked at when the client is
 * made. With none, nothing is made for them.
 */
export interface CallEvents {
  /** A call came to the cluster layer: beneath the interceptors, before its first attempt. */
  onCallStart?(event: CallStartEvent): void;
  /** An attempt begins: above the attempt interceptors. */
  onAttemptStart?(event: AttemptStartEvent): void;
  /** An attempt has ended; one that is taken back ends as well. */
  onAttemptEnd?(event: AttemptEndEvent): void;
  /** A call has its result; no attempt of it is under way but a stream that was answered. */
  onCallEnd?(event: CallEndEvent): void;
  /** A call holds nothing any more; for a stream, when it has been read. */
  onCallFinish?(event: CallFinishEvent): void;
  /** The story of each call, right after its end. Dearer than the others: every choice is explained. */
  onExplain?(report: CallReport): void;
}

/** Listens to a client's cluster layer. Each listener may be left out. */
export interface ClusterEvents extends CallEvents {
  /** An endpoint takes no more calls for a while. */
  onEject?(event: EjectEvent): void;
  /** An endpoint that was ejected takes one call, which decides. */
  onTrial?(event: TrialEvent): void;
  /** An endpoint that was ejected takes calls as before. */
  onReturn?(event: ReturnEvent): void;
  /** A probe has ended. */
  onProbe?(event: ProbeEvent): void;
  /** An update of the directory would have left no endpoint, and those known before are kept. */
  onKeep?(event: KeepEvent): void;
}

/** Why an endpoint is ejected: it fails, or is far slower than the others. */
export type EjectionCause = "failing" | "slow";

export interface EjectEvent {
  readonly endpoint: LiveEndpoint;
  readonly cause: EjectionCause;
  /** In words, for logs. */
  readonly reason: string;
  /** Time until the endpoint is tried again, in milliseconds; a probe that goes well shortens it. */
  readonly forMs: number;
  /** Endpoints that are ejected now, this one included, and all that are known. */
  readonly ejected: number;
  readonly known: number;
}

export interface TrialEvent {
  readonly endpoint: LiveEndpoint;
  /** In words, for logs. */
  readonly reason: string;
}

export interface ReturnEvent {
  readonly endpoint: LiveEndpoint;
  /** In words, for logs. */
  readonly reason: string;
  /** Time since it was last ejected, in milliseconds. */
  readonly afterMs: number;
}

export interface ProbeEvent {
  readonly endpoint: LiveEndpoint;
  /** Whether the endpoint seems to be well. */
  readonly ok: boolean;
  readonly durationMs: number;
}

export interface KeepEvent {
  /** Endpoints that are kept. */
  readonly kept: number;
  /** In words, for logs. */
  readonly reason: string;
}
