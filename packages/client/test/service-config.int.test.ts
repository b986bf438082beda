/** A gRPC service config at work: by method, beneath what stands nearer to a call, and swapped while calls run. */
import { createClient } from "@connectrpc/connect";
import { Code, ConnectError, createThriceTransport, type MethodOptions } from "@thrice/client";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf } from "./support/notes.js";
import { failing, silence } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

const service = "kinds.KindsService";
const down = () => failing(() => new ConnectError("down", Code.Unavailable));
const retryPolicy = {
  maxAttempts: 4,
  initialBackoff: "0.000001s",
  maxBackoff: "0.000001s",
  backoffMultiplier: 1,
  retryableStatusCodes: ["UNAVAILABLE"],
};
const retrying = (fields: object = {}, name: object = { service }) => ({
  methodConfig: [{ name: [name], retryPolicy: { ...retryPolicy, ...fields } }],
});

/** Lets a clock that stands still pass all pauses, until `call` is settled. */
async function settle<T>(clock: { advance(ms: number): Promise<void> }, call: Promise<T>) {
  let isOver = false;
  const watched = call.finally(() => {
    isOver = true;
  });
  watched.catch(() => {});
  while (!isOver) await clock.advance(1);
  return watched;
}

describe("serviceConfig", () => {
  test("says how often a method is tried, of which it need not be said that it may be repeated", async () => {
    const server = await bench.serve({ unary: down(), put: down() });
    const serviceConfig = retrying({}, { service, method: "Unary" });
    const { stub, clock } = bench.client({ url: server.url, retryBudget: false, serviceConfig });
    await settle(clock, failureOf(stub.unary({})));
    await settle(clock, failureOf(stub.put({})));
    expect([server.attempts("unary"), server.attempts("put")]).toEqual([4, 3]);
    const counts = server.requests.map(({ header }) => header.get("grpc-previous-rpc-attempts"));
    expect(counts.slice(0, 4)).toEqual([null, "1", "2", "3"]);
  });

  test("is taken as JSON text", async () => {
    const server = await bench.serve({ unary: down() });
    const serviceConfig = JSON.stringify(retrying({ maxAttempts: 2 }));
    const { stub, clock } = bench.client({ url: server.url, serviceConfig });
    await settle(clock, failureOf(stub.unary({})));
    expect(server.attempts()).toBe(2);
  });

  const levels: readonly {
    title: string;
    client?: MethodOptions;
    service?: MethodOptions;
    method?: MethodOptions;
    call?: MethodOptions;
    attempts: number;
  }[] = [
    { title: "over the client's", client: { retries: 1 }, attempts: 4 },
    { title: "under the service's", service: { retries: 1 }, attempts: 2 },
    { title: "under the method's", method: { retries: 0 }, attempts: 1 },
    { title: "under the call's", service: { retries: 0 }, call: { retries: 5 }, attempts: 6 },
    { title: "field by field", call: { retryOn: [Code.NotFound] }, attempts: 1 },
    { title: "over the client's codes", client: { retryOn: [Code.NotFound] }, attempts: 4 },
  ];

  test.each(levels)("stands $title: $attempts attempts", async (row) => {
    const server = await bench.serve({ unary: down() });
    const { newStub, clock } = bench.client({
      url: server.url,
      retryBudget: false,
      serviceConfig: retrying(),
      ...row.client,
    });
    const stub = newStub({ ...row.service, methods: { unary: row.method ?? {} } });
    await settle(clock, failureOf(stub.unary({}, row.call)));
    expect(server.attempts()).toBe(row.attempts);
  });

  test.each([
    { title: "its own", ms: 700 },
    { title: "the call's", call: { timeoutMs: 900 }, ms: 900 },
    { title: "its own over the client's", client: { timeoutMs: 50 }, ms: 700 },
    { title: "the service's", service: { timeoutMs: 80 }, ms: 80 },
  ])("bounds a call by $title: $ms ms", async ({ client, service: near, call, ms }) => {
    const server = await bench.serve();
    const serviceConfig = { methodConfig: [{ name: [{}], timeout: "0.7s" }] };
    const { newStub } = bench.client({ url: server.url, serviceConfig, ...client });
    await newStub({ ...near }).unary({}, call);
    expect(server.requests[0]?.header.get("grpc-timeout")).toBe(`${ms}m`);
  });

  test("sets no bound for an attempt of a method that it speaks of", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url, serviceConfig: retrying() });
    await stub.unary({});
    expect(server.requests[0]?.header.get("grpc-timeout")).toBeNull();
  });

  test("throttles retries by its own numbers", async () => {
    const server = await bench.serve({ unary: down() });
    const serviceConfig = { ...retrying(), retryThrottling: { maxTokens: 4, tokenRatio: 0.1 } };
    const { stub, clock } = bench.client({ url: server.url, serviceConfig });
    const error = await settle(clock, failureOf(stub.unary({})));
    expect(server.attempts()).toBe(2);
    expect(error).toMatchObject({
      rawMessage: expect.stringContaining("see serviceConfig.retryThrottling"),
    });
  });

  test("hedges", async () => {
    const [slow, fast] = await Promise.all([bench.serve({ unary: silence }), bench.serve()]);
    const hedgingPolicy = { maxAttempts: 2 };
    const serviceConfig = { methodConfig: [{ name: [{}], hedgingPolicy }] };
    const url = [slow.url, fast.url];
    const { stub } = bench.client({ url, serviceConfig });
    expect((await stub.unary({ text: "hi" })).text).toBe("hi");
    expect([slow.attempts(), fast.attempts()]).toEqual([1, 1]);
  });

  test("lets a call wait for a server that is not there yet", async () => {
    const server = await bench.serve();
    const { url } = server;
    await server.server.stop();
    const serviceConfig = { methodConfig: [{ name: [{}], waitForReady: true }] };
    const { stub, clock } = bench.client({ url, serviceConfig });
    const call = settle(clock, stub.unary({ text: "hi" }));
    const again = await bench.serve({}, { port: Number(url.split(":").at(-1)) });
    expect((await call).text).toBe("hi");
    expect(again.attempts()).toBe(1);
  });
});

