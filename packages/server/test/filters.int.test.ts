/** The filters that come with the server. */
import { Code, ConnectError, createContextKey } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import {
  type AccessLogOptions,
  accessLog,
  echo,
  type Interceptor,
  recovery,
  signatureCheck,
  tokenCheck,
} from "@thrice/server";
import type { KindsServiceHandler } from "./gen/kinds/kinds_thrice.js";
import { Bench, failureOf, gate, readAll } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const handler: Partial<KindsServiceHandler> = {
  unary: ({ text }) => ({ text }),
  async *watch({ text }) {
    for (const letter of text) yield { text: letter };
  },
};

function serve(interceptors: readonly Interceptor[], own: Partial<KindsServiceHandler> = handler) {
  return bench.serve(own, { interceptors });
}

describe("accessLog", () => {
  const now = () => Date.UTC(2026, 0, 2, 3, 4, 5, 678);

  async function open(options: AccessLogOptions, own?: Partial<KindsServiceHandler>) {
    const lines: string[] = [];
    const clock = new FakeClock();
    const write = (line: string) => void lines.push(line);
    const served = await serve([accessLog({ write, clock, now, ...options })], own);
    return { ...served, lines, clock };
  }

  test("writes a line of text with what the caller said of itself in quotes", async () => {
    const { peer, lines } = await open({});
    const headers = { "x-request-id": 'a"b', "user-agent": "me 1.0" };
    await peer("connect").unary({}, { headers });
    expect(lines).toEqual([
      '2026-01-02T03:04:05.678Z kinds.KindsService/Unary ok 0ms id="a\\"b" agent="me 1.0"',
    ]);
  });

  test("writes JSON, and the code of what failed", async () => {
    const clock = new FakeClock();
    const { peer, lines } = await open(
      { format: "json", clock },
      {
        unary: async () => {
          await clock.advance(12);
          throw new ConnectError("gone", Code.NotFound);
        },
      },
    );
    await failureOf(peer("connect").unary({}, { headers: { "user-agent": "me" } }));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: "2026-01-02T03:04:05.678Z",
        method: "kinds.KindsService/Unary",
        userAgent: "me",
        code: "not_found",
        durationMs: 12,
      },
    ]);
  });

  test("writes of a stream when it has ended, and of a handler's plain error", async () => {
    const { peer, lines } = await open(
      { format: "json" },
      {
        async *watch({ text }) {
          yield { text };
          if (text === "fail") throw new Error("bug");
        },
      },
    );
    await readAll(peer().watch({ text: "hi" }));
    await failureOf(readAll(peer().watch({ text: "fail" })));
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(["ok", "unknown"]);
  });

  test("writes of a call whose handler hangs when its deadline passes", async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const began = gate();
    const { peer } = await bench.serve(
      {
        unary() {
          began.open();
          return new Promise(() => {});
        },
      },
      { clock, interceptors: [accessLog({ write: (line) => void lines.push(line), clock, now })] },
    );
    const failure = failureOf(peer().unary({}, { timeoutMs: 60_000 }));
    await began.opened;
    await clock.advance(60_000);
    await failure;
    expect(lines).toEqual([expect.stringContaining("KindsService/Unary deadline_exceeded")]);
  });

  test("samples good calls, and none that fail", async () => {
    const draws = [0.05, 0.5, 0.1];
    const { peer, lines } = await open(
      { format: "json", sampleRatio: 0.1, random: () => draws.shift() ?? 0 },
      {
        unary({ text }) {
          if (text === "fail") throw new ConnectError("no", Code.Aborted);
          return { text };
        },
      },
    );
    for (const text of ["a", "b", "c"]) await peer().unary({ text });
    await failureOf(peer().unary({ text: "fail" }));
    expect(lines.map((line) => JSON.parse(line).code)).toEqual(["ok", "aborted"]);
  });

  test("fails no call when it cannot write", async () => {
    const write = () => {
      throw new Error("disk full");
    };
    const { peer } = await serve([accessLog({ write })]);
    expect((await peer().unary({ text: "on" })).text).toBe("on");
  });

  test.each([
    { options: { format: "xml" }, says: "format must be one of 'text', 'json', got 'xml'" },
    { options: { sampleRatio: 2 }, says: "sampleRatio must be a number from 0 to 1, got 2" },
    { options: { sample: 1 }, says: "options of accessLog: unknown option 'sample'" },
    { options: { write: 1 }, says: "write must be a function, got 1" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => accessLog(options as object)).toThrow(says);
  });
});

