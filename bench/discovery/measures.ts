import type { Args } from "./args.js";

/** A number that a run finds, and what it should be at most. */
export interface Measure {
  readonly key: Key;
  readonly title: string;
  readonly atMost?: (args: Args) => number;
  /** Whether a miss fails the run: what does not depend on how fast the machine is. */
  readonly strict?: boolean;
}

/** What was found. */
export type Readings = Readonly<Record<Key, number>>;

export type Key = (typeof keys)[number];

const keys = [
  "publishMs",
  "startMs",
  "startKilobytes",
  "startEngineCpuMs",
  "startConsumerCpuMs",
  "quietBytesPerSecond",
  "quietEngineCpuPercent",
  "quietConsumerCpuPercent",
  "addedP50Ms",
  "addedP99Ms",
  "removedP50Ms",
  "removedP99Ms",
  "changeEngineCpuMs",
  "changeConsumerCpuMs",
  "changeKilobytes",
  "newServerMs",
  "stoppedMs",
  "killedMs",
  "calls",
  "lostCalls",
] as const;

export const measures: readonly Measure[] = [
  { key: "publishMs", title: "all providers are published, ms" },
  { key: "startMs", title: "start: the last consumer knows all, ms" },
  { key: "startKilobytes", title: "start: traffic of a consumer, kB" },
  { key: "startEngineCpuMs", title: "start: CPU of the engine, ms" },
  { key: "startConsumerCpuMs", title: "start: CPU of a consumer, ms" },
  { key: "quietBytesPerSecond", title: "quiet: traffic of a consumer, B/s" },
  { key: "quietEngineCpuPercent", title: "quiet: CPU of the engine, % of one processor" },
  { key: "quietConsumerCpuPercent", title: "quiet: CPU of a consumer, % of one processor" },
  { key: "addedP50Ms", title: "a new provider is known to a consumer, p50, ms" },
  { key: "addedP99Ms", title: "a new provider is known to a consumer, p99, ms" },
  { key: "removedP50Ms", title: "a withdrawn one has left a consumer, p50, ms" },
  { key: "removedP99Ms", title: "a withdrawn one has left a consumer, p99, ms" },
  { key: "changeEngineCpuMs", title: "a change: CPU of the engine, ms" },
  { key: "changeConsumerCpuMs", title: "a change: CPU of a consumer, ms" },
  { key: "changeKilobytes", title: "a change: traffic of a consumer, kB" },
  { key: "newServerMs", title: "a new server has its first call, ms", atMost: () => 200 },
  { key: "stoppedMs", title: "a stopped server has left the last consumer, ms", atMost: () => 100 },
  {
    key: "killedMs",
    title: "a killed server has left the last consumer, ms",
    atMost: ({ leaseSeconds }) => leaseSeconds * 1_000,
  },
  { key: "calls", title: "calls meanwhile" },
  { key: "lostCalls", title: "calls that failed", atMost: () => 0, strict: true },
];
