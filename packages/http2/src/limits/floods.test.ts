/** One test for each published way to wear an HTTP/2 peer out; README.md has the table. */

import { ErrorCode } from "../error-code.js";
import {
  clientWithRawServer,
  getRequest,
  okResponse,
  serverWithRawClient,
} from "../testing/connections.js";
import {
  data,
  frame,
  getFields,
  headers,
  literalBlock,
  rstStream,
  settings,
  settle,
  windowUpdate,
} from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";

const { ENHANCE_YOUR_CALM, COMPRESSION_ERROR } = ErrorCode;

function requests(count: number, from = 1): number[] {
  return Array.from({ length: count }, (_, i) => from + 2 * i);
}

describe("rapid reset (CVE-2023-44487)", () => {
  test("more resets than maxResetsPerSecond pays for end the connection", async () => {
    const { peer, listener } = serverWithRawClient({ maxResetsPerSecond: 10 });
    peer.open();
    for (const id of requests(51)) peer.send(headers(id, getFields, true), rstStream(id, 8));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
    expect(listener.streams).toHaveLength(51);
  });

  test("streams that complete pay for as many resets", async () => {
    const { peer, listener, server } = serverWithRawClient({ maxResetsPerSecond: 10 });
    listener.onIncoming = ({ stream, headers: list }) => {
      if (list.get("x") === "answer") stream.respond(okResponse, [], true);
    };
    peer.open();
    for (let id = 1; id < 800; id += 4) {
      peer.send(
        headers(id, [...getFields, "x", "answer"], true),
        headers(id + 2, getFields, true),
        rstStream(id + 2, 8),
      );
    }
    await settle(20);
    expect(server.isOpen).toBe(true);
  });

  test("the budget fills up again with time", async () => {
    const { peer, clock, server } = serverWithRawClient({ maxResetsPerSecond: 10 });
    peer.open();
    for (const from of [1, 101, 201]) {
      for (const id of requests(50, from))
        peer.send(headers(id, getFields, true), rstStream(id, 8));
      await settle(10);
      clock.advance(5_000);
    }
    expect(server.isOpen).toBe(true);
  });
});

