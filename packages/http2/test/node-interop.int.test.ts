/** Both ends against Node's own HTTP/2, which is nghttp2, over TCP and TLS. */
import * as http2 from "node:http2";
import { connect, createServer, type Socket } from "node:net";
import * as tls from "node:tls";
import {
  type HeaderList,
  Http2ClientConnection,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
} from "../src/index.js";
import { cleanUp, cleanups, listen, tlsFiles } from "../src/testing/loopback.js";
import { RecordingSink } from "../src/testing/recording-sink.js";

afterEach(cleanUp);

/** Our server: echoes content and says what it saw of the headers. */
function serveEcho(socket: Socket | tls.TLSSocket): void {
  const onStream = (stream: ServerStream, headers: HeaderList, endStream: boolean) => {
    const sink = new RecordingSink("manual");
    const ok = new PreparedHeaders([":status", "200", "content-type", "text/plain"]);
    stream.respond(ok, ["saw", JSON.stringify(headers.toFlat())], endStream);
    sink.onBytes = (bytes, isLast) => {
      stream.sendData(bytes, false);
      stream.addCredit(bytes.length);
      if (isLast) stream.sendTrailers(new PreparedHeaders(["sum", "fine"]));
    };
    return sink;
  };
  new Http2ServerConnection(socket, { listener: { onStream } });
}

async function ourServer(isTls: boolean): Promise<string> {
  const server = isTls
    ? tls.createServer({ ...tlsFiles, ALPNProtocols: ["h2"] }, serveEcho)
    : createServer(serveEcho);
  return `${isTls ? "https" : "http"}://127.0.0.1:${await listen(server)}`;
}

function nodeClient(url: string): http2.ClientHttp2Session {
  const session = http2.connect(url, { rejectUnauthorized: false });
  cleanups.push(() => new Promise<void>((resolve) => session.close(resolve)));
  return session;
}

interface NodeAnswer {
  headers: http2.IncomingHttpHeaders;
  trailers: http2.IncomingHttpHeaders;
  body: Buffer;
}

function nodeCall(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: Buffer,
): Promise<NodeAnswer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      { ":method": body ? "POST" : "GET", ":path": "/x", ...headers },
      { endStream: !body },
    );
    const parts: Buffer[] = [];
    let answer: http2.IncomingHttpHeaders = {};
    let trailers: http2.IncomingHttpHeaders = {};
    stream.on("response", (list) => {
      answer = list;
    });
    stream.on("trailers", (list) => {
      trailers = list;
    });
    stream.on("data", (part: Buffer) => parts.push(part));
    stream.on("end", () => resolve({ headers: answer, trailers, body: Buffer.concat(parts) }));
    stream.on("error", reject);
    if (body) stream.end(body);
  });
}

