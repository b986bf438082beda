/** What browsers are told about pages of other origins, over both versions of HTTP. */
import { once } from "node:events";
import { request as http1Request } from "node:http";
import { connect } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import { systemClock } from "@thrice/core";
import { memoryLogger } from "@thrice/core/testing";
import { type CorsOptions, resolveCors, WireServer } from "../../src/index.js";
import { KindsService, type Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { echo, type Kinds } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const page = "https://app.example";
const unaryPath = "/kinds.KindsService/Unary";

const implementation: Kinds = {
  ...echo,
  unary({ text }: Note, { responseHeader, responseTrailer }) {
    responseHeader.set("x-before", "1");
    responseTrailer.set("x-after", "2");
    if (text === "no") throw new ConnectError("no", Code.NotFound);
    return echo.unary({ text } as Note);
  },
};

async function open(cors?: CorsOptions): Promise<number> {
  const service = { service: KindsService, implementation, maxReceiveBytes: 1024 };
  const rules = resolveCors(cors);
  const logger = memoryLogger();
  const server = new WireServer({ services: [service], logger, clock: systemClock, cors: rules });
  closing({ close: () => server.close(0) });
  return server.listen({ host: "127.0.0.1", port: 0 });
}

interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Answered = { status: number | undefined; headers: Record<string, unknown> };

async function overHttp1(
  port: number,
  { method = "POST", path = unaryPath, headers, body }: Asked,
) {
  const options = { host: "127.0.0.1", port, method, path, headers: headers ?? {}, agent: false };
  const request = http1Request(options as never);
  request.end(body);
  const [answer] = await once(request, "response");
  answer.resume();
  await once(answer, "end");
  return { status: answer.statusCode, headers: answer.headers } as Answered;
}

async function overHttp2(
  port: number,
  { method = "POST", path = unaryPath, headers, body }: Asked,
) {
  const session = connect(`http://127.0.0.1:${port}`);
  const stream = session.request({ ":method": method, ":path": path, ...headers });
  stream.end(body);
  const [{ ":status": status, ...rest }] = await once(stream, "response");
  stream.resume();
  await once(stream, "close");
  session.close();
  await once(session, "close");
  return { status, headers: rest } as Answered;
}

const json = { "content-type": "application/json" };
const preflight = { method: "OPTIONS", headers: { "access-control-request-method": "POST" } };

function from(origin: string, asked: Asked = {}): Asked {
  return { ...asked, headers: { ...asked.headers, origin } };
}

function corsHeaders({ headers }: Answered) {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => name.startsWith("access-control-")),
  );
}

