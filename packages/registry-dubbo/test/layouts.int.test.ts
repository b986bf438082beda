/** Providers and consumers that meet by interface, by application, and in both ways. */

import type { LayoutOptions } from "@thrice/registry-dubbo";
import { tokenCheck } from "@thrice/server";
import { newGreetService } from "./gen/greet/greet_thrice.js";
import { answersOf, Bench, greet } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const shop = { application: "shop" };
const ways: { way: string; layout: LayoutOptions }[] = [
  { way: "by interface", layout: { register: "interface", lookUp: "interface" } },
  { way: "by application", layout: { ...shop, register: "application", lookUp: "application" } },
  {
    way: "by application, with metadata in the engine",
    layout: { ...shop, register: "application", lookUp: "application", metadata: "remote" },
  },
  { way: "in both ways", layout: {} },
];

describe.each(ways)("a provider that is found $way", ({ layout }) => {
  test("is called, until it stops", async () => {
    const { server } = await bench.serve("a", { layout });
    const { stub } = bench.client(layout);
    expect(await answersOf(stub)).toEqual(["a"]);
    const { until } = bench.watch(layout);
    await until(({ endpoints }) => endpoints.length === 1);
    await server.stop();
    await until(({ endpoints }) => endpoints.length === 0);
  });

  test("has one endpoint, with its parameters", async () => {
    const params = { warmup: "600000", timestamp: "1700000000000", zone: "north", note: "a&b=c ü" };
    const { id } = await bench.serve("a", { layout, params: { ...params, weight: "7" } });
    const { until } = bench.watch(layout);
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints).toMatchObject([{ id, weight: 7, zone: "north" }]);
    expect(endpoints[0]?.address.params).toMatchObject({ ...params, application: "shop" });
  });

  test("says how long a method may take", async () => {
    const heard: (number | undefined)[] = [];
    const greetSlowly = (_: unknown, { timeoutMs }: { timeoutMs(): number | undefined }) => {
      heard.push(timeoutMs());
      return { greeting: "a" };
    };
    const handler = { greet: greetSlowly, greetRetry: greetSlowly };
    const params = { timeout: "200000", "Greet.timeout": "100000" };
    await bench.serve("a", { layout, params, handler });
    const { stub } = bench.client(layout);
    await stub.greet({ name: "x" });
    await stub.greetRetry({ name: "x" });
    const [greetMs = 0, retryMs = 0] = heard;
    expect([Math.ceil(greetMs / 100_000), Math.ceil(retryMs / 100_000)]).toEqual([1, 2]);
  });

  test("is known by group and version", async () => {
    await bench.serve("none", { layout });
    await bench.serve("blue", { layout, group: "blue", version: "2.0" });
    const { stub, client } = bench.client(layout);
    expect(await answersOf(stub)).toEqual(["none"]);
    const blue = newGreetService(client, { group: "blue", version: "2.0" });
    expect(await answersOf(blue)).toEqual(["blue"]);
  });

  test("takes no calls with the weight 0", async () => {
    await bench.serve("rests", { layout, params: { weight: "0" } });
    await bench.serve("works", { layout });
    const { until } = bench.watch(layout);
    await until(({ endpoints }) => endpoints.length === 2);
    expect(await answersOf(bench.client(layout).stub)).toEqual(["works"]);
  });

  test("takes the calls of its tag alone", async () => {
    await bench.serve("gray", { layout, params: { "dubbo.tag": "gray" } });
    await bench.serve("none", { layout });
    const { until } = bench.watch(layout);
    await until(({ endpoints }) => endpoints.length === 2);
    const { stub } = bench.client(layout);
    expect(await answersOf(stub)).toEqual(["none"]);
    expect(await answersOf(stub, { "dubbo.tag": "gray" })).toEqual(["gray"]);
  });

  test("gets its token back", async () => {
    const interceptors = [tokenCheck({ attachment: "token", tokens: ["s3cret"] })];
    await bench.serve("a", { layout, params: { token: "s3cret" }, server: { interceptors } });
    const { stub } = bench.client(layout);
    expect(await answersOf(stub)).toEqual(["a"]);
    const own = stub.greet({ name: "x" }, { attachments: { token: "own" }, retries: 0 });
    await expect(own).rejects.toMatchObject({ rawMessage: "the token is not accepted" });
  });
});

