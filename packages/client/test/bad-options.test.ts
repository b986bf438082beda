/** Wrong options throw at once, at the level where they stand, and name field, bound and value. */

import { createClient, createContextValues } from "@connectrpc/connect";
import { callOptionsKey, createThriceTransport, newClient } from "@thrice/client";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { newKindsService } from "./gen/kinds/kinds_thrice.js";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";

const bench = new Bench();
afterEach(() => bench.close());

const url = "tri://127.0.0.1:1";

/** Options that exist at every level, each with a wrong value. */
const everywhere: readonly { field: string; value: unknown; says: string }[] = [
  ...[-1, 1.5, Number.NaN, "3", 101, null, Number.POSITIVE_INFINITY].map((value) => ({
    field: "retries",
    value,
    says: "retries must be a whole number from 0 to 100, got",
  })),
  ...[-1, Number.NaN, "3s", null, 2 ** 31, Number.POSITIVE_INFINITY].flatMap((value) => [
    { field: "timeoutMs", value, says: "timeoutMs must be a number from 0 to 2147483647, got" },
    {
      field: "attemptTimeoutMs",
      value,
      says: "attemptTimeoutMs must be a number from 0 to 2147483647, got",
    },
  ]),
  ...[null, "failover", {}, { name: "x" }].map((value) => ({
    field: "cluster",
    value,
    says: "cluster must be a cluster strategy with run(), got",
  })),
  ...[null, "random", {}].map((value) => ({
    field: "loadBalance",
    value,
    says: "loadBalance must be a load balancer with createPicker(), got",
  })),
  ...[null, "unavailable", 14, ["unavailable"], ["14"], [0], [17], [1.5], [null], {}].map(
    (value) => ({
      field: "retryOn",
      value,
      says: "retryOn must be a list of Code values or a function, got",
    }),
  ),
  ...[null, 25, "slow", []].map((value) => ({
    field: "backoff",
    value,
    says: "backoff must be an object, got",
  })),
  { field: "backoff", value: { baseMs: -1 }, says: "backoff.baseMs must be a number from 0 to" },
  { field: "backoff", value: { baseMs: 1_000 }, says: "baseMs must be at most backoff.maxMs 250" },
  {
    field: "backoff",
    value: { maxMs: 10 },
    says: "baseMs must be at most backoff.maxMs 10, got 25",
  },
  { field: "backoff", value: { maxMs: "9" }, says: "backoff.maxMs must be a number from 0 to" },
  {
    field: "backoff",
    value: { baseMS: 1 },
    says: `unknown option 'baseMS'; did you mean 'baseMs'`,
  },
  ...[null, "a=b", 5].map((value) => ({
    field: "attachments",
    value,
    says: "attachments must be an object or Headers, got",
  })),
  ...[null, true, "deflate", "GZIP", { minBytes: 1 }].map((value) => ({
    field: "compression",
    value,
    says: "compression must be one of 'none', 'gzip', 'br', got",
  })),
  ...[-1, 1.5, null, "1kb", 2 ** 32].map((value) => ({
    field: "compressMinBytes",
    value,
    says: "compressMinBytes must be a whole number from 0 to 4294967295, got",
  })),
  { field: "retires", value: 3, says: "unknown option 'retires'; did you mean 'retries'?" },
  { field: "timeout", value: 3, says: "unknown option 'timeout'; did you mean 'timeoutMs'?" },
];

describe.each(everywhere)("$field $value", ({ field, value, says }) => {
  const wrong = { [field]: value } as never;
  const throws = (act: () => unknown) =>
    expect(act).toThrow(expect.objectContaining({ message: expect.stringContaining(says) }));

  test("is refused by the client, the service, the method and the call", () => {
    const { stub, newStub } = bench.client({ url });
    throws(() => newClient({ url, ...(wrong as object) }));
    throws(() => newStub(wrong));
    throws(() => newStub({ methods: { unary: wrong } }));
    throws(() => stub.unary({}, wrong));
    throws(() => stub.watch({}, wrong));
  });

  test("is refused by the transport, for itself and for a call", async () => {
    throws(() => createThriceTransport({ url, ...(wrong as object) }));
    const kinds = createClient(KindsService, createThriceTransport({ url }));
    const contextValues = createContextValues().set(callOptionsKey, wrong);
    expect(await failureOf(kinds.unary({}, { contextValues }))).toMatchObject({
      message: expect.stringContaining(says),
    });
  });
});

