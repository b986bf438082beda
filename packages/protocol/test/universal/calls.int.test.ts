/** Channels that speak Connect, gRPC-Web, and gRPC in JSON, against our own server. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import type { ChannelOptions } from "../../src/index.js";
import { type Note, NoteSchema } from "../gen/kinds/kinds_pb.js";
import { type Kinds, openServed } from "../server/support/served.js";
import { answerOf, channelTo, endOf, many, note, notes, one, textOf } from "../support/calls.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { wires } from "./wires.js";

const closing = closeAfterEach();
expectNothingUncaught();

const whim = new ConnectError("no longer wanted", Code.Canceled);

describe.each(wires)("$wire", ({ options }) => {
  async function open(implementation?: Kinds, more: Partial<ChannelOptions> = {}) {
    const { port } = closing(await openServed(implementation));
    return closing(channelTo(port, { ...options, ...more }));
  }

  test("calls methods of all kinds, again and again on one channel", async () => {
    const channel = await open();
    for (const text of ["abc", "de"]) {
      expect(await endOf(channel.start(one("unary", text)))).toEqual({ text });
      expect(await endOf(channel.start(one("watch", text)))).toEqual({ texts: [...text] });
      const collected = await endOf(channel.start(many("collect", notes(text, "x"))));
      expect(collected).toEqual({ text: `${text}+x` });
    }
    const answers = await endOf(channel.start(one("watch", "")));
    expect(answers).toEqual({ texts: [] });
  });

  test("says what gRPC says: time, attempts before, group and version, attachments", async () => {
    let seen: Headers | undefined;
    let leftMs: number | undefined;
    const unary = (_: Note, { requestHeader, timeoutMs }: HandlerContext) => {
      seen = requestHeader;
      leftMs = timeoutMs();
      return note("");
    };
    const channel = await open({ unary });
    const header = new Headers({ "x-sent": "1" });
    const told = { header, timeoutMs: 60_000.5, previousAttempts: 2 };
    expect(await endOf(channel.start(one("unary", "", told)))).toEqual({ text: "" });
    expect(seen?.get("x-sent")).toBe("1");
    expect(seen?.get("grpc-previous-rpc-attempts")).toBe("2");
    expect(leftMs).toBeGreaterThan(50_000);
    expect(leftMs).toBeLessThan(60_002);
    const grouped = await endOf(channel.start(one("unary", "", { group: "g", version: "1" })));
    expect(grouped).toMatchObject({ code: "Unimplemented", outcome: "answered" });
  });

  test("carries metadata both ways, and those of failures", async () => {
    const answering = (fails: boolean) => (_: unknown, context: HandlerContext) => {
      context.responseHeader.set("h", "1");
      context.responseTrailer.set("t", "2");
      if (fails) throw new ConnectError("no 100% ü", Code.NotFound, { m: "3" }, [detail]);
      return note("");
    };
    const detail = { desc: NoteSchema, value: create(NoteSchema, { text: "why" }) };
    const good = await (await open({ unary: answering(false) })).start(one("unary")).end;
    expect(good).toMatchObject({ ok: true, answer: { kind: "unary" } });
    const answer = good.ok ? good.answer : undefined;
    expect([answer?.header.get("h"), answer?.trailer.get("t")]).toEqual(["1", "2"]);
    const bad = await (await open({ unary: answering(true) })).start(one("unary")).end;
    const failure = bad.ok ? undefined : bad;
    expect(failure).toMatchObject({
      outcome: "answered",
      error: { code: Code.NotFound, rawMessage: "no 100% ü" },
    });
    const error = ConnectError.from(failure?.error);
    expect(["h", "t", "m"].map((name) => error.metadata.get(name))).toEqual(["1", "2", "3"]);
    expect(error.findDetails(NoteSchema)).toEqual([detail.value]);
  });

  test("hears of failures in mid-stream", async () => {
    const watch = async function* () {
      yield note("first");
      throw new ConnectError("no more", Code.DataLoss);
    };
    const end = await endOf((await open({ watch })).start(one("watch")));
    expect(end).toEqual({ texts: ["first"], code: "DataLoss", message: "no more" });
  });

  test.each(["gzip", "br"] as const)("compresses with %s when told to", async (encoding) => {
    const long = "x".repeat(2_000);
    const channel = await open();
    const packed = { compressMinBytes: 0, encoding };
    expect(await endOf(channel.start(one("unary", long, packed)))).toEqual({ text: long });
    const collected = await endOf(channel.start(many("collect", notes(long, ""), packed)));
    expect(collected).toEqual({ text: `${long}+` });
  });

  test.each(["unary", "watch"] as const)(
    "reads no message of %s that is too large",
    async (name) => {
      const watch = async function* () {
        yield note("x".repeat(5_000));
      };
      const unary = () => note("x".repeat(5_000));
      const channel = await open({ watch, unary }, { maxReceiveBytes: 1_000 });
      expect(await endOf(channel.start(one(name)))).toMatchObject({
        outcome: "rejected",
        code: "ResourceExhausted",
      });
    },
  );

  test("refuses an attachment that HTTP does not allow, and sends nothing", async () => {
    const header = new Headers({ connection: "close" });
    expect(await endOf((await open()).start(one("unary", "", { header })))).toMatchObject({
      outcome: "rejected",
      code: "InvalidArgument",
    });
  });

  test("ends with the error of a source that fails, as nobody else's", async () => {
    const failing = async function* () {
      yield note("first");
      throw new Error("disk full");
    };
    expect(await endOf((await open()).start(many("collect", failing())))).toEqual({
      outcome: "rejected",
      code: "Unknown",
      message: "request not sent: disk full",
    });
  });

  test("leaves the source, also one that hangs, when the peer wants no more of it", async () => {
    const left = Promise.withResolvers<void>();
    const hanging: AsyncIterableIterator<Note> = {
      [Symbol.asyncIterator]: () => hanging,
      next: () => new Promise(() => undefined),
      return: async () => {
        left.resolve();
        return { done: true, value: undefined };
      },
    };
    const collect = async () => note("enough");
    const channel = await open({ collect });
    expect(await endOf(channel.start(many("collect", hanging)))).toEqual({ text: "enough" });
    await left.promise;
  });

  test.each(["unary", "watch", "collect"] as const)(
    "cancels %s on its way, and the handler hears of it",
    async (method) => {
      const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      const hang = ({ signal }: HandlerContext) => {
        signal.addEventListener("abort", () => ended.resolve());
        begun.resolve();
        return new Promise<never>(() => undefined);
      };
      const channel = await open({
        unary: (_, context) => hang(context),
        // biome-ignore lint/correctness/useYield: it hangs before
        watch: async function* (_, context) {
          await hang(context);
        },
        collect: (_, context) => hang(context),
      });
      const request = method === "collect" ? many("collect", notes("x")) : one(method);
      const attempt = channel.start(request);
      await begun.promise;
      attempt.cancel(whim);
      expect(await endOf(attempt)).toMatchObject({
        outcome: "cancelled",
        message: whim.rawMessage,
      });
      await ended.promise;
    },
  );

  test("cancels before anything was sent", async () => {
    const attempt = (await open()).start(one("unary"));
    attempt.cancel(whim);
    expect(await endOf(attempt)).toMatchObject({ outcome: "cancelled", message: whim.rawMessage });
  });

  test("stops a stream that is left in the middle", async () => {
    const stopped = Promise.withResolvers<void>();
    const watch = async function* () {
      try {
        for (;;) yield note("x".repeat(10_000));
      } finally {
        stopped.resolve();
      }
    };
    const attempt = (await open({ watch })).start(one("watch"));
    const answers = await answerOf(attempt.end);
    expect(textOf((await answers.next()).value)).toContain("xxx");
    await answers.return?.();
    expect(await answers.next()).toMatchObject({ done: true });
    await attempt.finished;
    await stopped.promise;
  });

  test("fails a stream that is being read when it is cancelled", async () => {
    const watch = async function* () {
      yield note("first");
      await new Promise(() => undefined);
    };
    const attempt = (await open({ watch })).start(one("watch"));
    const answers = await answerOf(attempt.end);
    await answers.next();
    const next = answers.next();
    attempt.cancel(whim);
    await expect(next).rejects.toMatchObject({ rawMessage: whim.rawMessage });
    await attempt.finished;
  });
});

test.each([
  { wire: "HTTP/2", options: { protocol: "connect", useHttpGet: true } },
  { wire: "HTTP/1.1", options: { protocol: "connect", httpVersion: "1.1", useHttpGet: true } },
] as const)("Connect over $wire asks with GET where nothing can change", async ({ options }) => {
  const methods: string[] = [];
  const tell = ({ text }: Note, { requestMethod }: HandlerContext) => {
    methods.push(requestMethod);
    return note(text);
  };
  const { port } = closing(await openServed({ read: tell, unary: tell }));
  const channel = closing(channelTo(port, options));
  expect(await endOf(channel.start(one("read", "a&b")))).toEqual({ text: "a&b" });
  expect(await endOf(channel.start(one("unary", "c")))).toEqual({ text: "c" });
  expect(methods).toEqual(["GET", "POST"]);
});