describe("entries of an application", () => {
  test("are one for an address, and the mapping of each of its interfaces", async () => {
    const { id, registry } = await bench.serve("a");
    const address = { host: "127.0.0.1", port: Number(id.split(":")[1]), params: {} };
    const more = registry.register({ ...greet, service: "other.Other", methods: [], address });
    await more.published;
    const keys = [...bench.engine.entries.keys()].filter((key) => !key.includes("/providers/"));
    expect(keys.sort()).toEqual([
      "/dubbo/mapping/greet.GreetService",
      "/dubbo/mapping/other.Other",
      `/services/shop/${id}`,
    ]);
    expect(bench.engine.entries.get("/dubbo/mapping/other.Other")).toBe("shop");
    const { until } = bench.watch({ lookUp: "application" }, { ...greet, service: "other.Other" });
    await until(({ endpoints }) => endpoints.length === 1);
    await more.withdraw();
    await until(({ endpoints }) => endpoints.length === 0);
  });

  test("stand beside those of other applications in the mapping", async () => {
    bench.engine.put("/dubbo/mapping/greet.GreetService", "shop-service");
    await bench.serve("a");
    expect(bench.engine.entries.get("/dubbo/mapping/greet.GreetService")).toBe("shop-service,shop");
    await bench.serve("b", { layout: { application: "order" } });
    expect(await answersOf(bench.client({ lookUp: "application" }).stub)).toEqual(["a", "b"]);
  });

  test("have their metadata where Java looks and where Go looks, if it is in the engine", async () => {
    await bench.serve("a", { layout: { metadata: "remote" } });
    const keys = [...bench.engine.entries.keys()].filter((key) => /[0-9a-f]{128}$/.test(key));
    const [revision = ""] = keys.map((key) => key.split("/").at(-1));
    expect(keys.sort()).toEqual([`/dubbo/metadata/shop/${revision}`, `/dubbo/shop/${revision}`]);
  });

  test("are made anew in an engine that comes back empty, and consumers go on meanwhile", async () => {
    await bench.serve("a", { layout: { metadata: "remote", register: "application" } });
    const { stub } = bench.client({ lookUp: "application" });
    const { until, updates } = bench.watch({ lookUp: "application" });
    await until(({ endpoints }) => endpoints.length === 1);
    expect(await answersOf(stub)).toEqual(["a"]);
    const before = new Set(bench.engine.entries.keys());
    bench.engine.goAway();
    await until(({ state }) => state === "stale");
    expect(await answersOf(stub)).toEqual(["a"]);
    bench.engine.comeBack({ isEmpty: true });
    expect(await answersOf(stub)).toEqual(["a"]);
    const heard = updates.length;
    await until(({ state, endpoints }) => state === "live" && endpoints.length === 1);
    expect(updates.length).toBeGreaterThanOrEqual(heard);
    const { until: untilAgain } = bench.watch({ lookUp: "application" });
    await untilAgain(({ endpoints }) => endpoints.length === 1);
    expect(new Set(bench.engine.entries.keys())).toEqual(before);
  });

  test("of consumers are there as long as they watch", async () => {
    const consumers = () =>
      [...bench.engine.entries.keys()].filter((key) => key.includes("/consumers/"));
    const { stub, client } = bench.client({ application: "desk" });
    await bench.serve("a");
    await stub.greet({ name: "x" });
    const [name = ""] = consumers();
    expect(decodeURIComponent(name)).toMatch(
      /^\/dubbo\/greet\.GreetService\/consumers\/consumer:\/\/[^/]+\/greet\.GreetService\?application=desk&/,
    );
    await client.close();
    expect(consumers()).toEqual([]);
  });
});

describe("what is known of an interface", () => {
  test("coalesces a burst of 10 000 entries, and leaves out those that cannot be read, with one log line each", async () => {
    const { until, updates, logger } = bench.watch({ lookUp: "interface" });
    await until(({ state }) => state === "live");
    const put = (name: string) =>
      bench.engine.put(`/dubbo/greet.GreetService/providers/${encodeURIComponent(name)}`, "");
    for (let at = 0; at < 10_000; at++) put(`tri://10.0.${at >> 8}.${at & 255}:1/s`);
    put("nonsense");
    await until(({ endpoints }) => endpoints.length === 10_000);
    put("tri://10.1.0.0:1/s");
    await until(({ endpoints }) => endpoints.length === 10_001);
    expect(updates.length).toBeLessThan(20);
    expect(logger.records.map(({ message }) => message)).toEqual([
      "registry [memory]: entry [/dubbo/greet.GreetService/providers/nonsense] is left out: [it is no URL of a provider]",
    ]);
  });
});

