/** Which level's options are in force, counted at the server: the nearest level that says something wins. */
import { Code, type MethodOptions } from "@thrice/client";
import type { KindsServiceClient } from "./gen/kinds/kinds_thrice.js";
import { Bench } from "./support/bench.js";
import { type Levels, type Method, openAt } from "./support/levels.js";
import { failureOf } from "./support/notes.js";
import { failing } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

describe("retries", () => {
  test.each<{ title: string; method?: Method; levels: Levels; attempts: number }>([
    { title: "unset, a plain method", levels: {}, attempts: 1 },
    { title: "unset, a method without side effects", method: "read", levels: {}, attempts: 3 },
    { title: "unset, an idempotent method", method: "put", levels: {}, attempts: 3 },
    { title: "advertised 1", method: "put", levels: { advertised: "?retries=1" }, attempts: 2 },
    { title: "advertised 1, a plain method", levels: { advertised: "?retries=1" }, attempts: 1 },
    { title: "advertised 0", method: "read", levels: { advertised: "?retries=0" }, attempts: 1 },
    {
      title: "client 3 over advertised 1",
      levels: { advertised: "?retries=1", client: { retries: 3 } },
      attempts: 4,
    },
    {
      title: "client 0 over advertised 1",
      levels: { advertised: "?retries=1", client: { retries: 0 } },
      attempts: 1,
    },
    {
      title: "service 5 over client 3",
      levels: { client: { retries: 3 }, service: { retries: 5 } },
      attempts: 6,
    },
    {
      title: "service 0 over client 3",
      levels: { client: { retries: 3 }, service: { retries: 0 } },
      attempts: 1,
    },
    {
      title: "method 4 over service 5",
      levels: { client: { retries: 3 }, service: { retries: 5 }, method: { retries: 4 } },
      attempts: 5,
    },
    {
      title: "method 0 over service 5",
      levels: { client: { retries: 3 }, service: { retries: 5 }, method: { retries: 0 } },
      attempts: 1,
    },
    {
      title: "call 6 over all",
      levels: {
        advertised: "?retries=1",
        client: { retries: 3 },
        service: { retries: 5 },
        method: { retries: 4 },
        call: { retries: 6 },
      },
      attempts: 7,
    },
    {
      title: "call 0 over all",
      levels: {
        advertised: "?retries=1",
        client: { retries: 3 },
        service: { retries: 5 },
        method: { retries: 4 },
        call: { retries: 0 },
      },
      attempts: 1,
    },
    {
      title: "undefined at the near levels is no value",
      levels: {
        client: { retries: 1 },
        service: { retries: undefined } as never,
        method: { retries: undefined } as never,
        call: { retries: undefined } as never,
      },
      attempts: 2,
    },
  ])("$title: $attempts attempts", async ({ method = "unary", levels, attempts }) => {
    const fail = failing(() => new Error("no"));
    const server = await bench.serve({ unary: fail, read: fail, put: fail });
    const { call } = openAt(bench, server, levels, method);
    expect(await failureOf(call())).toMatchObject({ code: Code.Unknown });
    expect(server.attempts(method)).toBe(attempts);
  });

  test("set for one method leaves the others as they were", async () => {
    const fail = failing(() => new Error("no"));
    const server = await bench.serve({ unary: fail, put: fail });
    const { newStub } = bench.client({ url: server.url });
    const stub = newStub({ retries: 1, methods: { unary: { retries: 4 } } });
    await failureOf(stub.put({ text: "hi" }));
    expect(server.attempts("put")).toBe(2);
  });

  test("set for one stub or one call touch no other stub and no later call", async () => {
    const fail = failing(() => new Error("no"));
    const server = await bench.serve({ unary: fail });
    const { newStub, stub: plain } = bench.client({ url: server.url, retryBudget: false });
    const eager = newStub({ retries: 5 });
    const attemptsOfOne = async (stub: KindsServiceClient, options?: MethodOptions) => {
      const before = server.attempts();
      await failureOf(stub.unary({ text: "hi" }, options));
      return server.attempts() - before;
    };
    expect(await attemptsOfOne(eager, { retries: 2 })).toBe(3);
    expect(await attemptsOfOne(eager)).toBe(6);
    expect(await attemptsOfOne(plain)).toBe(1);
    expect(await attemptsOfOne(newStub({}))).toBe(1);
  });

  test("are read when the stub is made, not when an option object changes later", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no")) });
    const options = { retries: 1 };
    const stub = bench.client({ url: server.url }).newStub(options);
    options.retries = 9;
    await failureOf(stub.unary({ text: "hi" }));
    expect(server.attempts()).toBe(2);
  });
});

describe("attachments", () => {
  test("of all levels add up, and the nearer one wins for a name", async () => {
    const server = await bench.serve();
    const { stub, newStub } = bench.client({
      url: server.url,
      attachments: { a: "client", b: "client", c: "client", d: "client" },
    });
    const near = newStub({
      attachments: { b: "service", c: "service", d: "service" },
      methods: { unary: { attachments: { C: "method", d: "method" } } },
    });
    await near.unary({ text: "hi" }, { attachments: new Headers({ d: "call", e: "call" }) });
    await stub.unary({ text: "hi" });
    const seen = server.requests.map(({ header }) =>
      ["a", "b", "c", "d", "e"].map((name) => header.get(name)),
    );
    expect(seen).toEqual([
      ["client", "service", "method", "call", "call"],
      ["client", "client", "client", "client", null],
    ]);
  });
});
