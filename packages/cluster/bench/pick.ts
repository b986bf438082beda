/**
 * What a pick costs: nanoseconds and bytes per pick among 3 to 100 000 endpoints; the first pick from a list; and the first
 * after 100 of 10 000 endpoints were replaced. Each balancer has a process of its own, as in a program
 * that uses one; their statistics stand in one slab, as those of a client's endpoints do.
 *
 * Time is the best of many short rounds, as other programs only ever make it longer. Chance and clock hand out numbers that exist already:
 * `Math.random` and `performance.now` take 16 bytes each, whoever asks.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { create } from "@bufbuild/protobuf";
import type { LiveEndpoint, LoadBalancer, PickContext, Picker } from "@thrice/core";
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
import { endpoint, seededRandom } from "../src/testing/pick-bench.js";

const sizes = [3, 10, 1_000, 10_000, 100_000];
const picks = 10_000;
const rounds = 200;
const listLength = 10_000;
const replaced = 100;
const changes = 31;
const nowMs = 100_000.5;

// A list that holds more than numbers keeps them as objects, so that handing one out makes none.
const draws: unknown[] = ["", ...Array.from({ length: 65_537 }, seededRandom(1))];
let draw = 0;

const context: PickContext = {
  method: methods.unary,
  message: create(methods.unary.input, { name: "user-4711" }),
  header: undefined,
  excluded: [],
  random: () => {
    draw = draw === 65_537 ? 1 : draw + 1;
    return draws[draw] as number;
  },
  nowMs: () => nowMs,
};

const even = () => 100;
const balancers: Record<string, [LoadBalancer, (at: number) => number]> = {
  random: [random, even],
  "random, 100 weights": [random, (at) => 1 + (at % 100)],
  roundRobin: [roundRobin, even],
  "roundRobin, 10 weights": [roundRobin, (at) => 1 + (at % 10)],
  "roundRobin, 1000 weights": [roundRobin, (at) => 1 + (at % 1_000)],
  leastActive: [leastActive, even],
  p2c: [p2c, even],
  peakEwma: [peakEwma, even],
  "peakEwma, 100 weights": [peakEwma, (at) => 1 + (at % 100)],
  shortestResponse: [shortestResponse, even],
  consistentHash: [consistentHash(), even],
};

const name = process.argv[2];
const chosen = name === undefined ? undefined : balancers[name];
if (name === undefined) {
  for (const each of Object.keys(balancers)) runAlone(each);
} else if (chosen === undefined) {
  console.error(`no balancer ${name}; there are: ${Object.keys(balancers).join("; ")}`);
  process.exitCode = 1;
} else {
  const [balancer, weightAt] = chosen;
  for (const size of sizes) console.log(name, size, measure(balancer, size, weightAt));
  console.log(name, measureUpdate(balancer, weightAt));
}

function runAlone(each: string): void {
  const file = fileURLToPath(import.meta.url);
  execFileSync(process.execPath, [...process.execArgv, file, each], { stdio: "inherit" });
}

function listOf(size: number, weightAt: (at: number) => number, prefix = ""): LiveEndpoint[] {
  return Array.from({ length: size }, (_, at) => {
    const id = `${prefix}10.${at >> 16}.${(at >> 8) & 255}.${at & 255}:50051`;
    const one = endpoint(id, weightAt(at));
    startAt(one.stats, nowMs - 40);
    endAt(one.stats, "good", nowMs - 40, nowMs - 20.25 + (at % 17));
    return one;
  });
}

function measure(balancer: LoadBalancer, size: number, weightAt: (at: number) => number) {
  const list = listOf(size, weightAt);
  const picker = balancer.createPicker();
  const firstPickMs = timed(() => picker.pick(list, context));
  let [nanos, bytes] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    const bytesBefore = process.memoryUsage().heapUsed;
    nanos = Math.min(nanos, (timed(() => pickMany(picker, list)) * 1e6) / picks);
    const taken = process.memoryUsage().heapUsed - bytesBefore;
    if (taken >= 0) bytes = Math.min(bytes, taken / picks); // less than none: a collection came between
  }
  return { nanos: Math.round(nanos), bytes: Math.round(bytes), firstPickMs };
}

function pickMany(picker: Picker, list: readonly LiveEndpoint[]): void {
  for (let pick = 0; pick < picks; pick++) picker.pick(list, context);
}

function measureUpdate(balancer: LoadBalancer, weightAt: (at: number) => number) {
  const picker = balancer.createPicker();
  let list = listOf(listLength, weightAt);
  picker.pick(list, context);
  const times: number[] = [];
  for (let change = 0; change < changes; change++) {
    const fresh = listOf(replaced, weightAt, `${change}.`);
    const step = listLength / replaced;
    list = list.map((one, at) => (at % step === 0 ? (fresh[at / step] as LiveEndpoint) : one));
    times.push(timed(() => picker.pick(list, context)));
  }
  times.sort((a, b) => a - b);
  return { bestUpdateMs: times[0], medianUpdateMs: times[Math.floor(changes / 2)] };
}

function timed(work: () => void): number {
  const startMs = performance.now();
  work();
  return Number((performance.now() - startMs).toFixed(3));
}
