/** Endpoints that come from registries: found, followed, merged, kept. */
import { createClient } from "@connectrpc/connect";
import { Code, createThriceTransport, roundRobin, staticRegistry, zoneAware } from "@thrice/client";
import type { Provider } from "@thrice/core";
import { type MemoryRegistry, memoryRegistry } from "@thrice/core/testing";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { silence } from "./support/serve-kinds.js";

const registry = staticRegistry({});
const bench = new Bench();
afterEach(() => bench.close());

function newRegistry(): MemoryRegistry {
  const registry = memoryRegistry();
  bench.closeLater(() => registry.close());
  return registry;
}

/** A server that answers with `name`, and is published. */
async function publish(
  registry: MemoryRegistry,
  name: string,
  options: { readonly params?: Record<string, string>; readonly group?: string } = {},
) {
  const { group = "" } = options;
  const served = await bench.serve({ unary: () => ({ text: name }) }, { group });
  const lease = registry.register(providerAt(served.url, options));
  return { ...served, withdraw: () => lease.withdraw() };
}

function providerAt(
  url: string,
  { params = {}, group = "" }: { params?: Record<string, string>; group?: string },
): Provider {
  const { hostname, port } = new URL(url.replace("tri://", "http://"));
  const address = { host: hostname, port: Number(port), params };
  return { service: KindsService.typeName, group, version: "", address, methods: [] };
}

