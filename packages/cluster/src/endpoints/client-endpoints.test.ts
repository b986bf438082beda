/** What is left for a call after routers, subset and health, in this order. */
import { Code } from "@connectrpc/connect";
import type { Endpoint, Router } from "@thrice/core";
import { FakeClock } from "@thrice/core/testing";
import { RouterChain } from "../router/router-chain.js";
import { tagRouter } from "../router/tag/tag-router.js";
import { zoneRouter } from "../router/zone-router.js";
import { resolveSubset } from "../subset/subset-options.js";
import { Subsetter } from "../subset/subsetter.js";
import { CallBench, firstPicker } from "../testing/call-bench.js";
import { callWith, endpointAt, idsOf, routedCall, seededRandom } from "../testing/routing.js";
import { answer, failure } from "../testing/scripted-wire.js";
import { manyEndpoints } from "../testing/subset-load.js";
import { ClientEndpoints } from "./client-endpoints.js";
import { resolveHealth } from "./health/health-options.js";

const bench = new CallBench();

interface Init {
  readonly routers?: readonly Router[];
  readonly size?: number;
  readonly from?: number;
}

/** The endpoints of a client with these routers, and subsets of `size` from `from` on. */
class Client {
  readonly clock = new FakeClock();
  readonly endpoints: ClientEndpoints;
  #snapshot: { endpoints: readonly Endpoint[]; advertised: object };

  constructor(endpoints: readonly Endpoint[], { routers = [], size = 2, from = 4 }: Init = {}) {
    this.#snapshot = { endpoints, advertised: {} };
    const settings = resolveHealth({});
    const subset = resolveSubset({ size, from });
    if (settings === undefined || subset === undefined) throw new Error("no options");
    this.endpoints = new ClientEndpoints(
      { snapshot: () => this.#snapshot },
      this.clock,
      { settings, random: () => 0 },
      { chain: new RouterChain(routers), subsetter: new Subsetter(subset, seededRandom(4)) },
    );
  }

  know(endpoints: readonly Endpoint[]): void {
    this.#snapshot = { endpoints, advertised: {} };
  }

  /** Fails attempts at an endpoint until it is ejected. */
  eject(id: string): void {
    const endpoint = this.endpoints.for().all.find((one) => one.id === id);
    if (endpoint === undefined) throw new Error(`no endpoint ${id}`);
    for (let i = 0; i < 5; i++) {
      const nowMs = this.clock.nowMs();
      const attempt = {
        endpoint,
        startedMs: nowMs,
        endedMs: nowMs,
        olderAttempt: undefined,
        newerAttempt: undefined,
      };
      this.endpoints.noteStart(attempt);
      const end = { outcome: "answered", code: Code.Unavailable, pushbackMs: 0 } as const;
      this.endpoints.noteEnd(attempt, end);
    }
  }
}

const tagged = ["a:1?dubbo.tag=t", "b:1?dubbo.tag=t", "c:1?dubbo.tag=t", "d:1", "e:1"].map(
  endpointAt,
);
const call = callWith({ "dubbo.tag": "t" });

test("a subset is cut of what routers leave, and the ejected are taken from the subset", () => {
  const client = new Client(tagged, { routers: [tagRouter()], size: 2, from: 3 });
  const { all, healthy } = client.endpoints.for(call);
  expect(all).toHaveLength(2);
  expect(idsOf(tagged.slice(0, 3))).toEqual(expect.arrayContaining([...idsOf(all)]));
  expect(healthy).toBe(all);
  const [first, second] = all;
  const bare = new Client(tagged, { routers: [tagRouter()], size: 5, from: 5 });
  bare.eject(first?.id ?? "");
  expect(idsOf(bare.endpoints.for(call).healthy)).toEqual(
    idsOf(tagged.slice(0, 3)).filter((id) => id !== first?.id),
  );
  expect(second).toBeDefined();
});

test("the lists are the same objects as long as nothing changes", () => {
  const client = new Client(tagged, { routers: [tagRouter()], size: 2, from: 3 });
  const view = client.endpoints.for(call);
  client.endpoints.for(routedCall());
  expect(client.endpoints.for(call)).toBe(view);
  client.know([...tagged]);
  expect(client.endpoints.for(call).all).toBe(view.all);
});

test("calls leave their zone when most of it is ejected, and come back", async () => {
  const zones = ["a:1?zone=x", "b:1?zone=y", "c:1?zone=y", "d:1?zone=y"].map(endpointAt);
  const client = new Client(zones, {
    routers: [zoneRouter({ zone: "x", clientRatio: 0.1 })],
    size: 9,
    from: 9,
  });
  expect(idsOf(client.endpoints.for(routedCall()).healthy)).toEqual(["a:1"]);
  client.eject("a:1");
  expect(idsOf(client.endpoints.for(routedCall()).healthy)).toEqual(["b:1", "c:1", "d:1"]);
  await client.clock.advance(60_000);
  expect(idsOf(client.endpoints.for(routedCall()).healthy)).toEqual(["a:1"]);
});

test("a call that routers leave nothing for is told which one", async () => {
  const client = new Client(tagged, { routers: [tagRouter({ force: true })] });
  const played = await bench.play({
    endpoints: client.endpoints,
    header: new Headers({ "dubbo.tag": "none" }),
  });
  expect(played.result).toMatchObject({
    ok: false,
    error: {
      rawMessage:
        "no endpoint of greet.GreetService is left: router tag leaves none of the 5 that are known",
    },
  });
});

test("a router that throws fails its call, and names itself", async () => {
  const broken: Router = {
    name: "broken",
    keyOf: () => "",
    narrow: () => {
      throw new Error("boom");
    },
  };
  const client = new Client(tagged, { routers: [broken] });
  const { result } = await bench.play({ endpoints: client.endpoints });
  expect(result).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining("router broken threw: Error: boom") },
  });
});

test("all attempts of a call see the same draw, and it is drawn only if a router asks", async () => {
  const seen: number[] = [];
  const nosy: Router = {
    name: "nosy",
    keyOf: ({ draw }) => {
      seen.push(draw);
      return "";
    },
    narrow: (list) => list,
  };
  const client = new Client(tagged, { routers: [nosy], size: 9, from: 9 });
  let drawn = 0.1;
  const random = () => {
    drawn += 0.1;
    return drawn;
  };
  const script = [failure(), failure(), answer()];
  await bench.play({ endpoints: client.endpoints, script, random, picker: firstPicker });
  expect(seen.length).toBeGreaterThanOrEqual(3);
  expect(new Set(seen).size).toBe(1);
});

test("an endpoint is in use while it is known and, where there are subsets, in one of them", () => {
  const many = manyEndpoints(100);
  const client = new Client(many, { size: 20, from: 64 });
  const { all } = client.endpoints.for(routedCall());
  const used = many.filter(({ id }) => client.endpoints.isInUse(id));
  expect(idsOf(used as never)).toEqual(idsOf(all));
  const { changes } = client.endpoints;
  client.know(many.slice(0, 3));
  client.endpoints.for(routedCall());
  expect(client.endpoints.changes).toBe(changes + 1);
  expect(many.filter(({ id }) => client.endpoints.isInUse(id))).toHaveLength(3);
});

test.each([0, 1, 100_000])("%i endpoints work", (count) => {
  const client = new Client(manyEndpoints(count), { size: 20, from: 64 });
  expect(client.endpoints.for(routedCall()).all).toHaveLength(Math.min(count, 20));
});