describe("made you reset (CVE-2025-8671)", () => {
  test.each([
    {
      how: "window updates of 0",
      offence: (id: number) => [headers(id, getFields, true), windowUpdate(id, 0)],
    },
    {
      how: "windows too large",
      offence: (id: number) => [headers(id, getFields, true), windowUpdate(id, 0x7fffffff)],
    },
    {
      how: "DATA after the end",
      offence: (id: number) => [headers(id, getFields, true), data(id, "x")],
    },
    { how: "malformed requests", offence: (id: number) => [headers(id, [":path", "/"], true)] },
    {
      how: "PRIORITY of a wrong size",
      offence: (id: number) => [headers(id, getFields, true), frame(2, 0, id, [0])],
    },
  ])("resets provoked by $how count against maxStreamErrorsPerSecond", async ({ offence }) => {
    const { peer } = serverWithRawClient({ maxStreamErrorsPerSecond: 10 });
    peer.open();
    for (const id of requests(51)) peer.send(...offence(id));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("streams beyond the limit count too, once the limit has been acknowledged", async () => {
    const { peer } = serverWithRawClient({ maxStreamErrorsPerSecond: 10, maxConcurrentStreams: 1 });
    peer.open();
    for (const id of requests(52)) peer.send(headers(id, getFields));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });
});

describe("CONTINUATION flood (CVE-2024-27316 and others)", () => {
  test("too many CONTINUATION frames end the connection", async () => {
    const { peer } = serverWithRawClient({ maxContinuationFrames: 3 });
    peer.open();
    peer.send(frame(1, 0, 1, literalBlock(getFields)));
    for (let i = 0; i < 4; i++) peer.send(frame(9, 0, 1, [0, 1, 97, 1, 98]));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("so does a block larger than any list within maxHeaderListBytes", async () => {
    const { peer } = serverWithRawClient({ maxHeaderListBytes: 20_000 });
    peer.open();
    peer.send(frame(1, 0, 1, Buffer.alloc(16_000)), frame(9, 0, 1, Buffer.alloc(5_000)));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("so does a block that is not completed within headerTimeoutMs", async () => {
    const { peer, clock } = serverWithRawClient({ headerTimeoutMs: 1_000 });
    peer.open();
    peer.send(frame(1, 0, 1, literalBlock(getFields)));
    await settle();
    clock.advance(999);
    peer.send(frame(9, 0, 1, [0, 1, 97, 1, 98]));
    await settle();
    expect(peer.log()).not.toContain("GOAWAY");
    clock.advance(1);
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });
});

describe("HPACK bomb", () => {
  test("a list beyond maxHeaderListBytes is dropped, the table stays right, and repetition ends the connection", async () => {
    const { peer, listener } = serverWithRawClient({
      maxHeaderListBytes: 8_000,
      maxStreamErrorsPerSecond: 1,
    });
    peer.open();
    // One large entry in the table, then a reference to it in every byte.
    const entry = Buffer.concat([
      Buffer.from([0x40, 1, 97, 127, 129, 23]),
      Buffer.alloc(3_072, 98),
    ]);
    peer.send(frame(1, 5, 1, Buffer.concat([literalBlock(getFields), entry])));
    for (const id of requests(6, 3)) peer.send(frame(1, 5, id, Buffer.alloc(10_000, 0xbe)));
    expect(await peer.resetCode(3)).toBe(ENHANCE_YOUR_CALM);
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
    expect(listener.streams).toHaveLength(1);
  });

  test("a table beyond headerTableBytes is a COMPRESSION_ERROR", async () => {
    const { peer } = serverWithRawClient();
    peer.open();
    peer.send(frame(1, 5, 1, [0x3f, 0xe2, 0x1f]));
    expect(await peer.goawayCode()).toBe(COMPRESSION_ERROR);
  });

  test("a server that answers with a huge list ends that stream only", async () => {
    const { client, peer } = clientWithRawServer({ maxHeaderListBytes: 500 });
    const sink = new RecordingSink();
    client.request(getRequest, [], sink, true);
    peer.open();
    peer.send(headers(1, [":status", "200", "big", "x".repeat(1_000)]));
    expect(await sink.ended).toMatchObject({
      kind: "peer-violation",
      scope: "stream",
      code: ENHANCE_YOUR_CALM,
    });
    expect(client.isOpen).toBe(true);
  });
});

describe("floods of frames that are cheap to send", () => {
  const block = headers(1, getFields);
  test.each([
    {
      what: "PING (CVE-2019-9512)",
      option: "maxPingsPerSecond",
      offence: frame(6, 0, 0, Buffer.alloc(8)),
    },
    { what: "SETTINGS (CVE-2019-9515)", option: "maxSettingsPerSecond", offence: settings([3, 5]) },
    { what: "SETTINGS acknowledgements", option: "maxSettingsPerSecond", offence: frame(4, 1, 0) },
    { what: "empty DATA (CVE-2019-9518)", option: "maxEmptyFramesPerSecond", offence: data(1, "") },
    {
      what: "DATA of padding only",
      option: "maxEmptyFramesPerSecond",
      offence: frame(0, 8, 1, [2, 0, 0]),
    },
    {
      what: "PRIORITY (CVE-2019-9513)",
      option: "maxMinorFramesPerSecond",
      offence: frame(2, 0, 1, Buffer.alloc(5)),
    },
    { what: "unknown frames", option: "maxMinorFramesPerSecond", offence: frame(200, 0, 0) },
    {
      what: "window updates of a byte (CVE-2019-9511)",
      option: "maxMinorFramesPerSecond",
      offence: windowUpdate(0, 1),
    },
  ])("$what: more than $option end the connection", async ({ option, offence }) => {
    const { peer } = serverWithRawClient({ [option]: 10 });
    peer.open();
    peer.send(block);
    for (let i = 0; i < 55; i++) peer.send(offence);
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("empty parts of header blocks count as empty frames (CVE-2019-9516)", async () => {
    const { peer } = serverWithRawClient({
      maxEmptyFramesPerSecond: 1,
      maxContinuationFrames: 100,
    });
    peer.open();
    peer.send(frame(1, 0, 1));
    for (let i = 0; i < 6; i++) peer.send(frame(9, 0, 1));
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("a PING for each DATA frame is no flood", async () => {
    const { peer, server } = serverWithRawClient({ maxPingsPerSecond: 1 });
    peer.open();
    peer.send(block);
    for (let i = 0; i < 200; i++) peer.send(data(1, "x"), frame(6, 0, 0, Buffer.alloc(8)));
    await settle(10);
    expect(server.isOpen).toBe(true);
  });
});

const ping = frame(6, 0, 0, Buffer.alloc(8));

describe("PING frames closer together than minPingIntervalMs", () => {
  test("are borne twice, then end the connection", async () => {
    const { peer, server } = serverWithRawClient({ minPingIntervalMs: 60_000 });
    peer.open();
    peer.send(ping, ping, ping);
    await settle();
    expect(server.isOpen).toBe(true);
    peer.send(ping);
    expect(await peer.goawayCode()).toBe(ENHANCE_YOUR_CALM);
  });

  test("are welcome at the pace that it allows", async () => {
    const { peer, server, clock } = serverWithRawClient({ minPingIntervalMs: 60_000 });
    peer.open([4, 5]);
    for (let i = 0; i < 10; i++) {
      peer.send(ping);
      await settle();
      clock.advance(60_000);
    }
    expect(server.isOpen).toBe(true);
  });
});

test.each([{ minPingIntervalMs: 60_000 }, { maxPingsPerSecond: 1 }])(
  "with %j, PING frames are no fault of a caller that is sent an answer for each",
  async (options) => {
    const { peer, server, listener } = serverWithRawClient(options);
    peer.open();
    peer.send(headers(1, getFields, true));
    await settle();
    const { stream } = listener.streams[0] as (typeof listener.streams)[number];
    stream.respond(okResponse, [], false);
    for (let i = 0; i < 20; i++) {
      stream.sendData(Buffer.from("x"), false);
      await settle();
      peer.send(ping);
      await settle();
    }
    expect(server.isOpen).toBe(true);
  },
);

describe("zero-window flood (CVE-2019-9517 and slow readers)", () => {
  test("a stream whose peer opens no window within windowTimeoutMs is reset, others are not", async () => {
    const { peer, listener, clock, server } = serverWithRawClient({ windowTimeoutMs: 1_000 });
    peer.open([4, 5]);
    peer.send(headers(1, getFields, true), headers(3, getFields, true));
    await settle();
    for (const { stream } of listener.streams) {
      stream.respond(okResponse, [], false);
      stream.sendData(Buffer.alloc(20), true);
    }
    clock.advance(600);
    peer.send(windowUpdate(3, 5));
    await settle();
    clock.advance(600);
    expect(listener.streams[0]?.sink.end).toMatchObject({
      kind: "closed-here",
      code: ENHANCE_YOUR_CALM,
    });
    expect(listener.streams[1]?.sink.end).toBeUndefined();
    clock.advance(600);
    expect(listener.streams[1]?.sink.end).toMatchObject({ kind: "closed-here" });
    expect(server.isOpen).toBe(true);
  });
});
