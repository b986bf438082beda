/** Calls by name, with JSON in and out. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { create, createFileRegistry, type JsonValue, toBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
} from "@bufbuild/protobuf/wkt";
import { attemptsOf, type GenericClient, staticRegistry } from "@thrice/client";
import { KindsService } from "./gen/kinds/kinds_pb.js";
import { Bench } from "./support/bench.js";
import { failureOf as reasonOf } from "./support/notes.js";
import { errorAnswer, filesAnswer, serveReflection, type Tell } from "./support/reflections.js";

const bench = new Bench();
afterEach(() => bench.close());

const descriptors = setOf(KindsService.file.proto);

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return (await reasonOf(promise)) as Error;
}

function setOf(...file: (typeof KindsService.file.proto)[]): Uint8Array {
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
}

async function readAll(answers: AsyncIterable<JsonValue>): Promise<JsonValue[]> {
  const all: JsonValue[] = [];
  for await (const answer of answers) all.push(answer);
  return all;
}

async function* given(...texts: string[]): AsyncGenerator<JsonValue> {
  for (const text of texts) yield { text };
}

/** One by each of the two ways to a schema. */
const ways = [
  { way: "a descriptor set", options: { descriptors } },
  { way: "reflection", options: { reflection: true } },
] as const;

describe.each(ways)("by $way", ({ options }) => {
  async function open() {
    const { url } = await bench.serve({}, { reflection: true });
    return bench.client({ url }).client.generic(options);
  }

  test("methods of all kinds are called", async () => {
    const generic = await open();
    expect(await generic.call("kinds.KindsService/Unary", { text: "a" })).toEqual({ text: "a" });
    expect(await readAll(generic.stream("kinds.KindsService/Watch", { text: "a" }))).toEqual([
      { text: "a 1" },
      { text: "a 2" },
    ]);
    expect(
      await generic.call("kinds.KindsService/Collect", [{ text: "a" }, { text: "b" }]),
    ).toEqual({ text: "a,b" });
    expect(await readAll(generic.stream("kinds.KindsService/Chat", given("a", "b")))).toEqual([
      { text: "a" },
      { text: "b" },
    ]);
  });

  test("a method with one answer can be read as a stream", async () => {
    const generic = await open();
    expect(await readAll(generic.stream("/kinds.KindsService/Unary", { text: "a" }))).toEqual([
      { text: "a" },
    ]);
    expect(await readAll(generic.stream("kinds.KindsService.Collect", given("a")))).toEqual([
      { text: "a" },
    ]);
  });

  test.each([
    {
      what: "a service that is not there",
      call: (generic: GenericClient) => generic.call("kinds.Kind/Unary", {}),
      says: /^\[unimplemented\] .*kinds\.Kind/,
    },
    {
      what: "a method that is not there",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/unary", {}),
      says: "[unimplemented] kinds.KindsService has no method unary; it has Unary, Read, Put, Watch, Collect, Chat",
    },
    {
      what: "a name that is none",
      call: (generic: GenericClient) => generic.call("Unary", {}),
      says: '[invalid_argument] method must be like "greet.GreetService/Greet", got "Unary"',
    },
    {
      what: "a field that is not there",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/Unary", { txt: "a" }),
      says: '[invalid_argument] request of kinds.KindsService/Unary: cannot decode message kinds.Note from JSON: key "txt" is unknown; kinds.Note has text',
    },
    {
      what: "a value of the wrong type",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/Unary", { text: 5 }),
      says: /^\[invalid_argument\] request of kinds.KindsService\/Unary: .*kinds.Note.text/,
    },
    {
      what: "no list for a stream",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/Collect", { text: "a" }),
      says: "[invalid_argument] kinds.KindsService/Collect takes a stream: hand over a list of messages, or an async iterable",
    },
    {
      what: "a wrong message within a stream",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/Collect", [{ txt: "" }]),
      says: /^\[invalid_argument\] .*request of kinds.KindsService\/Collect: .*"txt" is unknown/,
    },
    {
      what: "a stream for one answer",
      call: (generic: GenericClient) => generic.call("kinds.KindsService/Watch", {}),
      says: "[unimplemented] kinds.KindsService/Watch answers with a stream; call it with stream()",
    },
  ])("$what is an error that says so", async ({ call, says }) => {
    expect((await failureOf(call(await open()))).message).toMatch(says);
  });

  test("services and methods can be looked at", async () => {
    const generic = await open();
    expect(await generic.services()).toContain("kinds.KindsService");
    expect((await generic.method("kinds.KindsService/Watch")).methodKind).toBe("server_streaming");
  });

  test("leaving a stream early ends the call", async () => {
    const { url, arrival } = await bench.serve({}, { reflection: true });
    const generic = await bench.client({ url }).client.generic(options);
    for await (const answer of generic.stream("kinds.KindsService/Watch", { text: "a" })) {
      expect(answer).toEqual({ text: "a 1" });
      break;
    }
    expect((await arrival(1)).method).toBe("watch");
    const left = generic.stream("kinds.KindsService/Unary", {});
    await left.return?.();
    expect(await left.next()).toEqual({ done: true, value: undefined });
  });
});