describe("a client with registries", () => {
  test("finds a server without a URL, for unary calls, streams and Connect's clients", async () => {
    const registry = newRegistry();
    await publish(registry, "a");
    const { stub } = bench.client({ registries: [registry] });
    expect(await stub.unary({})).toMatchObject({ text: "a" });
    expect(await readAll(stub.watch({ text: "w" }))).toEqual(["w 1", "w 2"]);
    const transport = createThriceTransport({ registries: [registry] });
    bench.closeLater(() => transport.close());
    expect(await createClient(KindsService, transport).unary({})).toMatchObject({ text: "a" });
  });

  test("follows servers that come and go, without a failed call", async () => {
    const registry = newRegistry();
    const first = await publish(registry, "a");
    const { stub } = bench.client({ registries: [registry], retries: 0 });
    expect(await answersOf(stub)).toEqual(["a"]);
    await publish(registry, "b");
    await first.withdraw();
    await untilAnswers(stub, "b");
    await first[Symbol.asyncDispose]();
    expect(await answersOf(stub)).toEqual(["b"]);
  });

  test("asks for each service by its group", async () => {
    const registry = newRegistry();
    await publish(registry, "none");
    await publish(registry, "blue", { group: "blue" });
    const { stub, newStub } = bench.client({ registries: [registry] });
    expect(await answersOf(stub)).toEqual(["none"]);
    expect(await answersOf(newStub({ group: "blue" }))).toEqual(["blue"]);
  });

  test("lets its first calls wait for a registry that is slow", async () => {
    const registry = newRegistry();
    registry.goAway();
    await publish(registry, "a");
    const { stub, clock } = bench.client({ registries: [registry] });
    const unary = stub.unary({});
    const stream = readAll(stub.watch({ text: "w" }));
    await clock.advance(2_999);
    registry.comeBack();
    expect(await unary).toMatchObject({ text: "a" });
    expect(await stream).toEqual(["w 1", "w 2"]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("says why nothing was found once the wait is over, and waits no second time", async () => {
    const registry = newRegistry();
    registry.goAway("no route to it");
    const { stub, clock } = bench.client({ registries: [registry] });
    const first = failureOf(stub.unary({}));
    await clock.advance(3_000);
    for (const error of [await first, await failureOf(stub.unary({}))]) {
      expect(error).toMatchObject({
        code: Code.Unavailable,
        rawMessage: expect.stringContaining("registry memory has not been reached: no route to it"),
      });
    }
  });

  test.each([
    {
      by: "its deadline",
      code: Code.DeadlineExceeded,
      end: (ends: Ends) => ends.clock.advance(50),
    },
    { by: "the caller", code: Code.Canceled, end: (ends: Ends) => ends.cancel() },
    { by: "closing the client", code: Code.Unavailable, end: (ends: Ends) => ends.close() },
  ])("lets a call that waits be ended by $by", async ({ code, end }) => {
    const registry = newRegistry();
    registry.goAway();
    const { stub, clock, client } = bench.client({ registries: [registry] });
    const controller = new AbortController();
    const options = { timeoutMs: 50, signal: controller.signal };
    const errors = Promise.all([
      failureOf(stub.unary({}, options)),
      failureOf(readAll(stub.watch({}, options))),
    ]);
    await end({ clock, cancel: () => controller.abort(), close: () => client.close() });
    expect(await errors).toMatchObject([{ code }, { code }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test("goes on with the endpoints it knows while the registry is away, and when it comes back empty", async () => {
    const registry = newRegistry();
    await publish(registry, "a");
    const { stub } = bench.client({ registries: [registry], loadBalance: roundRobin });
    expect(await answersOf(stub)).toEqual(["a"]);
    registry.goAway();
    expect(await answersOf(stub)).toEqual(["a"]);
    registry.comeBack({ isEmpty: true });
    expect(await answersOf(stub)).toEqual(["a"]);
    await publish(registry, "b");
    await untilAnswers(stub, "b");
  });

  test("heeds that the last endpoint is withdrawn when emptyProtection is off", async () => {
    const registry = newRegistry();
    const { withdraw } = await publish(registry, "a");
    const { stub } = bench.client({ registries: [registry], emptyProtection: false });
    expect(await answersOf(stub)).toEqual(["a"]);
    await withdraw();
    expect(await untilFails(stub)).toMatchObject({
      rawMessage: expect.stringContaining("registry memory has none"),
    });
  });

  test("takes what is advertised for a method over what is for all", async () => {
    const registry = newRegistry();
    const served = await bench.serve({ unary: silence, read: silence });
    const params = { timeout: "60", "unary.timeout": "20" };
    registry.register(providerAt(served.url, { params }));
    const { stub, clock } = bench.client({ registries: [registry], retries: 0 });
    const texts = Promise.all([failureOf(stub.unary({})), failureOf(stub.read({}))]);
    await Promise.all([served.arrival(1), served.arrival(2)]);
    await clock.advance(60);
    expect((await texts).map(String)).toEqual([
      expect.stringContaining("attemptTimeoutMs 20"),
      expect.stringContaining("attemptTimeoutMs 60"),
    ]);
  });
});

describe("several registries at once", () => {
  test("are one list, in which an address counts once", async () => {
    const [one, two] = [newRegistry(), newRegistry()];
    const a = await publish(one, "a");
    two.register(providerAt(a.url, { params: { weight: "0" } }));
    await publish(two, "b");
    const { stub } = bench.client({ registries: [one, two], loadBalance: roundRobin });
    expect(await answersOf(stub, 60)).toEqual(["a", "b"]);
  });

  test("serve while another one is away", async () => {
    const [one, two] = [newRegistry(), newRegistry()];
    one.goAway();
    await publish(two, "b");
    const { stub } = bench.client({ registries: [one, two] });
    expect(await answersOf(stub)).toEqual(["b"]);
  });

  test("can be preferred, as long as one has endpoints", async () => {
    const [one, two] = [newRegistry(), newRegistry()];
    await publish(one, "a");
    const b = await publish(two, "b");
    const registries = [one, { registry: two, preferred: true }];
    const { stub } = bench.client({ registries, loadBalance: roundRobin });
    expect(await answersOf(stub, 60)).toEqual(["b"]);
    await b.withdraw();
    await untilAnswers(stub, "a");
  });

  test("give their endpoints a zone, which the endpoint's own stands above", async () => {
    const [one, two] = [newRegistry(), newRegistry()];
    await publish(one, "a");
    await publish(two, "b");
    await publish(two, "c", { params: { zone: "north" } });
    const registries = [
      { registry: one, zone: "north" },
      { registry: two, zone: "south" },
    ];
    const cluster = zoneAware({ zone: "north" });
    const { stub } = bench.client({ registries, cluster, loadBalance: roundRobin });
    expect(await answersOf(stub, 60)).toEqual(["a", "c"]);
  });

  test("share the traffic by weight, down to none", async () => {
    const [one, two] = [newRegistry(), newRegistry()];
    await publish(one, "a");
    await publish(two, "b");
    const registries = [{ registry: one, weight: 0 }, two];
    const { stub } = bench.client({ registries, loadBalance: roundRobin });
    expect(await answersOf(stub, 60)).toEqual(["b"]);
  });

  test.each([
    { title: "an empty list", registries: [], says: "registries must be a list with a registry" },
    { title: "a name", registries: ["etcd"], says: "registries[0] must be an object, got 'etcd'" },
    { title: "no registry", registries: [{ zone: "a" }], says: "registries[0].registry must be a" },
    {
      title: "a wrong weight",
      registries: [{ weight: -1, registry }],
      says: "registries[0].weight must be",
    },
    {
      title: "a wrong zone",
      registries: [{ zone: 1, registry }],
      says: "registries[0].zone must be text",
    },
    {
      title: "rules that are neither on nor off",
      registries: [{ rules: 1, registry }],
      says: "registries[0].rules must be true or false",
    },
    {
      title: "a misspelt name",
      registries: [{ registry, prefered: true }],
      says: "did you mean 'preferred'?",
    },
  ])("are refused with $title", ({ registries, says }) => {
    expect(() => bench.client({ registries: registries as never })).toThrow(says);
  });

  test("are refused beside a URL, and with a wrong wait", () => {
    expect(() => bench.client({ registries: [registry], url: "a" })).toThrow("exclude each other");
    expect(() => bench.client({ registries: [registry], discoveryTimeoutMs: -1 })).toThrow(
      "discoveryTimeoutMs must be a number from 0",
    );
    const consumer = { application: 7 } as never;
    expect(() => bench.client({ registries: [registry], consumer })).toThrow(
      "application of consumer must be text, got 7",
    );
  });
});

interface Ends {
  readonly clock: { advance(byMs: number): Promise<void> };
  cancel(): void;
  close(): Promise<void>;
}

/** Calls until `name` answers. */
async function untilAnswers(stub: Unary, name: string): Promise<void> {
  while ((await stub.unary({})).text !== name);
}

/** Calls until that fails. */
async function untilFails(stub: Unary): Promise<unknown> {
  for (;;) {
    const failure = await stub.unary({}).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (failure !== undefined) return failure;
  }
}

interface Unary {
  unary(init: object): Promise<{ text: string }>;
}

/** Who answers. */
async function answersOf(stub: Unary, calls = 20): Promise<string[]> {
  const texts = new Set<string>();
  for (let call = 0; call < calls; call++) texts.add((await stub.unary({})).text);
  return [...texts].sort();
}
