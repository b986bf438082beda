import type { Router } from "@thrice/core";
import { endpointAt, route, routedCall, seededRandom } from "../testing/routing.js";
import { RouterChain } from "./router-chain.js";
import { weightShift } from "./weight-shift.js";

const endpoints = ["a:1?version=1.0", "b:1?version=1.0", "c:1?version=2.0", "d:1"].map(endpointAt);

/** Share of 20 000 calls that go to c. */
function shareOfNew(router: Router): number {
  const random = seededRandom(4);
  let count = 0;
  for (let i = 0; i < 20_000; i++) {
    if (route(router, endpoints, routedCall({ draw: random() })).includes("c:1")) count++;
  }
  return count / 20_000;
}

test("calls are divided by share, not by how many endpoints a version has", () => {
  const router = weightShift({ shares: { "1.0": 95, "2.0": 5 } });
  expect(Math.abs(shareOfNew(router) - 0.05)).toBeLessThan(0.005);
});

test("shares that are replaced count for the calls to come", () => {
  const router = weightShift({ shares: { "1.0": 95, "2.0": 5 } });
  router.setShares({ "1.0": 1, "2.0": 1 });
  expect(Math.abs(shareOfNew(router) - 0.5)).toBeLessThan(0.01);
  expect(router.revision).toBe(1);
});

test("wrong shares are refused, and those before stay", () => {
  const router = weightShift({ shares: { "2.0": 1 } });
  expect(() => router.setShares({ "1.0": -1 })).toThrow(
    "share of '1.0' must be a number from 0 to 1000000, got -1",
  );
  expect(shareOfNew(router)).toBe(1);
});

test("all attempts of a call stay in one branch, which is one list", () => {
  const chain = new RouterChain([weightShift({ shares: { "1.0": 1, "2.0": 1 } })]);
  const call = routedCall({ draw: 0.7 });
  expect(chain.narrow(endpoints, call)).toBe(chain.narrow(endpoints, call));
});

test("two routers draw apart: neither's branch tells the other's", () => {
  const first = weightShift({ shares: { a: 1, b: 1 } });
  const random = seededRandom(4);
  let both = 0;
  for (let i = 0; i < 20_000; i++) {
    const call = routedCall({ draw: random() });
    if (first.keyOf(call) === "0" && call.draw < 0.5) both++;
  }
  expect(Math.abs(both / 20_000 - 0.25)).toBeLessThan(0.02);
});

test("a branch without endpoints leaves its share to the largest that has some", () => {
  const router = weightShift({ shares: { "3.0": 90, "2.0": 9, "1.0": 1 } });
  expect(shareOfNew(router)).toBeGreaterThan(0.97);
});

test("when no branch has endpoints, all are taken", () => {
  expect(route(weightShift({ shares: { "9.0": 1 } }), endpoints)).toHaveLength(4);
});

test("a share of 0 takes nothing, not even in place of another", () => {
  const router = weightShift({ shares: { "9.0": 1, "2.0": 0 } });
  expect(route(router, endpoints)).toHaveLength(4);
});

test("branches may be told apart by another parameter", () => {
  const tagged = ["a:1?dubbo.tag=gray", "b:1"].map(endpointAt);
  expect(route(weightShift({ by: "dubbo.tag", shares: { gray: 1 } }), tagged)).toEqual(["a:1"]);
});

test.each([
  [{}, "shares must be an object, got undefined"],
  [{ shares: [] }, "shares must be an object, got []"],
  [{ shares: {} }, "shares must add up to more than 0, got {}"],
  [{ shares: { a: 0 } }, "shares must add up to more than 0"],
  [{ shares: { a: Number.NaN } }, "share of 'a' must be a number from 0 to 1000000, got NaN"],
  [{ shares: { a: 1 }, by: "" }, "by must be the name of a parameter, got ''"],
  [{ shares: { a: 1 }, on: "x" }, "unknown option 'on'"],
])("options %p are refused", (options, text) => {
  expect(() => weightShift(options as never)).toThrow(text);
});
