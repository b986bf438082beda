import type { LiveEndpoint, Router } from "@thrice/core";
import { callWith, endpointAt, idsOf, routedCall } from "../testing/routing.js";
import { RouterChain } from "./router-chain.js";

const endpoints = ["a:1?env=x", "b:1?env=x&zone=z", "c:1?env=y&zone=z"].map(endpointAt);

/** Keeps endpoints whose parameter `name` is what the attachment of that name says. */
class ByParam implements Router {
  narrowed = 0;
  revision = 0;
  readonly name: string;
  readonly isPreference: boolean;

  constructor(name: string, isPreference = false) {
    this.name = name;
    this.isPreference = isPreference;
  }

  keyOf: Router["keyOf"] = ({ header }) => header?.get(this.name) ?? "";

  narrow(list: readonly LiveEndpoint[], key: string) {
    this.narrowed++;
    return list.filter(({ address }) => key === "" || address.params[this.name] === key);
  }
}

test("each router narrows what the one before it left", () => {
  const chain = new RouterChain([new ByParam("env"), new ByParam("zone")]);
  const call = callWith({ env: "x", zone: "z" });
  expect(idsOf(chain.narrow(endpoints, call).endpoints)).toEqual(["b:1"]);
});

test("the same list and keys give the same object, and ask the routers once", () => {
  const env = new ByParam("env");
  const chain = new RouterChain([env]);
  const first = chain.narrow(endpoints, callWith({ env: "x" }));
  chain.narrow(endpoints, callWith({ env: "y" }));
  expect(chain.narrow(endpoints, callWith({ env: "x" }))).toBe(first);
  expect(env.narrowed).toBe(2);
});

test("a router that leaves all leaves the list itself", () => {
  const chain = new RouterChain([new ByParam("env")]);
  expect(chain.narrow(endpoints, routedCall()).endpoints).toBe(endpoints);
});

test("another list, and replaced rules, are narrowed anew", () => {
  const env = new ByParam("env");
  const chain = new RouterChain([env]);
  chain.narrow(endpoints, routedCall());
  chain.narrow([...endpoints], routedCall());
  expect(env.narrowed).toBe(2);
  env.revision++;
  chain.narrow([...endpoints], routedCall());
  expect(env.narrowed).toBe(3);
});

test("what is kept stays bounded, however many keys callers make up", () => {
  const env = new ByParam("env");
  const chain = new RouterChain([env]);
  for (let i = 0; i < 5_000; i++) chain.narrow(endpoints, callWith({ env: `made-up-${i}` }));
  const before = env.narrowed;
  chain.narrow(endpoints, callWith({ env: "made-up-0" }));
  expect(env.narrowed).toBe(before + 1);
  chain.narrow(endpoints, callWith({ env: "made-up-4999" }));
  expect(env.narrowed).toBe(before + 1);
});

test("the router that left nothing is named, not one behind it", () => {
  const chain = new RouterChain([new ByParam("env"), new ByParam("zone")]);
  const { endpoints: left, emptiedBy } = chain.narrow(
    endpoints,
    callWith({ env: "none", zone: "z" }),
  );
  expect({ left, emptiedBy }).toEqual({ left: [], emptiedBy: "env" });
  expect(chain.narrow([], routedCall()).emptiedBy).toBeUndefined();
});

test("past the routers that only prefer, more is left", () => {
  const chain = new RouterChain([new ByParam("zone", true), new ByParam("env")]);
  const routed = chain.narrow(endpoints, callWith({ env: "x", zone: "z" }));
  expect(idsOf(routed.endpoints)).toEqual(["b:1"]);
  expect(idsOf(routed.wider?.endpoints ?? [])).toEqual(["a:1", "b:1"]);
  expect(routed.wider).toBe(routed.wider);
});

test("without such routers, or when they take nothing away, nothing more is left", () => {
  const chain = new RouterChain([new ByParam("zone", true), new ByParam("env")]);
  expect(chain.narrow(endpoints, callWith({ env: "x" })).wider).toBeUndefined();
  const strict = new RouterChain([new ByParam("env")]);
  expect(strict.narrow(endpoints, callWith({ env: "x" })).wider).toBeUndefined();
});

test.each<[string, Partial<Router>, string]>([
  ["throws for a key", { keyOf: boom }, "router odd threw: Error: boom"],
  ["throws for a list", { narrow: boom }, "router odd threw: Error: boom"],
  [
    "has a key that is no text",
    { keyOf: () => 1 as never },
    "router odd has a key that is no text",
  ],
  ["returns nothing", { narrow: () => undefined as never }, "router odd returns something else"],
  ["returns no endpoints", { narrow: () => ["a"] as never }, "router odd returns something else"],
])("a router that %s is named", (_, odd, text) => {
  const router = { name: "odd", keyOf: () => "", narrow: () => [], ...odd };
  expect(() => new RouterChain([router]).narrow(endpoints, routedCall())).toThrow(text);
});

function boom(): never {
  throw new Error("boom");
}