describe.each([
  { version: "HTTP/1.1", ask: overHttp1 },
  { version: "HTTP/2", ask: overHttp2 },
])("over $version", ({ ask }) => {
  test("a page may call from an origin that is named, and read what the protocols need", async () => {
    const port = await open({ origins: page });
    const asked = await ask(port, from(page, preflight));
    expect(asked.status).toBe(204);
    expect(corsHeaders(asked)).toEqual({
      "access-control-allow-origin": page,
      "access-control-allow-methods": "POST, GET",
      "access-control-allow-headers": expect.stringMatching(
        /^Content-Type, Connect-Protocol-Version, .*, Tri-Service-Version$/,
      ),
      "access-control-max-age": "7200",
    });
    expect(asked.headers.vary).toMatch(/^origin, /);
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    expect(answered.status).toBe(200);
    expect(corsHeaders(answered)).toEqual({
      "access-control-allow-origin": page,
      "access-control-expose-headers":
        "grpc-status, grpc-message, grpc-status-details-bin, content-encoding, connect-content-encoding",
    });
    expect(answered.headers.vary).toBe("origin");
  });

  test("a page may read why a call failed, also of a path that is not there", async () => {
    const port = await open({ origins: [page] });
    const failed = await ask(port, from(page, { headers: json, body: '{"text":"no"}' }));
    expect(failed).toMatchObject({
      status: 404,
      headers: { "access-control-allow-origin": page, "content-type": "application/json" },
    });
    const missed = await ask(port, from(page, { path: "/no/Such", headers: json, body: "{}" }));
    expect(missed).toMatchObject({ status: 404, headers: { "access-control-allow-origin": page } });
  });

  test("a page of another origin may not", async () => {
    const port = await open({ origins: [page] });
    for (const origin of ["https://evil.example", "http://app.example", `${page}:8443`, "null"]) {
      const asked = await ask(port, from(origin, preflight));
      expect([asked.status, corsHeaders(asked)]).toEqual([403, {}]);
      const answered = await ask(port, from(origin, { headers: json, body: "{}" }));
      expect([answered.status, corsHeaders(answered)]).toEqual([200, {}]);
      expect(answered.headers.vary).toBe("origin");
    }
  });

  test("callers that are no browsers are served as ever", async () => {
    const port = await open({ origins: [page] });
    const answered = await ask(port, { headers: json, body: "{}" });
    expect([answered.status, corsHeaders(answered)]).toEqual([200, {}]);
    expect((await ask(port, { method: "OPTIONS" })).status).toBe(405);
  });

  test("any page may call with a star, which is the same for all", async () => {
    const port = await open({ origins: "*", maxAgeSeconds: 0 });
    const asked = await ask(port, from(page, preflight));
    expect(corsHeaders(asked)).toMatchObject({
      "access-control-allow-origin": "*",
      "access-control-max-age": "0",
    });
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    expect(answered.headers).toMatchObject({ "access-control-allow-origin": "*" });
    expect(answered.headers).not.toHaveProperty("vary");
  });

  test("cookies may come along where that is said", async () => {
    const port = await open({
      origins: (origin) => origin.endsWith(".example"),
      credentials: true,
    });
    const asked = await ask(port, from(page, preflight));
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    for (const answer of [asked, answered]) {
      expect(answer.headers).toMatchObject({
        "access-control-allow-origin": page,
        "access-control-allow-credentials": "true",
      });
    }
  });

  test("attachments may be sent and read by name", async () => {
    const port = await open({
      origins: page,
      allowHeaders: ["X-User"],
      exposeHeaders: ["X-After"],
    });
    const asked = await ask(port, from(page, preflight));
    expect(asked.headers["access-control-allow-headers"]).toMatch(/, X-User$/);
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    expect(answered.headers["access-control-expose-headers"]).toMatch(
      /, x-after, trailer-x-after$/,
    );
  });

  test("or all of them", async () => {
    const port = await open({ origins: page, allowHeaders: "*", exposeHeaders: "*" });
    const wanted = { "access-control-request-headers": "content-type,x-any" };
    const asked = await ask(
      port,
      from(page, { ...preflight, headers: { ...preflight.headers, ...wanted } }),
    );
    expect(asked.headers["access-control-allow-headers"]).toBe("content-type,x-any");
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    const exposed = String(answered.headers["access-control-expose-headers"]).split(", ");
    expect(exposed).toEqual(expect.arrayContaining(["x-before", "trailer-x-after"]));
    expect(exposed).not.toContain("access-control-allow-origin");
  });

  test("who decides with a function that throws has not said yes", async () => {
    const port = await open({
      origins: () => {
        throw new Error("broken");
      },
    });
    expect((await ask(port, from(page, preflight))).status).toBe(403);
  });

  test("nothing is said of it where it is off", async () => {
    const port = await open();
    const asked = await ask(port, from(page, preflight));
    expect([asked.status, corsHeaders(asked)]).toEqual([405, {}]);
    const answered = await ask(port, from(page, { headers: json, body: "{}" }));
    expect(corsHeaders(answered)).toEqual({});
    expect(answered.headers).not.toHaveProperty("vary");
  });
});

test.each([
  { cors: null, says: "cors must be an object, got null" },
  { cors: {}, says: "cors.origins must be an origin such as https://app.example, a list of such" },
  { cors: { origins: [] }, says: "cors.origins must name an origin, got []" },
  { cors: { origins: "app.example" }, says: "a function, or '*', got 'app.example'" },
  { cors: { origins: ["*"] }, says: "a function, or '*', got '*'" },
  {
    cors: { origins: "https://app.example/" },
    says: "cors.origins: 'https://app.example/' must be 'https://app.example'",
  },
  { cors: { origins: [5] }, says: "a function, or '*', got 5" },
  {
    cors: { origins: "*", credentials: true },
    says: 'cors.credentials needs cors.origins by name, got "*"',
  },
  { cors: { origins: "*", credentials: 1 }, says: "cors.credentials must be true or false, got 1" },
  {
    cors: { origins: "*", allowHeaders: "x" },
    says: "cors.allowHeaders must be a list of header names, or \"*\", got 'x'",
  },
  {
    cors: { origins: "*", exposeHeaders: ["a b"] },
    says: "cors.exposeHeaders must be a list of header names, or \"*\", got [ 'a b' ]",
  },
  {
    cors: { origins: "*", maxAgeSeconds: 86_401 },
    says: "cors.maxAgeSeconds must be a whole number from 0 to 86400, got 86401",
  },
  { cors: { origin: "*" }, says: "cors: unknown option 'origin'; did you mean 'origins'?" },
])("refused: $says", ({ cors, says }) => {
  expect(() => resolveCors(cors as never)).toThrow(says);
});
