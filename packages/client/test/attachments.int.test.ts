/** Attachments travel both ways, and what steers a hop does not travel on to the next one. */
import { Code, ConnectError } from "@thrice/client";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { echo, failing, type Script } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

/** Echoes, and sets a header and a trailer on the way. */
const telling: Script = {
  unary(request, context) {
    context.responseHeader.set("greeting", "hello");
    context.responseTrailer.set("farewell", "bye");
    return echo.unary(request, context);
  },
  async *watch(request, context) {
    context.responseHeader.set("greeting", "hello");
    yield* echo.watch(request, context);
    context.responseTrailer.set("farewell", "bye");
  },
  collect(requests, context) {
    context.responseHeader.set("greeting", "hello");
    context.responseTrailer.set("farewell", "bye");
    return echo.collect(requests, context);
  },
  async *chat(requests, context) {
    context.responseHeader.set("greeting", "hello");
    yield* echo.chat(requests, context);
    context.responseTrailer.set("farewell", "bye");
  },
};

describe("attachments of the answer", () => {
  test.each([
    { title: "unary", call: "unary" as const },
    { title: "watch", call: "watch" as const },
    { title: "collect", call: "collect" as const },
    { title: "chat", call: "chat" as const },
  ])("of $title reach onHeader and onTrailer, in this order, once", async ({ call }) => {
    const server = await bench.serve(telling);
    const { stub } = bench.client({ url: server.url });
    const heard: (string | null)[] = [];
    const options = {
      onHeader: (header: Headers) => heard.push(header.get("greeting")),
      onTrailer: (trailer: Headers) => heard.push(trailer.get("farewell")),
    };
    const calls = {
      unary: () => stub.unary({}, options),
      watch: () => readAll(stub.watch({}, options)),
      collect: () => stub.collect(notes("a"), options),
      chat: () => readAll(stub.chat(notes("a"), options)),
    };
    await calls[call]();
    expect(heard).toEqual(["hello", "bye"]);
  });

  test("of an error are its metadata", async () => {
    const fail = failing(
      () => new ConnectError("no", Code.NotFound, { hint: "look elsewhere", "blob-bin": "AAEC" }),
    );
    const server = await bench.serve({ unary: fail });
    const error = (await failureOf(
      bench.client({ url: server.url }).stub.unary({}),
    )) as ConnectError;
    expect([error.metadata.get("hint"), error.metadata.get("blob-bin")]).toEqual([
      "look elsewhere",
      "AAEC",
    ]);
  });
});

describe("attachments of the request", () => {
  test("reach the handler with every value of a name", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url });
    await stub.unary({}, { attachments: { "Trace-Id": "t1", tags: ["a", "b"], empty: "" } });
    const header = server.requests[0]?.header;
    expect(header?.get("trace-id")).toBe("t1");
    expect(header?.get("tags")).toBe("a, b");
    expect(header?.get("empty")).toBe("");
  });

  test("of every attempt are the same", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 2) });
    const { stub } = bench.client({ url: server.url, retries: 2 });
    await stub.unary({}, { attachments: { user: "u" } });
    expect(server.requests.map(({ header }) => header.get("user"))).toEqual(["u", "u", "u"]);
  });

  test.each([
    { name: "retries" },
    { name: "timeout" },
    { name: "Content-Type" },
    { name: "grpc-timeout" },
    { name: "te" },
    { name: ":path" },
    { name: "tri-service-group" },
    { name: "host" },
  ])("named $name are refused at every level", async ({ name }) => {
    const attachments = { [name]: "1" };
    const refused = expect.objectContaining({ message: expect.stringContaining(`'${name}'`) });
    const { stub, newStub } = bench.client({ url: "h:1" });
    const wrong = (act: () => unknown) => expect(act).toThrow(refused);
    wrong(() => bench.client({ url: "h:1", attachments }));
    wrong(() => newStub({ attachments }));
    wrong(() => newStub({ methods: { unary: { attachments } } }));
    wrong(() => stub.unary({}, { attachments }));
  });

  test.each([
    { title: "a number", value: 5 },
    { title: "a line break", value: "a\r\nb" },
    { title: "letters beyond ASCII", value: "grüß" },
    { title: "null", value: null },
  ])("with the value $title are refused", ({ value }) => {
    const { stub } = bench.client({ url: "h:1" });
    expect(() => stub.unary({}, { attachments: { name: value } as never })).toThrow(
      expect.objectContaining({
        name: "TypeError",
        message: expect.stringContaining("attachments: 'name' must be"),
      }),
    );
  });
});
