/** Metadata that a handler must not send is left out, and breaks neither the answer nor the server. */
import { Code, ConnectError } from "@thrice/server";
import { Bench, failureOf, protocols } from "./support/bench.js";

const bench = new Bench();
afterEach(() => bench.close());

const fields: readonly [string, string][] = [
  ["connection", "close"],
  ["keep-alive", "timeout=999"],
  ["proxy-connection", "close"],
  ["transfer-encoding", "chunked"],
  ["upgrade", "h2c"],
  ["te", "gzip"],
  ["http2-settings", "AAMAAABk"],
  ["host", "else.where"],
  ["trailer", "x-last"],
  ["content-length", "999"],
  ["content-type", "text/html"],
  ["content-encoding", "br"],
  ["date", "Thu, 01 Jan 1970 00:00:00 GMT"],
  ["grpc-status", "7"],
  ["grpc-message", "forged"],
  ["grpc-status-details-bin", "AAAA"],
  ["grpc-encoding", "br"],
  ["connect-content-encoding", "br"],
  ["x-control", "a\u0001b"],
];
const places = ["error metadata", "trailer", "header"] as const;
const rows = places.flatMap((place) =>
  fields.map(([name, value]) => ({ place, name, given: [name, value] as const })),
);

describe.each(protocols)("over %s", (protocol) => {
  test.each(rows)("$name in the $place is left out", async ({ place, given }) => {
    const [name, value] = given;
    const { peer, logger } = await bench.serve({
      unary({ text }, context) {
        const thrown = new ConnectError("upstream 503", Code.Unavailable);
        const target = {
          "error metadata": thrown.metadata,
          trailer: context.responseTrailer,
          header: context.responseHeader,
        }[place];
        target.set(name, value);
        target.set("x-own", "kept");
        if (text === "fail") throw thrown;
        return { text };
      },
    });
    const failure = (await failureOf(peer(protocol).unary({ text: "fail" }))) as ConnectError;
    expect([failure.code, failure.rawMessage]).toEqual([Code.Unavailable, "upstream 503"]);
    expect(failure.metadata.get(name)).not.toBe(value);
    expect(await peer(protocol).unary({ text: "on" })).toMatchObject({ text: "on" });
    expect(logger.records).toEqual([]);
  });

  test("what a handler may send arrives, with an answer and with an error", async () => {
    const { peer } = await bench.serve({
      unary({ text }, { responseHeader, responseTrailer }) {
        responseHeader.append("x-head", "1");
        responseHeader.append("x-head", "2");
        responseTrailer.set("x-tail", "3");
        responseTrailer.set("grpc-retry-pushback-ms", "40");
        if (text === "fail") throw new ConnectError("no", Code.Aborted, { "x-error": "4" });
        return {};
      },
    });
    const { unary } = peer(protocol);
    const seen: unknown[] = [];
    await unary(
      {},
      {
        onHeader: (header) => seen.push(header.get("x-head")),
        onTrailer: (trailer) =>
          seen.push(trailer.get("x-tail"), trailer.get("grpc-retry-pushback-ms")),
      },
    );
    expect(seen).toEqual(["1, 2", "3", "40"]);
    const { metadata } = (await failureOf(unary({ text: "fail" }))) as ConnectError;
    expect(metadata.get("x-error")).toBe("4");
  });

  test("the header of a stream is what it is at the first message, the trailer what it is at the end", async () => {
    const { peer } = await bench.serve({
      async *watch(_, { responseHeader, responseTrailer }) {
        responseHeader.set("x-head", "early");
        yield {};
        responseHeader.set("x-head", "late");
        responseTrailer.set("x-tail", "last");
      },
    });
    const seen: unknown[] = [];
    const notes = peer(protocol).watch(
      {},
      {
        onHeader: (header) => seen.push(header.get("x-head")),
        onTrailer: (trailer) => seen.push(trailer.get("x-tail")),
      },
    );
    for await (const { text } of notes) seen.push(text);
    expect(seen).toEqual(["early", "", "last"]);
  });
});