test("the cluster layer is beneath: a call goes to another server, and its error tells of each attempt", async () => {
  const [first, second] = await bench.serveMany(2);
  const { client } = bench.client({ url: [first?.url ?? "", second?.url ?? ""] });
  const generic = await client.generic({ descriptors, retries: 1 });
  await first?.server.stop();
  for (const text of ["a", "b", "c"])
    expect(await generic.call("kinds.KindsService/Unary", { text })).toEqual({ text });
  await second?.server.stop();
  const error = await failureOf(generic.call("kinds.KindsService/Unary", {}));
  expect(attemptsOf(error).map(({ outcome }) => outcome)).toEqual([
    "connect-failed",
    "connect-failed",
  ]);
});

test("options of the call, and of all calls, count", async () => {
  const { url, requests } = await bench.serve();
  const generic = await bench.client({ url }).client.generic({
    descriptors,
    attachments: { "x-of": "all" },
  });
  const trailers: Headers[] = [];
  await generic.call(
    "kinds.KindsService/Unary",
    {},
    { attachments: { "x-call": "1" }, onTrailer: (trailer) => trailers.push(trailer) },
  );
  expect(requests[0]?.header.get("x-of")).toBe("all");
  expect(requests[0]?.header.get("x-call")).toBe("1");
  expect(trailers).toHaveLength(1);
});

test("JSON is read and written as the options say", async () => {
  const { url } = await bench.serve();
  const json = { ignoreUnknownFields: true, alwaysEmitImplicit: true };
  const generic = await bench.client({ url }).client.generic({ descriptors, json });
  expect(await generic.call("kinds.KindsService/Unary", { other: 1 })).toEqual({ text: "" });
});

describe("a descriptor set", () => {
  test("is read from a file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "thrice-generic-"));
    bench.closeLater(async () => rmSync(folder, { recursive: true }));
    const file = join(folder, "kinds.binpb");
    writeFileSync(file, descriptors);
    const { url } = await bench.serve();
    const generic = await bench.client({ url }).client.generic({ descriptors: file });
    expect(await generic.call("kinds.KindsService/Read", { text: "a" })).toEqual({ text: "a" });
  });

  test("may leave out what Protobuf itself has, and names for JSON", async () => {
    const bare = create(FileDescriptorProtoSchema, {
      name: "bare.proto",
      package: "bare",
      syntax: "proto3",
      dependency: ["google/protobuf/any.proto"],
      messageType: [
        {
          name: "Bag",
          field: [
            { name: "any_thing", number: 1, label: 1, type: 11, typeName: ".google.protobuf.Any" },
          ],
        },
      ],
      service: [
        {
          name: "Bags",
          method: [{ name: "Carry", inputType: ".bare.Bag", outputType: ".bare.Bag" }],
        },
      ],
    });
    const { client } = bench.client({ url: "tri://127.0.0.1:1" });
    const generic = await client.generic({ descriptors: setOf(bare) });
    const { input } = await generic.method("bare.Bags/Carry");
    expect(input.fields.map(({ jsonName }) => jsonName)).toEqual(["anyThing"]);
  });
});