describe("what is known of an application", () => {
  test("is live from the first moment on, also when its application is heard of later", async () => {
    const { until, updates } = bench.watch();
    await until(({ state }) => state === "live");
    await bench.serve("a");
    await until(({ endpoints }) => endpoints.length === 1);
    const states = updates.map(({ state }) => state);
    expect(states.slice(states.indexOf("live"))).not.toContain("connecting");
  });

  test("counts before what is known of an interface, and does not stand in its way", async () => {
    const { id } = await bench.serve("a");
    const { until } = bench.watch();
    await until(({ state }) => state === "live");
    const text = bench.engine.entries.get(`/services/shop/${id}`) ?? "";
    bench.engine.put(`/services/shop/${id}x`, text.replaceAll(id, "127.0.0.1:1"));
    bench.engine.put("/dubbo/greet.GreetService/providers/tri%3A%2F%2F127.0.0.2%3A1%2Fs", "");
    const { endpoints } = await until(({ endpoints: all }) => all.length >= 2);
    expect(endpoints.map((one) => one.id)).toContain(id);
    expect(endpoints.map((one) => one.id)).toContain("127.0.0.2:1");
  });

  test("leaves out what cannot be read, with one log line each", async () => {
    const put = (name: string, fields: object) =>
      bench.engine.put(`/services/shop/${name}`, JSON.stringify(fields));
    const metadata = (revision: string, protocol: string) => ({
      "dubbo.metadata.revision": revision,
      "dubbo.metadata-service.url-params": JSON.stringify({ protocol, port: "1" }),
    });
    await bench.serve("a", { layout: { register: "application" } });
    bench.engine.put("/services/shop/none", "no JSON");
    put("h:1", { host: "h", port: 1, metadata: metadata("r1", "dubbo") });
    put("h:2", { host: "h", port: 2, metadata: metadata("r1", "dubbo") });
    put("h:3", { host: "h", port: 3, metadata: metadata("0", "tri") });
    put("h:4", { host: "h", port: 4, enabled: false });
    const { until, logger } = bench.watch({ lookUp: "application" });
    const { endpoints } = await until(({ state }) => state === "live");
    expect(endpoints).toHaveLength(1);
    put("h:5", { host: "h", port: 5, metadata: metadata("r1", "dubbo") });
    bench.engine.put("/services/shop/none", "still no JSON");
    await bench.serve("b", { layout: { register: "application" } });
    await until(({ endpoints: all }) => all.length === 2);
    expect(logger.records.map(({ message }) => message)).toEqual([
      "registry [memory]: entry [/services/shop/none] is left out: [it is no JSON object]",
      expect.stringContaining("its metadata is served with protocol dubbo, version unknown, not"),
    ]);
  });

  test("stays while a new revision is not known yet", async () => {
    const { id } = await bench.serve("a", { layout: { register: "application" } });
    const { until, updates } = bench.watch({ lookUp: "application" });
    await until(({ endpoints }) => endpoints.length === 1);
    const text = bench.engine.entries.get(`/services/shop/${id}`) ?? "";
    bench.engine.put(`/services/shop/${id}`, text.replace(/[0-9a-f]{128}/, "unknown"));
    const { until: untilOther } = bench.watch({ lookUp: "application" });
    await untilOther(({ state }) => state === "live");
    expect(updates.map(({ endpoints, state }) => [endpoints.length, state]).at(-1)).toEqual([
      1,
      "live",
    ]);
  });

  test("coalesces a burst of 10 000 instances, which share one metadata", async () => {
    const { id } = await bench.serve("a", { layout: { register: "application" } });
    const { until, updates } = bench.watch({ lookUp: "application" });
    await until(({ endpoints }) => endpoints.length === 1);
    const text = bench.engine.entries.get(`/services/shop/${id}`) ?? "";
    const { metadata } = JSON.parse(text);
    const store = bench.engine.store();
    const all = Array.from({ length: 10_000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
    for (const host of all) {
      const endpoints = JSON.stringify([{ protocol: "tri", port: 1 }]);
      const own = { ...metadata, "dubbo.endpoints": endpoints };
      const value = JSON.stringify({ host, port: 1, metadata: own });
      store.hold(`/services/shop/${host}:1`, value);
    }
    await until(({ endpoints }) => endpoints.length === 10_001);
    expect(updates.length).toBeLessThan(20);
    await store.close();
  });
});
