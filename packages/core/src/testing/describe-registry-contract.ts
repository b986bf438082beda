/** What every registry owes its users, as tests that any runner can run. */
import assert from "node:assert/strict";
import type { Endpoint } from "../endpoint.js";
import type { Discovery, Provider, ServiceName, ServiceUpdate } from "../registry/registry.js";
import { type Awaiter, awaiter } from "./await-update.js";

/** The functions of a test runner: those of jest and vitest are global, those of `node:test` can be imported. */
export interface RegistryTestRunner {
  describe(title: string, define: () => void): void;
  test(title: string, run: () => Promise<void>): void;
}

/** One engine with a registry that looks at it, made for one test. */
export interface RegistryUnderTest {
  readonly registry: Discovery;
  /** Publishes a provider by another way than `registry`, such as a second one; returns how to take it back. */
  publish(provider: Provider): Promise<() => Promise<void>>;
  /** Makes the engine unreachable; returns how to bring it back with what it knew. Absent, that is not tested. */
  goAway?(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** What an engine cannot tell apart or carry; what is left out is not tested. */
export interface RegistryTraits {
  /** Whether it carries weight, zone and other parameters. @defaultValue true */
  readonly hasParameters?: boolean;
  /** Whether it keeps groups and versions apart. @defaultValue true */
  readonly hasServiceKeys?: boolean;
  /** Whether it can be unreachable. @defaultValue true */
  readonly canGoAway?: boolean;
}

/**
 * Describes what a registry has to do whatever engine it uses. `create` makes engine and registry anew for each test. Waits are
 * for what has to come, so that a slow engine is no failure; a test that waits in vain runs into the runner's timeout.
 *
 * @example
 * describeRegistryContract("memory", async () => {
 *   const registry = memoryRegistry();
 *   const publish = async (provider: Provider) => registry.register(provider).withdraw;
 *   return { registry, publish, close: () => registry.close() };
 * }, { canGoAway: false });
 */
export function describeRegistryContract(
  name: string,
  create: () => Promise<RegistryUnderTest>,
  traits: RegistryTraits = {},
  runner: RegistryTestRunner = globalThis as unknown as RegistryTestRunner,
): void {
  const { describe, test } = runner;
  const { hasParameters = true, hasServiceKeys = true, canGoAway = true } = traits;
  const all = {
    ...cases,
    ...(hasParameters && parameterCases),
    ...(hasServiceKeys && keyCases),
    ...(canGoAway && outageCases),
  };
  describe(`${name} keeps the contract of a registry`, () => {
    for (const [title, run] of Object.entries(all)) test(title, () => runWith(create, run));
  });
}

interface Bench extends RegistryUnderTest {
  /** Watches a service, and keeps every update. */
  watch(service?: ServiceName): Awaiter;
}

type Case = (bench: Bench) => Promise<void>;

async function runWith(create: () => Promise<RegistryUnderTest>, run: Case): Promise<void> {
  const engine = await create();
  try {
    await run({ ...engine, watch: (service = greet) => awaiter(engine.registry, service) });
  } finally {
    await engine.close();
  }
}

const cases: Record<string, Case> = {
  "has a name": async ({ registry }) => {
    assert.equal(typeof registry.name, "string");
    assert.notEqual(registry.name, "");
  },

  "begins as connecting, and is live without an endpoint when nobody provides the service": async ({
    watch,
  }) => {
    const { latest, until } = watch();
    assert.deepEqual([latest().state, latest().endpoints], ["connecting", []]);
    const update = await until(isLive);
    assert.deepEqual([update.endpoints, update.reason], [[], ""]);
  },

  "finds what was published before the watch began": async ({ publish, watch }) => {
    await publish(provider(1));
    const { endpoints, added } = await watch().until(hasOnly(1));
    assert.deepEqual(idsOf(endpoints), ["10.0.0.1:20000"]);
    assert.deepEqual(added, endpoints);
  },

  "hears of providers that come and go, and says what has changed": async ({ publish, watch }) => {
    const { until } = watch();
    await until(isLive);
    const withdraw = await publish(provider(1));
    const one = await until(hasOnly(1));
    assert.deepEqual([idsOf(one.added), one.removed], [["10.0.0.1:20000"], []]);
    await publish(provider(2));
    const two = await until(hasOnly(1, 2));
    assert.deepEqual([idsOf(two.added), two.removed], [["10.0.0.2:20000"], []]);
    await withdraw();
    const last = await until(hasOnly(2));
    assert.deepEqual([last.added, idsOf(last.removed)], [[], ["10.0.0.1:20000"]]);
    assert.deepEqual(idsOf(two.endpoints).sort(), ["10.0.0.1:20000", "10.0.0.2:20000"]);
  },

  "keeps the object of an endpoint that stays as it was": async ({ publish, watch }) => {
    const { until } = watch();
    await publish(provider(1));
    const one = await until(hasOnly(1));
    await publish(provider(2));
    const two = await until(hasOnly(1, 2));
    assert.ok(two.endpoints.includes(one.endpoints[0] as Endpoint));
  },

  "hands out updates that nobody can change": async ({ publish, watch }) => {
    await publish(provider(1));
    const update = await watch().until(hasOnly(1));
    assert.ok(Object.isFrozen(update) && Object.isFrozen(update.endpoints));
    assert.ok(Object.isFrozen(update.added) && Object.isFrozen(update.removed));
  },

  "tells every watch of a service, also one that begins later": async ({ publish, watch }) => {
    const first = watch();
    await publish(provider(1));
    await first.until(hasOnly(1));
    await watch().until(hasOnly(1));
  },

  "keeps services apart": async ({ publish, watch }) => {
    const greeter = watch();
    const other = watch({ ...greet, service: "other.OtherService" });
    await publish(provider(1));
    await publish({ ...provider(2), service: "other.OtherService" });
    await greeter.until(hasOnly(1));
    await other.until(hasOnly(2));
  },

  "tells a watch that was closed nothing more, and the others all the same": async ({
    publish,
    watch,
  }) => {
    const [closed, open] = [watch(), watch()];
    await Promise.all([closed.until(isLive), open.until(isLive)]);
    closed.close();
    closed.close();
    const heard = closed.updates.length;
    await publish(provider(1));
    await open.until(hasOnly(1));
    assert.equal(closed.updates.length, heard);
  },

  "can be withdrawn and closed twice": async ({ publish, registry, watch }) => {
    const withdraw = await publish(provider(1));
    const { until } = watch();
    await until(hasOnly(1));
    await Promise.all([withdraw(), withdraw()]);
    await until(hasOnly());
    await Promise.all([registry.close(), registry.close()]);
  },
};

const parameterCases: Record<string, Case> = {
  "carries weight, zone and parameters, whatever letters they have": async ({ publish, watch }) => {
    const note = "a&b=c d/é?%41+;,";
    const params = { weight: "50", zone: "north", "dubbo.tag": "gray", note };
    await publish({ ...provider(1), address: { host: "10.0.0.1", port: 20_000, params } });
    const { endpoints } = await watch().until(hasOnly(1));
    const [{ weight, zone, address } = assert.fail()] = endpoints;
    assert.deepEqual([weight, zone], [50, "north"]);
    assert.deepEqual([address.params["dubbo.tag"], address.params.note], ["gray", note]);
  },

  "says which endpoint has another weight": async ({ publish, watch }) => {
    const { until } = watch();
    const withdraw = await publish(provider(1));
    await publish(provider(2));
    await until(hasOnly(1, 2));
    const params = { weight: "7", timestamp: "9999999999" };
    await publish({ ...provider(1), address: { ...provider(1).address, params } });
    const update = await until(({ changed }) => changed.length > 0);
    assert.deepEqual(
      update.changed.map(({ id, weight }) => [id, weight]),
      [["10.0.0.1:20000", 7]],
    );
    assert.deepEqual([update.added, update.removed], [[], []]);
    await withdraw();
  },
};

const keyCases: Record<string, Case> = {
  "keeps groups and versions apart": async ({ publish, watch }) => {
    const keys = [greet, { ...greet, group: "blue" }, { ...greet, version: "2.0" }];
    for (const [at, key] of keys.entries()) await publish({ ...provider(at + 1), ...key });
    for (const [at, key] of keys.entries()) await watch(key).until(hasOnly(at + 1));
  },
};

const outageCases: Record<string, Case> = {
  "keeps what it knows as stale while the engine is away, and goes on when it is back": async ({
    publish,
    watch,
    goAway = assert.fail,
  }) => {
    const { until } = watch();
    await publish(provider(1));
    await until(hasOnly(1));
    const comeBack = await goAway();
    const stale = await until(({ state }) => state === "stale");
    assert.deepEqual(idsOf(stale.endpoints), ["10.0.0.1:20000"]);
    assert.notEqual(stale.reason, "");
    await comeBack();
    await until((update) => isLive(update) && hasOnly(1)(update));
    await publish(provider(2));
    await until(hasOnly(1, 2));
  },

  "goes live when an engine that was away at first comes up": async ({
    publish,
    watch,
    goAway = assert.fail,
  }) => {
    const comeBack = await goAway();
    const { until, latest } = watch();
    assert.equal(latest().state, "connecting");
    await comeBack();
    await publish(provider(1));
    await until((update) => isLive(update) && hasOnly(1)(update));
  },
};

const greet: ServiceName = { service: "greet.GreetService", group: "", version: "" };

function provider(last: number): Provider {
  const address = { host: `10.0.0.${last}`, port: 20_000, params: {} };
  return { ...greet, address, methods: ["Greet"] };
}

function isLive({ state }: ServiceUpdate): boolean {
  return state === "live";
}

/** Whether the endpoints are those whose last numbers these are. */
function hasOnly(...lasts: readonly number[]) {
  const wanted = lasts.map((last) => `10.0.0.${last}:20000`).join();
  return ({ endpoints }: ServiceUpdate) => idsOf(endpoints).sort().join() === wanted;
}

function idsOf(endpoints: readonly Endpoint[]): string[] {
  return endpoints.map(({ id }) => id);
}