describe("tokenCheck", () => {
  const bearer = (token: string) => ({ headers: { authorization: token } });

  test.each([
    { given: "Bearer old", pass: true },
    { given: "bearer  new ", pass: true },
  ])("lets %j pass", async ({ given }) => {
    const { peer } = await serve([tokenCheck({ tokens: ["old", "new"] })]);
    expect((await peer().unary({ text: "in" }, bearer(given))).text).toBe("in");
  });

  test.each([
    { given: "Bearer older", says: "the token is not accepted" },
    { given: "Basic old", says: "a token is needed" },
    { given: "Bearer", says: "a token is needed" },
    { given: "", says: "a token is needed" },
  ])("turns $given away: $says", async ({ given, says }) => {
    const unary = jest.fn();
    const { peer } = await serve([tokenCheck({ tokens: ["old"] })], { unary });
    expect(await failureOf(peer().unary({}, bearer(given)))).toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: says,
    });
    expect(unary).not.toHaveBeenCalled();
  });

  test("finds the token in the attachment that is named, and nowhere else", async () => {
    const { peer } = await serve([tokenCheck({ attachment: "token", tokens: ["old"] })]);
    const headers = { token: "old" };
    expect((await peer().unary({ text: "in" }, { headers })).text).toBe("in");
    expect(await failureOf(peer().unary({}, bearer("Bearer old")))).toMatchObject({
      rawMessage: "a token is needed",
    });
  });

  test("asks the application, which may tell the handler who it is", async () => {
    const user = createContextKey("nobody");
    const check = tokenCheck({
      verify: async (token, request) => {
        request.contextValues.set(user, token.toUpperCase());
        return token !== "bad";
      },
    });
    const { peer } = await serve([check], {
      unary: (_, { values }) => ({ text: values.get(user) }),
    });
    expect((await peer().unary({}, bearer("Bearer ann"))).text).toBe("ANN");
    expect(await failureOf(peer().unary({}, bearer("Bearer bad")))).toMatchObject({
      code: Code.Unauthenticated,
    });
  });

  test.each([
    { options: {}, says: "tokenCheck needs either tokens or verify" },
    { options: { tokens: ["a"], verify: () => true }, says: "needs either tokens or verify" },
    { options: { tokens: [] }, says: "tokens must be a list of printable ASCII" },
    { options: { tokens: ["a b"] }, says: "tokens must be a list of printable ASCII" },
    { options: { verify: 1 }, says: "verify must be a function, got 1" },
    { options: { tokens: ["a"], attachment: "a b" }, says: "attachment must be letters" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => tokenCheck(options as object)).toThrow(says);
  });
});

describe("recovery", () => {
  const noRow = new Error("no such row");
  const map = recovery((thrown) =>
    thrown === noRow ? new ConnectError("no such note", Code.NotFound) : undefined,
  );

  test("says what a thrown value means, in the midst of a stream too", async () => {
    const { peer, logger } = await serve([map], {
      unary: () => Promise.reject(noRow),
      async *watch() {
        yield {};
        throw noRow;
      },
    });
    const found = { code: Code.NotFound, rawMessage: "no such note" };
    expect(await failureOf(peer().unary({}))).toMatchObject(found);
    expect(await failureOf(readAll(peer().watch({})))).toMatchObject(found);
    expect(logger.records).toEqual([]);
  });

  test("leaves a ConnectError, and what it does not know, as they are", async () => {
    const { peer, logger } = await serve([map], {
      unary({ text }) {
        throw text === "own" ? new ConnectError("own", Code.Aborted) : new Error("bug");
      },
    });
    expect(await failureOf(peer().unary({ text: "own" }))).toMatchObject({ code: Code.Aborted });
    expect(await failureOf(peer().unary({}))).toMatchObject({ code: Code.Unknown });
    expect(logger.records).toHaveLength(1);
  });
});

describe("echo", () => {
  test("answers a unary call that asks for it without the handler, and no other", async () => {
    const unary = jest.fn(handler.unary);
    const { peer } = await serve([echo()], { ...handler, unary } as KindsServiceHandler);
    let header: string | null = null;
    const onHeader = (given: Headers) => {
      header = given.get("x-thrice-echo");
    };
    const asked = { headers: { "x-thrice-echo": "7" } };
    expect((await peer().unary({ text: "hi" }, { ...asked, onHeader })).text).toBe("hi");
    expect(header).toBe("7");
    expect(unary).not.toHaveBeenCalled();
    expect(await readAll(peer().watch({ text: "ab" }, asked))).toEqual(["a", "b"]);
    await peer().unary({});
    expect(unary).toHaveBeenCalledTimes(1);
  });
});

describe("signatureCheck", () => {
  test.each([undefined, "", "key=a;time=1;nonce=x", "nonsense"])("turns away %j", async (sent) => {
    const { peer } = await serve([signatureCheck({ secrets: { a: "sixteen characters" } })]);
    const headers = sent === undefined ? {} : { "x-thrice-signature": sent };
    expect(await failureOf(peer().unary({}, { headers }))).toMatchObject({
      code: Code.Unauthenticated,
      rawMessage: "a signature is needed",
    });
  });

  test.each([
    { options: {}, says: "secrets must be an object or a function" },
    { options: { secrets: { a: "short" } }, says: "that of a must be a text of at least 16" },
    { options: { secrets: { "a b": "sixteen characters" } }, says: "a key id must be" },
    { options: { secrets: {}, windowMs: 5 }, says: "windowMs must be a whole number from 1000" },
    { options: { secrets: {}, requireBody: 1 }, says: "requireBody must be true or false" },
    { options: { secrets: {}, maxNonces: 0 }, says: "maxNonces must be a whole number from 1" },
  ])("refuses $options, and shows no secret", ({ options, says }) => {
    expect(() => signatureCheck(options as never)).toThrow(says);
    expect(() => signatureCheck(options as never)).not.toThrow("short");
  });
});