describe("setServiceConfig", () => {
  test("is in force for the next call, of stubs that are there already, and can be taken back", async () => {
    const server = await bench.serve({ unary: down() });
    const { client, stub, clock } = bench.client({ url: server.url, retryBudget: false });
    const attemptsOfOne = async () => {
      const before = server.attempts();
      await settle(clock, failureOf(stub.unary({})));
      return server.attempts() - before;
    };
    const seen = [await attemptsOfOne()];
    for (const config of [retrying(), retrying({ maxAttempts: 2 }), undefined]) {
      client.setServiceConfig(config);
      seen.push(await attemptsOfOne());
    }
    expect(seen).toEqual([1, 4, 2, 1]);
  });

  test("leaves calls that run as they began", async () => {
    const server = await bench.serve({ unary: down() });
    const serviceConfig = retrying({ initialBackoff: "1s", maxBackoff: "1s" });
    const { client, stub, clock } = bench.client({ url: server.url, serviceConfig });
    const running = failureOf(stub.unary({}));
    await server.arrival(1);
    client.setServiceConfig({});
    await settle(clock, running);
    await failureOf(stub.unary({}));
    expect(server.attempts()).toBe(4 + 1);
  });

  test("refuses a wrong one, and leaves the one before in force", async () => {
    const server = await bench.serve({ unary: down() });
    const { client, stub, clock } = bench.client({ url: server.url, serviceConfig: retrying() });
    expect(() => client.setServiceConfig(retrying({ maxAttempts: 1 }))).toThrow(
      "serviceConfig.methodConfig[0].retryPolicy.maxAttempts must be a whole number from 2",
    );
    expect(() => client.setServiceConfig(null as never)).toThrow("serviceConfig must be an object");
    await settle(clock, failureOf(stub.unary({})));
    expect(server.attempts()).toBe(4);
  });

  test("loses no call while configs are swapped under load", async () => {
    const server = await bench.serve();
    const { client, stub } = bench.client({ url: server.url });
    const configs = [undefined, retrying(), { methodConfig: [{ name: [{}], timeout: "9s" }] }];
    const calls = Array.from({ length: 300 }, (_, index) => {
      client.setServiceConfig(configs[index % configs.length]);
      return stub.unary({ text: `${index}` });
    });
    const answers = await Promise.all(calls);
    expect(answers.map(({ text }) => text)).toEqual(calls.map((_, index) => `${index}`));
  });

  test("is there for Connect's clients too", async () => {
    const server = await bench.serve();
    const transport = createThriceTransport({ url: server.url });
    bench.closeLater(() => transport.close());
    transport.setServiceConfig({ methodConfig: [{ name: [{}], timeout: "0.7s" }] });
    await createClient(KindsService, transport).unary({});
    expect(server.requests[0]?.header.get("grpc-timeout")).toMatch(/^\d+m$/);
  });
});