describe("a wrong option of the client", () => {
  test.each([
    { title: "no options", options: undefined, says: "options of newClient must be an object" },
    { title: "null", options: null, says: "options of newClient must be an object, got null" },
    { title: "a text", options: url, says: "options of newClient must be an object" },
    { title: "no url", options: {}, says: "newClient needs url" },
    {
      title: "retryBudget null",
      options: { url, retryBudget: null },
      says: "retryBudget must be an object, got null",
    },
    {
      title: "retryBudget true",
      options: { url, retryBudget: true },
      says: "retryBudget must be an object, got true",
    },
    {
      title: "retryBudget.ratio -1",
      options: { url, retryBudget: { ratio: -1 } },
      says: "retryBudget.ratio must be a number from 0 to 10, got -1",
    },
    {
      title: "serviceConfig null",
      options: { url, serviceConfig: null },
      says: "serviceConfig must be an object, got null",
    },
    {
      title: "serviceConfig no JSON",
      options: { url, serviceConfig: "{" },
      says: "serviceConfig is not JSON",
    },
    {
      title: "throttle true",
      options: { url, throttle: true },
      says: "throttle must be an object, got true",
    },
    {
      title: "throttle.slack -1",
      options: { url, throttle: { slack: -1 } },
      says: "throttle.slack must be a number from 0 to 1000000, got -1",
    },
    {
      title: "retryBudget half a budget",
      options: { url, retryBudget: { take: () => true } },
      says: "retryBudget must be a budget with hasBudget(), take(), noteSuccess()",
    },
    { title: "url null", options: { url: null }, says: "url must be text" },
    { title: "url a number", options: { url: 50051 }, says: "url must be text" },
    { title: "url a URL", options: { url: new URL("http://h") }, says: "url must be text" },
    { title: "url empty", options: { url: "" }, says: "url names no address, got ''" },
    { title: "url of semicolons", options: { url: " ; " }, says: "url names no address" },
    { title: "url an empty list", options: { url: [] }, says: "url names no address, got []" },
    { title: "a list with a number", options: { url: [url, 5] }, says: "url must be text" },
    { title: "url without host", options: { url: "tri://:50051" }, says: "url has no host" },
    { title: "port 70000", options: { url: "h:70000" }, says: "from 1 to 65535, got 70000" },
    { title: "port 0", options: { url: "h:0" }, says: "from 1 to 65535, got 0" },
    { title: "port abc", options: { url: "h:abc" }, says: "from 1 to 65535, got 'abc'" },
    {
      title: "an unknown scheme",
      options: { url: "http://h:1" },
      says: `unknown scheme 'http', known is "tri"`,
    },
    { title: "a wrong weight", options: { url: "h:1?weight=-1" }, says: "weight of h:1" },
    { title: "wrong advertised retries", options: { url: "h?retries=x" }, says: "retries of h" },
    { title: "interceptors null", options: { url, interceptors: null }, says: "got null" },
    {
      title: "an interceptor that is none",
      options: { url, interceptors: [1] },
      says: "got [ 1 ]",
    },
    { title: "connectTimeoutMs 0", options: { url, connectTimeoutMs: 0 }, says: "from 1 to" },
    { title: "connectTimeoutMs null", options: { url, connectTimeoutMs: null }, says: "got null" },
    { title: "maxReceiveBytes 0", options: { url, maxReceiveBytes: 0 }, says: "from 1 to" },
    { title: "maxReceiveBytes 1.5", options: { url, maxReceiveBytes: 1.5 }, says: "got 1.5" },
    { title: "replayBufferBytes -1", options: { url, replayBufferBytes: -1 }, says: "got -1" },
    { title: "slowStartMs -1", options: { url, slowStartMs: -1 }, says: "slowStartMs must be" },
    { title: "slowStartMs NaN", options: { url, slowStartMs: Number.NaN }, says: "got NaN" },
    { title: "inheritDeadline 1", options: { url, inheritDeadline: 1 }, says: "true or false" },
    { title: "health true", options: { url, health: true }, says: "health must be an object" },
    { title: "health null", options: { url, health: null }, says: "health must be an object" },
    {
      title: "an ejection of no time",
      options: { url, health: { ejectionMs: 0 } },
      says: "health.ejectionMs must be a number from 1 to 2147483647, got 0",
    },
    {
      title: "an unknown rule of health",
      options: { url, health: { ejectMs: 1 } },
      says: "health: unknown option 'ejectMs'",
    },
    {
      title: "emptyProtection 1",
      options: { url, emptyProtection: 1 },
      says: "emptyProtection must be true or false, got 1",
    },
    { title: "events null", options: { url, events: null }, says: "events must be an object" },
    {
      title: "an unknown event",
      options: { url, events: { onEjekt: () => {} } },
      says: "events: unknown option 'onEjekt'; did you mean 'onEject'?",
    },
    {
      title: "a listener that is none",
      options: { url, events: { onEject: 1 } },
      says: "events.onEject must be a function, got 1",
    },
    {
      title: "tls null",
      options: { url, tls: null },
      says: "tls must be true, false or an object",
    },
    { title: "tls a path", options: { url, tls: { ca: "ca.pem" } }, says: "tls.ca must hold a" },
    { title: "group a list", options: { url, group: "a,b" }, says: "group must be printable" },
    { title: "version 1", options: { url, version: 1 }, says: "version must be printable ASCII" },
    { title: "logger console", options: { url, logger: console }, says: "logger must be a logger" },
    { title: "clock Date", options: { url, clock: Date }, says: "clock must be a clock" },
    { title: "random 4", options: { url, random: 4 }, says: "random must be a function, got 4" },
  ])("$title is refused", ({ options, says }) => {
    expect(() => newClient(options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});

describe("a wrong option of a service", () => {
  test.each([
    { title: "null", options: null, says: "options of kinds.KindsService must be an object" },
    {
      title: "a method that does not exist",
      options: { methods: { unari: {} } },
      says: "options of kinds.KindsService: methods: unknown option 'unari'; did you mean 'unary'?",
    },
    { title: "group null", options: { group: null }, says: "group must be printable ASCII" },
    {
      title: "a method's options with what only a service has",
      options: { methods: { unary: { group: "a" } } },
      says: "methods.unary: unknown option 'group'",
    },
    { title: "methods null", options: { methods: null }, says: "methods must be an object" },
    {
      title: "a method's options null",
      options: { methods: { unary: null } },
      says: "options of kinds.KindsService: methods.unary must be an object, got null",
    },
    {
      title: "a method's options with what only a call has",
      options: { methods: { unary: { signal: AbortSignal.abort() } } },
      says: "methods.unary: unknown option 'signal'",
    },
    { title: "signal", options: { signal: AbortSignal.abort() }, says: "unknown option 'signal'" },
    { title: "url", options: { url }, says: "unknown option 'url'" },
  ])("$title is refused", ({ options, says }) => {
    expect(() => newKindsService(newClient({ url }), options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });

  test.each([{ client: undefined }, { client: null }, { client: {} }, { client: url }])(
    "a client that is $client is refused",
    ({ client }) => {
      expect(() => newKindsService(client as never)).toThrow(
        "client must be a Thrice client with createStub()",
      );
    },
  );
});

describe("a wrong option of a call", () => {
  test.each([
    { title: "null", options: null, says: "options of the call must be an object, got null" },
    { title: "a number", options: 5, says: "options of the call must be an object, got 5" },
    { title: "signal null", options: { signal: null }, says: "signal must be an AbortSignal" },
    {
      title: "signal a controller",
      options: { signal: new AbortController() },
      says: "signal must be an AbortSignal",
    },
    { title: "signal an event target", options: { signal: new EventTarget() }, says: "signal" },
    { title: "onHeader a text", options: { onHeader: "x" }, says: "onHeader must be a function" },
    { title: "onTrailer null", options: { onTrailer: null }, says: "onTrailer must be a function" },
    { title: "contextValues {}", options: { contextValues: {} }, says: "contextValues must be" },
    { title: "methods", options: { methods: {} }, says: "unknown option 'methods'" },
  ])("$title throws before anything is sent", ({ options, says }) => {
    const { stub } = bench.client({ url });
    expect(() => stub.unary({}, options as never)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(says) }),
    );
  });
});
