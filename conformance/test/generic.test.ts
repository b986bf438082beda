/** Calls without stubs, by what others tell: `@grpc/reflection` on grpc-js, and descriptor sets of `buf build`. */
import { join } from "node:path";
import type { JsonValue } from "@bufbuild/protobuf";
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServiceClientConstructor,
} from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { newClient } from "@thrice/client";
import { closeAfterEach } from "../support/close-after-each.js";
import { run } from "../support/programs.js";
import { serve } from "../support/served.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const closing = closeAfterEach();
const folder = temporaryFolder();
afterAll(() => folder.close());

const protos = join(import.meta.dirname, "../../packages/client/test/proto");

/** A server of grpc-js that tells of itself with gRPC's own package for that. */
async function openGrpcJs(): Promise<string> {
  const definition = loadSync("kinds/kinds.proto", { includeDirs: [protos] });
  const { kinds } = loadPackageDefinition(definition) as unknown as {
    kinds: { KindsService: ServiceClientConstructor };
  };
  const server = new Server();
  new ReflectionService(definition).addToServer(server);
  server.addService(kinds.KindsService.service, {
    Unary: (
      { request }: { request: unknown },
      answer: (error: null, message: unknown) => void,
    ): void => answer(null, request),
    Watch: (call: {
      request: { text: string };
      write(note: { text: string }): void;
      end(): void;
    }): void => {
      for (const text of call.request.text) call.write({ text });
      call.end();
    },
  });
  closing({ close: async () => server.forceShutdown() });
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`tri://127.0.0.1:${port}`),
    );
  });
}

async function readAll(answers: AsyncIterable<JsonValue>): Promise<JsonValue[]> {
  const all: JsonValue[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
}

test("a server of grpc-js is called by what its reflection tells", async () => {
  const client = closing(newClient({ url: await openGrpcJs() }));
  const generic = await client.generic({ reflection: true });
  expect(await generic.services()).toContain("kinds.KindsService");
  expect(await generic.call("kinds.KindsService/Unary", { text: "hi" })).toEqual({ text: "hi" });
  expect(await readAll(generic.stream("kinds.KindsService/Watch", { text: "ab" }))).toEqual([
    { text: "a" },
    { text: "b" },
  ]);
  expect((await generic.method("kinds.KindsService/Read")).idempotency).toBe(1);
  await expect(generic.call("kinds.None/Unary", {})).rejects.toThrow(
    "[unimplemented] the server's reflection does not know kinds.None",
  );
});

test("a server is called by a descriptor set of buf", async () => {
  const descriptors = join(folder.path, "kinds.binpb");
  const { stderr } = await run("buf", ["build", protos, "-o", descriptors]);
  expect(stderr).toBe("");
  const { port } = closing(await serve({ scheme: "http", server: {} }));
  const client = closing(newClient({ url: `tri://127.0.0.1:${port}` }));
  const generic = await client.generic({ descriptors });
  expect(await generic.services()).toEqual(["kinds.KindsService"]);
  expect(await generic.call("kinds.KindsService/Collect", [{ text: "a" }, { text: "b" }])).toEqual({
    text: "a+b",
  });
});
