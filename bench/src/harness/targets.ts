import type { Results } from "./results.js";

/** A ratio that Thrice is to reach. */
export interface Target {
  readonly what: string;
  readonly scenario: string;
  readonly contestant: string;
  readonly baseline: string;
  readonly metric: string;
  readonly bound: "at least" | "at most";
  readonly ratio: number;
}

const rate = { contestant: "thrice", metric: "perSecond", bound: "at least" } as const;
const latency = { contestant: "thrice", bound: "at most" } as const;
const idle = { ...latency, scenario: "idle", metric: "residentBytes" } as const;

/** The numbers to reach with a wire path of our own. */
export const targets: readonly Target[] = [
  { ...rate, what: "unary, 64 in flight", scenario: "unary-64", baseline: "grpc-js", ratio: 12 },
  {
    ...rate,
    what: "unary, 64 in flight",
    scenario: "unary-64",
    baseline: "connect-node gRPC",
    ratio: 36,
  },
  { ...rate, what: "unary, 64 in flight", scenario: "unary-64", baseline: "floor", ratio: 0.75 },
  {
    ...latency,
    what: "unary, 1 in flight, p50",
    scenario: "unary-1",
    metric: "p50Us",
    baseline: "grpc-js",
    ratio: 0.6,
  },
  {
    ...latency,
    what: "unary, 1 in flight, p50",
    scenario: "unary-1",
    metric: "p50Us",
    baseline: "floor",
    ratio: 1.2,
  },
  {
    ...latency,
    what: "unary, 64 in flight, p99",
    scenario: "unary-64",
    metric: "p99Us",
    baseline: "grpc-js",
    ratio: 0.2,
  },
  { ...rate, what: "unary, 1 KiB", scenario: "unary-1k", baseline: "grpc-js", ratio: 6 },
  { ...rate, what: "1 MiB echo", scenario: "unary-1m", baseline: "grpc-js", ratio: 1.2 },
  { ...rate, what: "server streaming", scenario: "download", baseline: "grpc-js", ratio: 4 },
  { ...rate, what: "client streaming", scenario: "upload", baseline: "grpc-js", ratio: 4 },
  { ...rate, what: "bidi ping-pong", scenario: "ping-pong", baseline: "grpc-js", ratio: 4 },
  { ...rate, what: "unary over TLS", scenario: "unary-tls-64", baseline: "grpc-js", ratio: 7 },
  ...["grpc-js → thrice", "thrice → grpc-js"].map((contestant) => ({
    ...rate,
    what: "unary, 64 in flight",
    scenario: "unary-64",
    contestant,
    baseline: "grpc-js",
    ratio: 1.3,
  })),
  { ...idle, what: "idle connection", baseline: "net.Socket", ratio: 1.5 },
  { ...idle, what: "idle connection", baseline: "node:http2", ratio: 1 / 3 },
];

/** The ratio that was measured, and whether it is good enough; undefined if either side was not measured. */
export function checkTarget(
  { scenario, contestant, baseline, metric, bound, ratio }: Target,
  results: Results,
): { readonly measured: number; readonly met: boolean } | undefined {
  const measured = results.ratio(scenario, contestant, baseline, metric);
  if (measured === undefined) return undefined;
  return { measured, met: bound === "at least" ? measured >= ratio : measured <= ratio };
}
