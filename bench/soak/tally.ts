/** How the calls of a load ended. */
import type { Method } from "./call-plan.js";

/** `left` is a stream that the caller left; `refused` what the limits of a server, or a throttle, turned away. */
export type EndKind =
  | "answered"
  | "failed as asked"
  | "left"
  | "cancelled"
  | "late"
  | "unavailable"
  | "refused"
  | "wrong"
  | "hung";

export const endKinds: readonly EndKind[] = [
  "answered",
  "failed as asked",
  "left",
  "cancelled",
  "late",
  "unavailable",
  "refused",
  "wrong",
  "hung",
];

/** How a call ended. */
export interface CallEnd {
  readonly kind: EndKind;
  /** What is wrong, or why there was no server. */
  readonly text?: string;
}

/** Ends by method, and what was wrong. */
export interface CallTally {
  readonly counts: Record<Method, Record<EndKind, number>>;
  /** Some of the ends that are wrong, in words. */
  readonly wrong: string[];
  /** Why calls found no server, without addresses and numbers, and how often. */
  readonly reasons: Record<string, number>;
  /** Calls that were due and not made, as too many were under way. */
  skipped: number;
}

/** By number of the call. */
export interface Ends {
  readonly calls: number;
  readonly maxExecutions: Uint8Array;
  /** 1 if it was answered. */
  readonly answered: Uint8Array;
}

const maxTexts = 50;

export function emptyTally(methods: readonly Method[]): CallTally {
  const counts = methods.map((method) => [
    method,
    Object.fromEntries(endKinds.map((kind) => [kind, 0])),
  ]);
  return { counts: Object.fromEntries(counts), wrong: [], reasons: {}, skipped: 0 };
}

export function addEnd(tally: CallTally, method: Method, { kind, text }: CallEnd): void {
  tally.counts[method][kind]++;
  if (text === undefined) return;
  if (kind === "unavailable") {
    const reason = reasonOf(text);
    tally.reasons[reason] = (tally.reasons[reason] ?? 0) + 1;
  } else if (tally.wrong.length < maxTexts) {
    tally.wrong.push(`${kind}: ${text}`);
  }
}

/** What texts of the same kind have in common. */
function reasonOf(text: string): string {
  return text
    .replace(/^.*?\[unavailable\] /, "")
    .replace(/ \(\d+ attempts?.*?\)/, "")
    .replaceAll(/127\.0\.0\.1:\d+/g, "…")
    .replaceAll(/\d+/g, "n");
}

/** Calls that ended so, of all methods. */
export function countOf(tally: CallTally, kind: EndKind): number {
  return Object.values(tally.counts).reduce((sum, counts) => sum + counts[kind], 0);
}
