import type { LiveEndpoint, Router } from "@thrice/core";
import { endpointAt, routedCall, seededRandom } from "../testing/routing.js";
import { RouterChain } from "./router-chain.js";
import { zoneRouter } from "./zone-router.js";

const two = ["a1:1?zone=a", "a2:1?zone=a"].map(endpointAt);
const four = ["b1:1?zone=b", "b2:1?zone=b", "b3:1?zone=b", "b4:1?zone=b"].map(endpointAt);

/** Share of 10 000 calls that stay in zone a. */
function staying(router: Router, endpoints: readonly LiveEndpoint[]): number {
  const chain = new RouterChain([router]);
  const random = seededRandom(4);
  let stayed = 0;
  for (let i = 0; i < 10_000; i++) {
    const { endpoints: left } = chain.narrow(endpoints, routedCall({ draw: random() }));
    if (left.every(({ zone }) => zone === "a")) stayed++;
  }
  return stayed / 10_000;
}

test.each([
  ["a zone with its share of the weight keeps all calls", {}, [...two, ...four.slice(0, 2)], 1],
  ["a zone with more keeps all calls", {}, [...two, ...four.slice(0, 1)], 1],
  ["a zone with two thirds of its share keeps two thirds", {}, [...two, ...four], 0.67],
  [
    "a zone with all of the clients keeps what its weight is of all",
    { clientRatio: 1 },
    [...two, ...four],
    0.33,
  ],
  ["a zone with few of the clients keeps all calls", { clientRatio: 0.1 }, [...two, ...four], 1],
  ["the only zone keeps all calls", {}, two, 1],
])("%s", (_, options, endpoints, share) => {
  expect(staying(zoneRouter({ zone: "a", ...options }), endpoints)).toBeCloseTo(share, 1);
});

test("without endpoints in the own zone, all others are taken", () => {
  const chain = new RouterChain([zoneRouter({ zone: "c" })]);
  const endpoints = [...two, ...four];
  expect(chain.narrow(endpoints, routedCall()).endpoints).toBe(endpoints);
});

test("there are two lists at most, whatever is drawn", () => {
  const chain = new RouterChain([zoneRouter({ zone: "a" })]);
  const endpoints = [...two, ...four];
  const random = seededRandom(4);
  const lists = new Set<unknown>();
  for (let i = 0; i < 1_000; i++) {
    lists.add(chain.narrow(endpoints, routedCall({ draw: random() })).endpoints);
  }
  expect(lists.size).toBe(2);
});

test("endpoints of weight 0 alone keep the calls in their zone", () => {
  const idle = ["a:1?zone=a&weight=0", "b:1?zone=b&weight=0"].map(endpointAt);
  expect(staying(zoneRouter({ zone: "a" }), idle)).toBe(1);
});

test.each([
  [{}, "zone must be the name of a zone, got undefined"],
  [{ zone: "" }, "zone must be the name of a zone, got ''"],
  [{ zone: "a", clientRatio: 0 }, "clientRatio must be a number from 0.001 to 1, got 0"],
  [{ zone: "a", ratio: 1 }, "unknown option 'ratio'"],
])("options %p are refused", (options, text) => {
  expect(() => zoneRouter(options as never)).toThrow(text);
});
