/** The client's interceptors, against the filters of a server that looks at what they send. */
import {
  Code,
  type Interceptor,
  requestId,
  type SignRequestsOptions,
  signRequests,
  withToken,
} from "@thrice/client";
import { type SignatureCheckOptions, signatureCheck, tokenCheck } from "@thrice/server";
import { Bench } from "./support/bench.js";
import { failureOf, notes, readAll } from "./support/notes.js";
import { failing, type Script } from "./support/serve-kinds.js";

const bench = new Bench();
afterEach(() => bench.close());

describe("withToken", () => {
  test("opens a server that checks tokens, for calls of all kinds", async () => {
    const server = await bench.serve({}, { interceptors: [tokenCheck({ tokens: ["s3cret"] })] });
    const { stub } = bench.client({ url: server.url, interceptors: [withToken("s3cret")] });
    expect((await stub.unary({ text: "in" })).text).toBe("in");
    expect(await readAll(stub.watch({ text: "in" }))).toEqual(["in 1", "in 2"]);
    expect((await stub.collect(notes("a", "b"))).text).toBe("a,b");
    const stranger = bench.client({ url: server.url });
    expect(await failureOf(stranger.stub.unary({}))).toMatchObject({ code: Code.Unauthenticated });
  });

  test("asks for a token for each attempt as an attempt interceptor", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 2) });
    let asked = 0;
    const token = withToken(async () => `token-${++asked}`);
    const { stub } = bench.client({ url: server.url, retries: 2, attemptInterceptors: [token] });
    await stub.unary({});
    expect(server.requests.map(({ header }) => header.get("authorization"))).toEqual([
      "Bearer token-1",
      "Bearer token-2",
      "Bearer token-3",
    ]);
  });

  test("leaves an authorization of the call's own", async () => {
    const server = await bench.serve();
    const { stub } = bench.client({ url: server.url, interceptors: [withToken("usual")] });
    await stub.unary({}, { attachments: { authorization: "Bearer own" } });
    expect(server.requests[0]?.header.get("authorization")).toBe("Bearer own");
  });

  test.each([
    { token: "", says: "got a text of 0 characters" },
    { token: "two words", says: "got a text of 9 characters" },
    { token: 5, says: "token must be printable ASCII without blanks, got 5" },
  ])("refuses $token, and does not repeat it", ({ token, says }) => {
    expect(() => withToken(token as string)).toThrow(says);
    expect(() => withToken(token as string)).not.toThrow("two words");
  });
});