async function nodeServer(
  isTls: boolean,
  onStream: (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => void,
) {
  const server = isTls ? http2.createSecureServer(tlsFiles) : http2.createServer();
  server.on("stream", onStream);
  server.on("sessionError", () => undefined);
  return listen(server);
}

async function ourClient(port: number, isTls: boolean): Promise<Http2ClientConnection> {
  const socket = isTls
    ? tls.connect({ port, host: "127.0.0.1", ALPNProtocols: ["h2"], rejectUnauthorized: false })
    : connect(port, "127.0.0.1");
  const client = new Http2ClientConnection(socket);
  cleanups.push(() => client.destroy());
  return client;
}

function echo(stream: http2.ServerHttp2Stream): void {
  stream.respond({ ":status": 200 }, { waitForTrailers: true });
  stream.on("wantTrailers", () => stream.sendTrailers({ sum: "fine" }));
  stream.on("error", () => undefined);
  stream.pipe(stream);
}

const post = new PreparedHeaders([
  ":method",
  "POST",
  ":scheme",
  "http",
  ":path",
  "/x",
  ":authority",
  "a",
]);
const get = new PreparedHeaders([
  ":method",
  "GET",
  ":scheme",
  "http",
  ":path",
  "/x",
  ":authority",
  "a",
]);

describe.each([
  { over: "TCP", isTls: false },
  { over: "TLS", isTls: true },
])("over $over", ({ isTls }) => {
  test.each([0, 11, 100_000, 1_048_576])(
    "Node's client and our server exchange %i bytes",
    async (bytes) => {
      const session = nodeClient(await ourServer(isTls));
      const body = Buffer.alloc(bytes, "abc");
      const answer = await nodeCall(session, { "x-a": "1" }, body);
      expect(answer.headers[":status"]).toBe(200);
      expect(answer.trailers.sum).toBe("fine");
      expect(answer.body.equals(body)).toBe(true);
    },
  );

  test.each([0, 11, 100_000, 1_048_576])(
    "our client and Node's server exchange %i bytes",
    async (bytes) => {
      const client = await ourClient(await nodeServer(isTls, echo), isTls);
      const sink = new RecordingSink("manual");
      const stream = client.request(post, [], sink, false);
      sink.onBytes = (part) => stream.addCredit(part.length);
      const body = Buffer.alloc(bytes, "abc");
      stream.sendData(body, true);
      expect(await sink.ended).toEqual({ kind: "completed" });
      expect(Buffer.concat(sink.content).equals(body)).toBe(true);
      expect(sink.log.at(-2)).toBe("trailers sum fine");
    },
  );
});

describe("with Node's HTTP/2", () => {
  test("header tables agree through many different lists, from its encoder to our decoder and back", async () => {
    const session = nodeClient(await ourServer(false));
    for (let i = 0; i < 120; i++) {
      const sent = {
        [`x-name-${i % 7}`]: `value ${i % 11} ${"é!~".repeat(i % 40)}.`,
        "x-same": "yes",
        "x-long": "l".repeat((i * 37) % 900),
      };
      const { headers } = await nodeCall(session, sent);
      const saw = JSON.parse(String(headers.saw)) as string[];
      const pairs = Object.fromEntries(
        saw.flatMap((name, at) => (at % 2 === 0 ? [[name, saw[at + 1]]] : [])),
      );
      expect(pairs).toMatchObject(
        Object.fromEntries(
          Object.entries(sent).map(([name, text]) => [
            name,
            Buffer.from(text, "latin1").toString("latin1").trim(),
          ]),
        ),
      );
    }
  });

  test("header tables agree from our encoder to its decoder and back", async () => {
    const port = await nodeServer(false, (stream, headers) => {
      stream.respond(
        { ":status": 200, "x-back": String(headers["x-a"]), "x-n": String(headers["x-n"]) },
        { endStream: true },
      );
    });
    const client = await ourClient(port, false);
    for (let i = 0; i < 150; i++) {
      const sink = new RecordingSink();
      const text = `v ${i % 13} ${"w".repeat((i * 31) % 700)}.`;
      client.request(get, ["x-a", text, "x-n", String(i)], sink, true);
      await sink.ended;
      expect(sink.log[0]).toContain(`x-back ${text} x-n ${i}`);
    }
  });

  test("its REFUSED_STREAM, its GOAWAY and its end reach us as such", async () => {
    const port = await nodeServer(false, (stream, headers) => {
      if (headers["x-do"] === "refuse") stream.close(http2.constants.NGHTTP2_REFUSED_STREAM);
      const { session } = stream;
      stream.on("error", () => undefined);
      if (headers["x-do"] === "goaway") {
        session?.goaway(2, 0, Buffer.from("enough"));
        setImmediate(() => session?.destroy());
      }
    });
    const client = await ourClient(port, false);
    const [refused, gone] = [new RecordingSink(), new RecordingSink()];
    client.request(get, ["x-do", "refuse"], refused, true);
    expect(await refused.ended).toEqual({ kind: "reset-by-peer", code: 7 });
    client.request(get, ["x-do", "goaway"], gone, true);
    expect(await gone.ended).toMatchObject({ code: 2, debug: "enough" });
  });

  test("our graceful close lets its call finish and its session close", async () => {
    let close: () => void = () => undefined;
    const answer: (() => void)[] = [];
    const ok = new PreparedHeaders([":status", "200"]);
    const server = createServer((socket) => {
      const onStream = (stream: ServerStream) => {
        answer.push(() => stream.respond(ok, [], true));
        return new RecordingSink();
      };
      const connection = new Http2ServerConnection(socket, { listener: { onStream } });
      close = () => connection.close();
    });
    const session = http2.connect(`http://127.0.0.1:${await listen(server)}`);
    const call = nodeCall(session, {});
    const goaway = new Promise((resolve) => session.once("goaway", resolve));
    await new Promise((resolve) => session.once("remoteSettings", resolve));
    await new Promise((resolve) => session.ping(resolve));
    close();
    await goaway;
    answer[0]?.();
    expect((await call).headers[":status"]).toBe(200);
    await new Promise<void>((resolve) =>
      session.destroyed ? resolve() : session.once("close", () => resolve()),
    );
  });

  test("100 MiB each way", async () => {
    const client = await ourClient(await nodeServer(false, echo), false);
    const sink = new RecordingSink("manual");
    const stream = client.request(post, [], sink, false);
    const part = Buffer.alloc(1_048_576, "abcd");
    let received = 0;
    let left = 100;
    sink.onBytes = (bytes) => {
      received += bytes.length;
      sink.content.length = 0;
      stream.addCredit(bytes.length);
    };
    sink.onRoom = () => {
      while (left > 0 && stream.sendData(part, --left === 0));
    };
    sink.onRoom();
    expect(await sink.ended).toEqual({ kind: "completed" });
    expect(received).toBe(100 * 1_048_576);
  }, 60_000);
});
