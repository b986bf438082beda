/**
 * What it costs a served call that the calls its handler makes know of it, in nanoseconds of CPU time per call: with
 * `linkCalls` and without, in turns, the best round of each. No wire: the same steps that the wire takes, on a context that stands for it.
 *
 * Usage: link-calls.ts [calls=500000] [rounds=6]
 */
import type { DescMethod } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@connectrpc/connect";
import { consoleLogger, systemClock } from "@thrice/core";
import { type Handle, serveOne } from "../src/serve-handler.js";

const [calls = 500_000, rounds = 6] = process.argv.slice(2, 4).map(Number);
const message = create(EmptySchema);
const method = { output: EmptySchema, name: "Do", parent: { typeName: "a.Service" } };
const wire = {
  method: method as unknown as DescMethod,
  timeoutMs: () => undefined,
} as unknown as HandlerContext;

const handlers: Record<string, Handle> = {
  "answers at once": () => message,
  "awaits once": async () => {
    await undefined;
    return message;
  },
  "awaits ten times": async () => {
    for (let i = 0; i < 10; i++) await undefined;
    return message;
  },
};

for (const [name, handle] of Object.entries(handlers)) {
  let [off, on] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < rounds; round++) {
    off = Math.min(off, await measure(handle, false));
    on = Math.min(on, await measure(handle, true));
  }
  console.log(name.padEnd(18), { off, on, costs: on - off });
}

async function measure(handle: Handle, linkCalls: boolean): Promise<number> {
  const rules = {
    clock: systemClock,
    logger: consoleLogger(),
    exposeErrors: false,
    stopRetryChains: true,
    linkCalls,
    interceptors: [],
    hasPlaces: false,
  };
  const before = process.cpuUsage();
  for (let i = 0; i < calls; i++) await serveOne(handle, message, wire, rules);
  const { user, system } = process.cpuUsage(before);
  return Math.round(((user + system) * 1_000) / calls);
}