describe("reflection", () => {
  test("is asked once for each service", async () => {
    const { url, asked } = await serveAlpha(() => filesAnswer(KindsService.file));
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    await Promise.all([
      generic.method("kinds.KindsService/Unary"),
      generic.method("kinds.KindsService/Watch"),
    ]);
    await generic.method("kinds.KindsService/Unary");
    expect(asked).toEqual(["kinds.KindsService"]);
  });

  test("is asked again after it has failed", async () => {
    let isThere = false;
    const { url } = await serveAlpha(() =>
      isThere ? filesAnswer(KindsService.file) : errorAnswer(5, "not yet"),
    );
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    const method = () => generic.method("kinds.KindsService/Unary");
    expect((await failureOf(method())).message).toBe(
      "[unimplemented] the server's reflection does not know kinds.KindsService: not yet",
    );
    isThere = true;
    expect((await method()).name).toBe("Unary");
  });

  test("fetches imports that a server does not send of itself", async () => {
    const proto = create(FileDescriptorProtoSchema, {
      name: "more.proto",
      package: "more",
      syntax: "proto3",
      dependency: [KindsService.file.proto.name],
      service: [
        {
          name: "More",
          method: [{ name: "Go", inputType: ".kinds.Note", outputType: ".kinds.Note" }],
        },
      ],
    });
    const set = create(FileDescriptorSetSchema, { file: [KindsService.file.proto, proto] });
    const file = createFileRegistry(set).getFile("more.proto");
    const { url, asked } = await serveAlpha(({ value }) =>
      filesAnswer(value === "more.More" && file !== undefined ? file : KindsService.file),
    );
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    expect((await generic.method("more.More/Go")).input.typeName).toBe("kinds.Note");
    expect(asked).toEqual(["more.More", KindsService.file.proto.name]);
  });

  test.each<{ what: string; tell: Tell; says: string }>([
    {
      what: "files that are none",
      tell: () => ({
        case: "fileDescriptorResponse",
        value: { fileDescriptorProto: [Uint8Array.of(255)] },
      }),
      says: "[internal] what the server's reflection says of kinds.KindsService is wrong:",
    },
    {
      what: "an answer to something else",
      tell: () => ({ case: "listServicesResponse", value: { service: [] } }),
      says: "is wrong: it answers something else",
    },
    {
      what: "another file",
      tell: () => filesAnswer(file_google_protobuf_any),
      says: "[unimplemented] kinds.KindsService is no service",
    },
    {
      what: "an error of its own",
      tell: () => errorAnswer(7, "not for you"),
      says: "[permission_denied] the server's reflection does not know kinds.KindsService: not for you",
    },
    {
      what: "an error that there is not",
      tell: () => errorAnswer(99, "what"),
      says: "[unknown] the server's reflection does not know",
    },
  ])("that tells $what is an error that says so", async ({ tell, says }) => {
    const { url } = await serveAlpha(tell);
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    const error = await failureOf(generic.call("kinds.KindsService/Unary", {}));
    expect(error.message).toContain(says);
  });

  test("is not waited for by a caller who leaves", async () => {
    const asked = Promise.withResolvers<void>();
    const told = Promise.withResolvers<object>();
    const { url } = await serveAlpha(() => {
      asked.resolve();
      return told.promise;
    });
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    const leaving = new AbortController();
    const call = failureOf(generic.call("a.B/C", {}, { signal: leaving.signal }));
    const stream = generic.stream("a.B/C", {}, { signal: leaving.signal });
    const read = failureOf(stream.next());
    await asked.promise;
    leaving.abort();
    for (const error of [await call, await read])
      expect(error.message).toBe("[canceled] the caller cancelled the call");
    told.resolve(errorAnswer(5, "late"));
  });

  test("that is off is an error that says so", async () => {
    const { url } = await bench.serve();
    const generic = await bench.client({ url }).client.generic({ reflection: true });
    expect((await failureOf(generic.services())).message).toBe(
      "[unimplemented] the server has no reflection: it knows neither grpc.reflection.v1 nor v1alpha",
    );
  });

  test("is asked of the servers that a registry names for the service", async () => {
    const { id } = await bench.serve({}, { reflection: true, group: "beta" });
    const registries = [staticRegistry({ "beta/kinds.KindsService": [id] })];
    const { client } = bench.client({ registries, group: "beta" });
    const generic = await client.generic({ reflection: true });
    expect(await generic.call("kinds.KindsService/Unary", { text: "a" })).toEqual({ text: "a" });
  });
});

async function serveAlpha(tell: Tell) {
  const served = await serveReflection("v1alpha", tell);
  bench.closeLater(served.close);
  return served;
}

test.each([
  { title: "nothing", options: {}, says: "generic needs either descriptors or reflection: true" },
  {
    title: "both",
    options: { descriptors, reflection: true },
    says: "generic needs either descriptors or reflection: true",
  },
  {
    title: "no reflection",
    options: { reflection: false },
    says: "reflection must be true or left",
  },
  { title: "an unknown option", options: { reflect: true }, says: "did you mean 'reflection'?" },
  {
    title: "a wrong option for calls",
    options: { reflection: true, retries: -1 },
    says: "retries must be a whole number from 0 to 100, got -1",
  },
  {
    title: "an unknown option of JSON",
    options: { reflection: true, json: { ignoreUnknown: true } },
    says: "json: unknown option 'ignoreUnknown'; did you mean 'ignoreUnknownFields'?",
  },
  {
    title: "a number for descriptors",
    options: { descriptors: 5 },
    says: "descriptors must be a descriptor set as bytes, or the path of its file, got 5",
  },
  {
    title: "a file that is not there",
    options: { descriptors: "/nowhere/a.binpb" },
    says: "descriptors '/nowhere/a.binpb' cannot be read: ENOENT",
  },
  {
    title: "bytes that are none",
    options: { descriptors: Uint8Array.of(255) },
    says: "descriptors are no whole descriptor set:",
  },
  {
    title: "a set without its imports",
    options: {
      descriptors: setOf(
        create(FileDescriptorProtoSchema, { name: "a.proto", dependency: ["b.proto"] }),
      ),
    },
    says: "descriptors are no whole descriptor set: a.proto imports b.proto, which is missing",
  },
])("options with $title are refused", async ({ options, says }) => {
  const { client } = bench.client({ url: "tri://127.0.0.1:1" });
  const error = await failureOf(client.generic(options as never));
  expect(error).toMatchObject({ message: expect.stringContaining(says) });
  expect(error.name).toMatch(/^(?:Type|Range)Error$/);
});
