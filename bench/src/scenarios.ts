import type { Feature } from "./contestant.js";

/** A column of a table. The first one of a scenario is what its ratios are made of. */
export interface Metric {
  readonly key: string;
  readonly title: string;
}

/** What all scenarios have. */
interface Common {
  readonly name: string;
  readonly title: string;
  readonly needs: readonly Feature[];
  readonly metrics: readonly Metric[];
  /** Contestants that the others are set against. */
  readonly baselines: readonly string[];
  /** Whether `--quick` runs it. */
  readonly quick: boolean;
}

/** Calls in a closed loop: as soon as one ends, its lane makes the next. */
export interface LoadScenario extends Common {
  readonly kind: "load";
  readonly call: "unary" | "download" | "upload" | "ping-pong";
  /** Calls under way at any time. */
  readonly inFlight: number;
  /** Length of the text, which is also its bytes. */
  readonly textBytes: number;
  /** Messages of a stream; they are what is counted. 1 if unary. */
  readonly messagesPerCall: number;
  readonly tls: boolean;
}

/** Connections that do nothing, and what they take of the server's memory. */
export interface IdleScenario extends Common {
  readonly kind: "idle";
  readonly connections: number;
}

/** Calls with random cancels and deadlines, and what is left in both processes afterwards. */
export interface LeakScenario extends Common {
  readonly kind: "leak";
  readonly inFlight: number;
}

export type Scenario = LoadScenario | IdleScenario | LeakScenario;

const peers = ["floor", "grpc-js", "connect-node gRPC"];
const cpuMetrics: readonly Metric[] = [
  { key: "cpuUs", title: "client CPU µs" },
  { key: "serverCpuUs", title: "server CPU µs" },
  { key: "othersPercent", title: "others' CPU %" },
];
const callMetrics: readonly Metric[] = [
  { key: "perSecond", title: "calls/s" },
  { key: "p50Us", title: "p50 µs" },
  { key: "p99Us", title: "p99 µs" },
  ...cpuMetrics,
];
const streamMetrics: readonly Metric[] = [{ key: "perSecond", title: "messages/s" }, ...cpuMetrics];

const unary = {
  kind: "load",
  call: "unary",
  needs: ["unary"],
  metrics: callMetrics,
  baselines: peers,
  quick: false,
  inFlight: 64,
  textBytes: 11,
  messagesPerCall: 1,
  tls: false,
} as const;
const stream = { ...unary, metrics: streamMetrics, inFlight: 1, messagesPerCall: 5_000 } as const;

/** All that is measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  { ...unary, name: "unary-64", title: "unary, 11 bytes, 64 in flight", quick: true },
  {
    ...unary,
    name: "unary-1",
    title: "unary, 11 bytes, 1 in flight",
    inFlight: 1,
    quick: true,
  },
  { ...unary, name: "unary-1k", title: "unary, 1 KiB, 64 in flight", textBytes: 1024 },
  {
    ...unary,
    name: "unary-1m",
    title: "unary, 1 MiB, 1 in flight",
    inFlight: 1,
    textBytes: 1024 * 1024,
    metrics: [{ key: "megabytesPerSecond", title: "MB/s each way" }, ...callMetrics],
  },
  {
    ...stream,
    name: "download",
    title: "server streaming, 11 bytes a message, one stream of 5 000 at a time",
    call: "download",
    needs: ["download"],
  },
  {
    ...stream,
    name: "upload",
    title: "client streaming, 11 bytes a message, one stream of 5 000 at a time",
    call: "upload",
    needs: ["upload"],
  },
  {
    ...stream,
    name: "ping-pong",
    title: "bidi ping-pong, 11 bytes a message, 64 streams of 100 rounds",
    call: "ping-pong",
    needs: ["ping-pong"],
    inFlight: 64,
    messagesPerCall: 100,
  },
  {
    ...unary,
    name: "unary-tls-64",
    title: "unary over TLS, 11 bytes, 64 in flight",
    needs: ["unary", "tls"],
    tls: true,
  },
  {
    kind: "idle",
    name: "idle",
    title: "memory of an idle connection at the server, 4 000 more on top of 4 000",
    needs: ["idle"],
    metrics: [
      { key: "residentBytes", title: "resident bytes" },
      { key: "heapBytes", title: "of that in the JS heap" },
    ],
    baselines: ["net.Socket", "node:http2"],
    quick: false,
    connections: 4_000,
  },
  {
    kind: "leak",
    name: "leak",
    title: "calls with random cancels and deadlines: what is left",
    needs: ["unary", "limits"],
    metrics: [
      { key: "clientHeapBytes", title: "client heap, bytes more" },
      { key: "serverHeapBytes", title: "server heap, bytes more" },
      { key: "clientResources", title: "client timers and sockets more" },
      { key: "serverResources", title: "server timers and sockets more" },
      { key: "failedRatio", title: "share of calls cut off" },
    ],
    baselines: [],
    quick: false,
    inFlight: 64,
  },
];

/** @throws Error if there is no scenario of that name. */
export function scenarioNamed(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`no scenario is called ${JSON.stringify(name)}`);
  return found;
}
