/**
 * What a call pays to learn which endpoints it may go to, in nanoseconds, with and without routers, among few and many
 * endpoints; and what the first call after an update pays, in milliseconds.
 */
import {
  type Endpoint,
  parseAddresses,
  type RoutedCall,
  type Router,
  systemClock,
} from "@thrice/core";
import {
  ClientEndpoints,
  conditionRouter,
  createStaticDirectory,
  RouterChain,
  resolveSubset,
  Subsetter,
  tagRouter,
  weightShift,
  zoneRouter,
} from "../src/index.js";
import { greeting, methods } from "../src/testing/greet-service.js";

const calls = 300_000;

const rules = `
conditions:
  - method = greet & attachments[user-level] = 1~5 => env = gray
  - method = look,put => env = prod
  - application = shop => env != test
`;

const chains: Record<string, () => readonly Router[]> = {
  "no router": () => [],
  tag: () => [tagRouter()],
  "condition, 3 rules": () => [conditionRouter(rules, { application: "shop" })],
  zone: () => [zoneRouter({ zone: "z1" })],
  weightShift: () => [weightShift({ by: "env", shares: { gray: 5, prod: 95 } })],
  "all four": () => [
    tagRouter(),
    conditionRouter(rules, { application: "shop" }),
    zoneRouter({ zone: "z1" }),
    weightShift({ by: "env", shares: { gray: 5, prod: 95 } }),
  ],
};

const call = {
  method: methods.unary,
  message: greeting("hello"),
  header: new Headers({ "user-level": "7" }),
  draw: 0.5,
} satisfies RoutedCall;

function endpoints(count: number): readonly Endpoint[] {
  const urls = Array.from({ length: count }, (_, i) => {
    const host = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
    return `${host}:80?zone=z${i % 3}&env=${i % 10 === 0 ? "gray" : "prod"}`;
  });
  return createStaticDirectory(parseAddresses(urls)).snapshot().endpoints;
}

for (const count of [3, 1_000, 10_000, 100_000]) {
  for (const [name, routers] of Object.entries(chains)) {
    const known = endpoints(count);
    let snapshot = { endpoints: known, advertised: {} };
    const made = routers();
    const subset = resolveSubset(undefined);
    const source = new ClientEndpoints({ snapshot: () => snapshot }, systemClock, undefined, {
      chain: made.length === 0 ? undefined : new RouterChain(made),
      subsetter: subset === undefined ? undefined : new Subsetter(subset, Math.random),
    });
    source.for(call);
    const nanos = Math.min(measure(source), measure(source), measure(source));
    let updateMs = Number.POSITIVE_INFINITY;
    for (let update = 0; update < 10; update++) {
      snapshot = { ...snapshot, endpoints: known.slice(update) };
      const startMs = performance.now();
      source.for(call);
      updateMs = Math.min(updateMs, performance.now() - startMs);
    }
    console.log(
      `${count} endpoints, ${name}: ${nanos} ns per call, ${updateMs.toFixed(2)} ms per update`,
    );
  }
}

function measure(source: ClientEndpoints): number {
  const startMs = performance.now();
  for (let i = 0; i < calls; i++) source.for(call);
  return Math.round(((performance.now() - startMs) * 1e6) / calls);
}
