/** Several implementations of one service side by side, told apart by group and version. */
import { createClient } from "@connectrpc/connect";
import {
  type ClientOptions,
  Code,
  createThriceTransport,
  type ServiceOptions,
} from "@thrice/client";
import { memoryLogger } from "@thrice/core/testing";
import { type HandlerOptions, newServer, type ServerOptions } from "@thrice/server";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { registerKindsServiceHandler } from "./gen/kinds/kinds_thrice.js";
import { Bench } from "./support/bench.js";
import { failureOf, readAll } from "./support/notes.js";
import { echo } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Serves an implementation per key, which answers with the key's name. */
async function serve(keys: Record<string, HandlerOptions>, options: ServerOptions = {}) {
  const server = newServer({ host: "127.0.0.1", port: 0, logger: memoryLogger(), ...options });
  for (const [text, key] of Object.entries(keys)) {
    const watch = async function* () {
      yield { text };
    };
    registerKindsServiceHandler(server, { ...echo, unary: () => ({ text }), watch }, key);
  }
  await server.serve();
  bench.closeLater(() => server.stop());
  return `127.0.0.1:${server.port}`;
}

const keys = {
  none: {},
  blue: { group: "blue" },
  "2.0": { version: "2.0" },
  "blue 2.0": { group: "blue", version: "2.0" },
};

test.each<{ at: string; client: Partial<ClientOptions>; service: ServiceOptions; reaches: string }>(
  [
    { at: "no level", client: {}, service: {}, reaches: "none" },
    { at: "the client", client: { group: "blue" }, service: {}, reaches: "blue" },
    { at: "the service", client: {}, service: { version: "2.0" }, reaches: "2.0" },
    { at: "both", client: { group: "blue" }, service: { version: "2.0" }, reaches: "blue 2.0" },
    { at: "the nearer", client: { group: "red" }, service: { group: "blue" }, reaches: "blue" },
    { at: "the nearer: none", client: { group: "red" }, service: { group: "" }, reaches: "none" },
  ],
)("the key that $at names reaches its implementation", async ({ client, service, reaches }) => {
  const url = await serve(keys);
  const stub = bench.client({ url, ...client }).newStub(service);
  expect(await stub.unary({})).toMatchObject({ text: reaches });
  expect(await readAll(stub.watch({}))).toEqual([reaches]);
});

test("stubs of one client, on one connection, keep their keys apart", async () => {
  const url = await serve(keys);
  const { newStub } = bench.client({ url });
  const stubs = [{}, { group: "blue" }, { version: "2.0" }].map((options) => newStub(options));
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.all(stubs.map((stub) => stub.unary({})));
    expect(answers.map(({ text }) => text)).toEqual(["none", "blue", "2.0"]);
  }
});

test("a key that nobody serves is unimplemented, and says which", async () => {
  const url = await serve(keys);
  const stub = bench.client({ url }).newStub({ group: "red", version: "2.0" });
  expect(await failureOf(stub.unary({}))).toMatchObject({
    code: Code.Unimplemented,
    rawMessage: "no implementation found for service group red and service version 2.0",
  });
});

test("Connect's clients have the key of their transport", async () => {
  const url = await serve(keys);
  const transport = createThriceTransport({ url, group: "blue", version: "2.0" });
  bench.closeLater(() => transport.close());
  expect(await createClient(KindsService, transport).unary({})).toMatchObject({ text: "blue 2.0" });
});

test("callers of other protocols name the key in the same headers", async () => {
  const url = await serve(keys);
  const response = await fetch(`http://${url}/kinds.KindsService/Unary`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "tri-service-group": "blue",
      connection: "close",
    },
    body: "{}",
  });
  expect(await response.json()).toEqual({ text: "blue" });
});

test("services take the server's key where they name none", async () => {
  const url = await serve(
    { inherited: {}, own: { version: "3.0" } },
    { group: "g", version: "1.0" },
  );
  const { newStub } = bench.client({ url, group: "g" });
  expect(await newStub({ version: "1.0" }).unary({})).toMatchObject({ text: "inherited" });
  expect(await newStub({ version: "3.0" }).unary({})).toMatchObject({ text: "own" });
});

test.each([
  { key: {}, name: "kinds.KindsService" },
  { key: { group: "blue", version: "2.0" }, name: "blue/kinds.KindsService:2.0" },
])("the same service and key twice is refused: $name", ({ key, name }) => {
  const server = newServer();
  registerKindsServiceHandler(server, echo, key);
  expect(() => registerKindsServiceHandler(server, echo, { ...key, exposeErrors: true })).toThrow(
    `service ${name} is registered already`,
  );
});