describe("requestId", () => {
  test("is the same for all attempts of a call, and another for the next", async () => {
    const server = await bench.serve({ unary: failing(() => new Error("no"), 1) });
    const { stub } = bench.client({ url: server.url, retries: 1, interceptors: [requestId()] });
    await stub.unary({});
    await stub.unary({});
    const [first, second, third] = server.requests.map(({ header }) => header.get("x-request-id"));
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test("leaves one that the call has, and takes name and maker from its options", async () => {
    const server = await bench.serve();
    const own = requestId({ header: "x-trace", makeId: () => "made" });
    const { stub } = bench.client({ url: server.url, interceptors: [own] });
    await stub.unary({});
    await stub.unary({}, { attachments: { "x-trace": "given" } });
    expect(server.requests.map(({ header }) => header.get("x-trace"))).toEqual(["made", "given"]);
  });

  test.each([
    { options: { header: "X-Id" }, says: "header must be a name in small letters, got 'X-Id'" },
    { options: { makeId: 1 }, says: "makeId must be a function, got 1" },
    { options: { name: "x" }, says: "options of requestId: unknown option 'name'" },
  ])("refuses $options", ({ options, says }) => {
    expect(() => requestId(options as object)).toThrow(says);
  });
});

describe("signRequests", () => {
  const keyId = "app-1";
  const secret = "a secret that both ends know";
  const refused = (rawMessage: string) => ({
    code: Code.Unauthenticated,
    rawMessage: expect.stringContaining(rawMessage),
  });

  /** A server that checks signatures, and a client that signs. */
  async function open(
    sign: Partial<SignRequestsOptions> = {},
    check: Partial<SignatureCheckOptions> = {},
    more: { script?: Script; after?: Interceptor } = {},
  ) {
    const filter = signatureCheck({ secrets: { [keyId]: secret }, ...check });
    const server = await bench.serve(more.script, { interceptors: [filter] });
    const attemptInterceptors = [signRequests({ keyId, secret, ...sign })];
    if (more.after !== undefined) attemptInterceptors.push(more.after);
    return { server, ...bench.client({ url: server.url, retries: 3, attemptInterceptors }) };
  }

  test.each([{ signBody: false }, { signBody: true }])(
    "with signBody $signBody opens a server that checks, for calls of all kinds",
    async ({ signBody }) => {
      const { stub } = await open({ signBody }, { requireBody: signBody });
      expect((await stub.unary({ text: "in" })).text).toBe("in");
      expect(await readAll(stub.watch({ text: "in" }))).toEqual(["in 1", "in 2"]);
      expect((await stub.collect(notes("a", "b"))).text).toBe("a,b");
    },
  );

  test("signs each attempt anew, so that a retry is no replay", async () => {
    const { server, stub } = await open(
      {},
      {},
      { script: { unary: failing(() => new Error("no"), 2) } },
    );
    expect((await stub.unary({ text: "third" })).text).toBe("third");
    expect(server.attempts()).toBe(3);
  });

  test("does not open a server that has another secret, or none of that name", async () => {
    const wrong = await open({ secret: "another secret altogether" });
    expect(await failureOf(wrong.stub.unary({}))).toMatchObject(
      refused("the signature is not accepted"),
    );
    const unknown = await open({ keyId: "app-2" });
    expect(await failureOf(unknown.stub.unary({}))).toMatchObject(
      refused("the signature is not accepted"),
    );
  });

  test("cannot be used again, nor for another method", async () => {
    let captured: string | null = null;
    const replay: Interceptor = (next) => (request) => {
      captured ??= request.header.get("x-thrice-signature");
      request.header.set("x-thrice-signature", captured ?? "");
      return next(request);
    };
    const { stub } = await open({}, {}, { after: replay });
    await stub.unary({});
    expect(await failureOf(stub.unary({}))).toMatchObject(refused("the signature was used before"));
    expect(await failureOf(stub.put({}))).toMatchObject(refused("the signature is not accepted"));
  });

  test.each([
    { awayMs: 60_000, opens: true },
    { awayMs: -60_000, opens: true },
    { awayMs: 60_001, opens: false },
    { awayMs: -60_001, opens: false },
  ])("made $awayMs ms away from the server's time, opens: $opens", async ({ awayMs, opens }) => {
    const nowMs = 1_700_000_000_000;
    const { stub } = await open(
      { now: () => nowMs + awayMs },
      { now: () => nowMs, windowMs: 60_000 },
    );
    const told = await stub.unary({ text: "in" }).then(
      ({ text }) => text,
      (reason: Error) => reason.message,
    );
    expect(told.includes("more than 60000 ms from now")).toBe(!opens);
    expect(told === "in").toBe(opens);
  });

  test("of one message does not open for another", async () => {
    const swap: Interceptor = (next) => (request) =>
      next(
        request.stream
          ? request
          : { ...request, message: { ...request.message, text: "b" } as never },
      );
    const { stub } = await open({ signBody: true }, {}, { after: swap });
    expect(await failureOf(stub.unary({ text: "a" }))).toMatchObject(
      refused("the message is not the one that was signed"),
    );
  });

  test("without a message does not open where one has to be signed", async () => {
    const { stub } = await open({}, { requireBody: true });
    expect(await failureOf(stub.unary({}))).toMatchObject(refused("the message has to be signed"));
  });

  test("beyond what the server can remember fails as resource_exhausted", async () => {
    const { stub } = await open({}, { maxNonces: 1 });
    await stub.unary({});
    expect(await failureOf(stub.unary({}, { retries: 0 }))).toMatchObject({
      code: Code.ResourceExhausted,
    });
  });

  test.each([
    { options: { keyId: "a b", secret }, says: "keyId must be 1 to 128 of" },
    {
      options: { keyId, secret: "short" },
      says: "secret must be a text of at least 16 characters",
    },
    { options: { keyId, secret, signBody: 1 }, says: "signBody must be true or false, got 1" },
  ])("refuses wrong options: $says", ({ options, says }) => {
    expect(() => signRequests(options as never)).toThrow(says);
    expect(() => signRequests(options as never)).not.toThrow("short");
  });
});
