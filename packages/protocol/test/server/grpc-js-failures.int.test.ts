/** Calls of grpc-js that fail, or that their caller gives up. */
import { once } from "node:events";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { type Note, NoteSchema } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { grpcJsClient } from "../support/grpc-js-peer.js";
import { parts, textsOf, unary } from "./support/grpc-js-call.js";
import { happening, type Kinds, note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open(implementation?: Kinds) {
  const served = closing(await openServed(implementation));
  const client = closing(grpcJsClient(served.port));
  return { ...served, client };
}

describe("errors", () => {
  const failing = (error: unknown): Kinds => ({
    unary: async (_: Note, { responseHeader, responseTrailer }: HandlerContext) => {
      responseHeader.set("h", "1");
      responseTrailer.set("t", "2");
      throw error;
    },
    // biome-ignore lint/correctness/useYield: it fails before
    async *watch() {
      throw error;
    },
    collect: () => Promise.reject(error),
    async *chat() {
      yield note("first");
      throw error;
    },
  });

  test("carry code, message, details, and the metadata of all", async () => {
    const detail = { desc: NoteSchema, value: { text: "why" } };
    const thrown = new ConnectError("no 100% ü", Code.NotFound, { m: "3" }, [detail]);
    const { client } = await open(failing(thrown));
    const { error, header, trailer } = await unary(client, "").ended;
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: "no 100% ü" });
    expect(header.get("h")).toEqual(["1"]);
    expect(["h", "t", "m"].map((name) => trailer.get(name))).toEqual([[], ["2"], ["3"]]);
    const [bytes] = trailer.get("grpc-status-details-bin") as [Buffer];
    const found = findTrailerError(
      new Headers({ "grpc-status-details-bin": bytes.toString("base64") }),
    );
    expect(found?.findDetails(NoteSchema)).toEqual([create(NoteSchema, { text: "why" })]);
  });

  test("of another kind become internal and tell nothing", async () => {
    const { client } = await open(failing(new Error("secret")));
    const { error } = await unary(client, "").ended;
    expect(error).toMatchObject({ code: status.INTERNAL, details: "internal error" });
  });

  test.each(["watch", "chat"])("end the stream %s", async (name) => {
    const { client } = await open(failing(new ConnectError("over", Code.Aborted)));
    const call =
      name === "watch"
        ? client.makeServerStreamRequest(...parts("watch"), note(""))
        : client.makeBidiStreamRequest(...parts("chat"));
    const reason = await textsOf(call).catch((error: ServiceError) => error);
    expect(reason).toMatchObject({ code: status.ABORTED, details: "over" });
  });

  test("of a client stream come before its end", async () => {
    const { client } = await open(failing(new ConnectError("over", Code.Aborted)));
    const answer = Promise.withResolvers<unknown>();
    const call = client.makeClientStreamRequest(...parts("collect"), (error) =>
      answer.resolve(error),
    );
    call.write(note("a"));
    expect(await answer.promise).toMatchObject({ code: status.ABORTED, details: "over" });
    call.cancel();
  });

  test.each([
    { what: "a number", answer: 1 },
    { what: "nothing", answer: undefined },
  ])("are what an answer that is $what gives a stream", async ({ answer }) => {
    const { client } = await open({ watch: () => answer as never });
    const call = client.makeServerStreamRequest(...parts("watch"), note(""));
    const reason = await textsOf(call).catch((error: ServiceError) => error);
    expect(reason).toMatchObject({ code: status.INTERNAL });
  });

  test("are what an answer that cannot be encoded gives, and the log has it", async () => {
    const { client, logger } = await open({
      unary: () => ({
        get text(): string {
          throw new Error("no text");
        },
      }),
    });
    expect((await unary(client, "").ended).error).toMatchObject({ code: status.UNKNOWN });
    expect(JSON.stringify(logger.records)).toContain("answer cannot be serialised");
  });
});

describe("the end of a caller's patience", () => {
  test.each(["unary", "watch"])("cancels a handler of %s, which sees why", async (name) => {
    const [begun, aborted] = [happening(), happening<unknown>()];
    const wait = (_: Note, { signal }: HandlerContext) => {
      signal.addEventListener("abort", () => aborted.happens(signal.reason));
      begun.happens();
      return new Promise<never>(() => {});
    };
    const { client } = await open({
      unary: wait,
      // biome-ignore lint/correctness/useYield: it hangs before
      async *watch(message: Note, context: HandlerContext) {
        await wait(message, context);
      },
    });
    const call =
      name === "unary"
        ? unary(client, "").call
        : client.makeServerStreamRequest(...parts("watch"), note(""));
    call.on("error", () => {});
    await begun.happened;
    call.cancel();
    expect(await aborted.happened).toMatchObject({ code: Code.Canceled });
  });

  test("is a deadline that the handler can read", async () => {
    const { client } = await open({
      unary: async (_: Note, { timeoutMs }: HandlerContext) => note(`${timeoutMs()}`),
    });
    const { text } = await unary(client, "", new Metadata(), { deadline: Date.now() + 60_000 })
      .ended;
    expect(Number(text)).toBeGreaterThan(50_000);
    expect(Number(text)).toBeLessThanOrEqual(60_000);
  });

  test("closes the generator of a stream", async () => {
    const closed = happening();
    const { client } = await open({
      async *watch() {
        try {
          for (let index = 0; ; index++) yield note(`${index}`);
        } finally {
          closed.happens();
        }
      },
    });
    const call = client.makeServerStreamRequest(...parts("watch"), note(""));
    call.on("error", () => {});
    await once(call, "data");
    call.cancel();
    await closed.happened;
  });
});
