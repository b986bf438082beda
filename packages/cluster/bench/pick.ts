/**
 * What a pick costs: nanoseconds and bytes per pick among 3 to 100 000 endpoints, and what a changed list costs, from the first
 * pick after 100 of 10 000 endpoints were replaced. Run with `--expose-gc`; `pick.ts peakEwma` measures one balancer.
 */

import { create } from "@bufbuild/protobuf";
import type { LiveEndpoint, LoadBalancer, PickContext, Picker } from "@thrice/core";
import { systemClock } from "@thrice/core";
import {
  consistentHash,
  leastActive,
  p2c,
  peakEwma,
  random,
  roundRobin,
  shortestResponse,
} from "../src/index.js";
import { endAt, startAt } from "../src/testing/attempts-under-way.js";
import { methods } from "../src/testing/greet-service.js";
import { endpoint } from "../src/testing/pick-bench.js";

const sizes = [3, 10, 1_000, 10_000, 100_000];
const picks = 200_000;
const rounds = 5;
const changes = 100;

const context: PickContext = {
  method: methods.unary,
  message: create(methods.unary.input, { name: "user-4711" }),
  header: undefined,
  excluded: [],
  random: Math.random,
  nowMs: () => systemClock.nowMs(),
};

const balancers: Record<string, [LoadBalancer, (at: number) => number]> = {
  random: [random, () => 100],
  "random, weights": [random, (at) => 1 + (at % 100)],
  roundRobin: [roundRobin, () => 100],
  "roundRobin, weights": [roundRobin, (at) => 1 + (at % 10)],
  leastActive: [leastActive, () => 100],
  p2c: [p2c, () => 100],
  peakEwma: [peakEwma, () => 100],
  "peakEwma, weights": [peakEwma, (at) => 1 + (at % 100)],
  shortestResponse: [shortestResponse, () => 100],
  consistentHash: [consistentHash(), () => 100],
};

const wanted = process.argv[2];
for (const [name, [balancer, weightAt]] of Object.entries(balancers)) {
  if (wanted !== undefined && wanted !== name) continue;
  for (const size of sizes)
    console.log(name, size, measure(balancer.createPicker(), size, weightAt));
  console.log(name, "update", measureUpdate(balancer.createPicker(), weightAt));
}

function listOf(size: number, weightAt: (at: number) => number): LiveEndpoint[] {
  const nowMs = systemClock.nowMs();
  return Array.from({ length: size }, (_, at) => {
    const one = endpoint(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}:50051`, weightAt(at));
    startAt(one.stats, nowMs - 20 - (at % 17));
    endAt(one.stats, "good", nowMs - 20 - (at % 17), nowMs);
    return one;
  });
}

/** The best of some rounds, as other programs on the machine only ever make it slower; the bytes of that round. */
function measure(picker: Picker, size: number, weightAt: (at: number) => number) {
  const list = listOf(size, weightAt);
  const startMs = performance.now();
  picker.pick(list, context);
  const firstMs = performance.now() - startMs;
  let best = { nanos: Number.POSITIVE_INFINITY, bytes: 0 };
  for (let round = 0; round < rounds; round++) {
    const measured = measureRound(picker, list);
    if (measured.nanos < best.nanos) best = measured;
  }
  return { ...best, firstPickMs: Number(firstMs.toFixed(2)) };
}

function measureRound(picker: Picker, list: readonly LiveEndpoint[]) {
  globalThis.gc?.();
  const bytesBefore = process.memoryUsage().heapUsed;
  const startMs = performance.now();
  for (let pick = 0; pick < picks; pick++) picker.pick(list, context);
  const nanos = ((performance.now() - startMs) * 1e6) / picks;
  const bytes = Math.max(0, process.memoryUsage().heapUsed - bytesBefore) / picks;
  return { nanos: Math.round(nanos), bytes: Number(bytes.toFixed(1)) };
}

/** Median over some changes of 100 among 10 000, in milliseconds: the first pick after each. */
function measureUpdate(picker: Picker, weightAt: (at: number) => number) {
  let list = listOf(10_000, weightAt);
  picker.pick(list, context);
  const times: number[] = [];
  for (let change = 0; change < 20; change++) {
    const fresh = listOf(changes, weightAt).map((one, at) => ({
      ...one,
      id: `new-${change}-${at}`,
    }));
    list = list.map((one, at) =>
      at % changes === 0 ? (fresh[at / changes] as LiveEndpoint) : one,
    );
    const startMs = performance.now();
    picker.pick(list, context);
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  return { medianMs: Number((times[10] as number).toFixed(2)) };
}
