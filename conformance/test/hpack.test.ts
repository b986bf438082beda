/** Random header lists through our HPACK coders and those of `node:http2`, which is nghttp2, both ways on one connection. */
import { once } from "node:events";
import http2 from "node:http2";
import { type AddressInfo, connect, createServer } from "node:net";
import {
  type HeaderList,
  Http2ClientConnection,
  type Http2Options,
  Http2ServerConnection,
  PreparedHeaders,
  type ServerStream,
} from "@thrice/http2";
import fc from "fast-check";
import { closeAfterEach } from "../support/close-after-each.js";
import { request } from "../support/http2-request.js";

const closing = closeAfterEach();

/** Few names and values, so that they repeat and tables matter; lengths up to more than a table. */
const name = fc.constantFrom(
  ...["x-a", "x-b", "accept", "user-agent", "etag", "x-long-name-that-repeats", "authorization"],
);
const value = fc.oneof(
  fc.constantFrom("", "1", "gzip, deflate", "same", "~!@#$%^&*()"),
  fc.string({ unit: fc.constantFrom(..."abcXYZ019 -_.,;%é~".split("")), maxLength: 60 }),
  fc.nat(9_000).map((length) => "l".repeat(length)),
);
const list = fc.uniqueArray(
  fc.tuple(
    name,
    value.map((text) => text.trim()),
  ),
  {
    selector: ([field]) => field,
    maxLength: 7,
  },
);
const lists = fc.array(list, { minLength: 10, maxLength: 60 });

type List = readonly (readonly [string, string])[];

const tables: readonly { table: string; theirs: number; ours: Http2Options }[] = [
  { table: "the usual tables", theirs: 4_096, ours: {} },
  { table: "no tables", theirs: 0, ours: { headerTableBytes: 0, encoderTableBytes: 0 } },
  { table: "tables of 100 bytes", theirs: 100, ours: { headerTableBytes: 100 } },
  {
    table: "tables of 64 KiB",
    theirs: 65_536,
    ours: { headerTableBytes: 65_536, encoderTableBytes: 65_536 },
  },
];

describe.each(tables)("with $table", ({ theirs, ours }) => {
  test("what node:http2 encodes we decode, and what we encode it decodes", async () => {
    const port = await serveWithOurs(ours);
    const check = async (sent: readonly List[]) => {
      const session = http2.connect(`http://127.0.0.1:${port}`, {
        settings: { headerTableSize: theirs },
      });
      const got: List[] = [];
      for (const fields of sent) got.push(await echoed(session, fields));
      session.destroy();
      expect(got).toEqual(sent);
    };
    await fc.assert(fc.asyncProperty(lists, check), { numRuns: 40, seed: 1 });
  }, 60_000);

  test("what we encode node:http2 decodes, and what it encodes we decode", async () => {
    const port = await serveWithTheirs(theirs);
    const check = async (sent: readonly List[]) => {
      const connection = new Http2ClientConnection(connect(port, "127.0.0.1"), ours);
      const got: List[] = [];
      for (const fields of sent) {
        const { headers } = await request(connection, "/", undefined, fields.flat());
        got.push(ownFields(headers));
      }
      connection.destroy();
      expect(got).toEqual(sent);
    };
    await fc.assert(fc.asyncProperty(lists, check), { numRuns: 40, seed: 1 });
  }, 60_000);
});

/** Our server, which answers with the fields that came. */
async function serveWithOurs(options: Http2Options): Promise<number> {
  const ok = new PreparedHeaders([":status", "200"]);
  const onStream = (stream: ServerStream, headers: HeaderList) => {
    stream.respond(ok, ownFields(headers).flat(), true);
    return { onData: () => undefined, onEnd: () => undefined };
  };
  const server = createServer((socket) => {
    new Http2ServerConnection(socket, { ...options, listener: { onStream } });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing({ close: async () => server.close() });
  return (server.address() as AddressInfo).port;
}

/** Node's server, which does the same. */
async function serveWithTheirs(headerTableSize: number): Promise<number> {
  const server = http2.createServer({ settings: { headerTableSize } });
  server.on("stream", (stream, _headers, _flags, raw: string[]) => {
    const own = Object.fromEntries(pairs(raw).filter(([field]) => !field.startsWith(":")));
    stream.respond({ ":status": 200, ...own }, { endStream: true });
    stream.on("error", () => undefined);
  });
  server.on("sessionError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing({ close: async () => server.close() });
  return (server.address() as AddressInfo).port;
}

function echoed(session: http2.ClientHttp2Session, fields: List): Promise<List> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": "/", ...Object.fromEntries(fields) });
    stream.on("response", (_headers, _flags, raw: string[]) => resolve(ownPairs(pairs(raw))));
    stream.on("error", reject);
    stream.resume();
  });
}

function ownFields(headers: HeaderList | undefined): List {
  return ownPairs(pairs(headers?.toFlat() ?? []));
}

/** Without pseudo fields, and without those that Node adds. */
function ownPairs(all: List): List {
  return all.filter(([field]) => !field.startsWith(":") && field !== "date");
}

function pairs(flat: readonly string[]): List {
  return flat.flatMap((field, at) =>
    at % 2 === 0 ? [[field, String(flat[at + 1])] as const] : [],
  );
}
