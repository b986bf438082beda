import { ErrorCode } from "../error-code.js";
import {
  bothEnds,
  clientWithRawServer,
  getRequest,
  okResponse,
  postRequest,
  serverWithRawClient,
} from "../testing/connections.js";
import { FakeClock } from "../testing/fake-clock.js";
import { frame, settings, settle } from "../testing/raw-peer.js";
import { RecordingSink } from "../testing/recording-sink.js";
import { type DeadlineKind, type DeadlineOwner, Deadlines } from "./deadlines.js";

const { ENHANCE_YOUR_CALM } = ErrorCode;

describe("deadlines", () => {
  test.each([
    { what: "no preface", option: "prefaceTimeoutMs", parts: [], code: ErrorCode.SETTINGS_TIMEOUT },
    {
      what: "no SETTINGS",
      option: "prefaceTimeoutMs",
      parts: [Buffer.from([0, 0])],
      code: ErrorCode.SETTINGS_TIMEOUT,
    },
    {
      what: "no acknowledgement",
      option: "settingsTimeoutMs",
      parts: [settings()],
      code: ErrorCode.SETTINGS_TIMEOUT,
    },
    {
      what: "half a frame",
      option: "headerTimeoutMs",
      parts: [settings(), frame(4, 1, 0), Buffer.from([0, 0, 8, 6])],
      code: ENHANCE_YOUR_CALM,
    },
  ])("$what: the connection ends after $option", async ({ option, parts, code }) => {
    const { peer, clock } = serverWithRawClient({ [option]: 500 });
    peer.send(...parts);
    await settle();
    clock.advance(499);
    await settle();
    expect(peer.log()).not.toContain("GOAWAY");
    clock.advance(1);
    expect(await peer.goawayCode()).toBe(code);
    await peer.closed();
  });

  test("a connection without streams closes after idleTimeoutMs, one with a stream does not", async () => {
    const { client, clock, clientLog } = bothEnds({ idleTimeoutMs: 1_000 });
    await settle();
    const sink = new RecordingSink();
    const stream = client.request(postRequest, [], sink, false);
    clock.advance(5_000);
    expect(client.isOpen).toBe(true);
    stream.reset(8);
    clock.advance(999);
    expect(client.isOpen).toBe(true);
    clock.advance(1);
    expect(await clientLog.closed).toEqual({ kind: "closed-here", code: 0, reason: "idle" });
  });

  test("a peer that does not close its side is cut off after closeTimeoutMs, and no timer is left", async () => {
    const { client, clock, socket, peer } = clientWithRawServer({ closeTimeoutMs: 100 });
    peer.open();
    await settle();
    peer.socket.pause();
    client.close();
    clock.advance(99);
    expect(socket.destroyed).toBe(false);
    clock.advance(1);
    expect(socket.destroyed).toBe(true);
    await settle();
    expect(clock.pending).toBe(0);
  });
});

test("streams that ended leave nothing behind", async () => {
  const { client, server, serverLog, clock, clientLog } = bothEnds();
  serverLog.onIncoming = ({ stream, headers: list }) => {
    const kind = Number(list.get("n")) % 3;
    if (kind === 0) stream.respond(okResponse, [], true);
    if (kind === 1) stream.reset(8);
  };
  for (let i = 0; i < 300; i++) {
    const sink = new RecordingSink();
    const stream = client.request(getRequest, ["n", String(i)], sink, true);
    if (i % 3 === 2) stream.reset(8);
    await settle(1);
  }
  await settle();
  expect([client.activeStreams, server.activeStreams]).toEqual([0, 0]);
  client.close();
  await Promise.all([clientLog.closed, serverLog.closed]);
  await settle();
  expect(clock.pending).toBe(0);
});

describe("the timer behind them", () => {
  class Due implements DeadlineOwner {
    readonly kinds: DeadlineKind[] = [];
    timesIdle = 0;
    onDue(kind: DeadlineKind): void {
      this.kinds.push(kind);
    }
    onNothingDue(): void {
      this.timesIdle++;
    }
  }

  test("is armed once for deadlines that move on, and fires the right ones in order", () => {
    const clock = new FakeClock();
    const due = new Due();
    const deadlines = new Deadlines(clock, due);
    deadlines.set("idle", 100);
    deadlines.set("write", 300);
    for (let i = 0; i < 10; i++) {
      clock.advance(10);
      deadlines.set("idle", 100);
    }
    expect([clock.pending, due.kinds]).toEqual([1, []]);
    clock.advance(100);
    expect(due.kinds).toEqual(["idle"]);
    deadlines.set("header", 50);
    clock.advance(500);
    expect(due.kinds).toEqual(["idle", "header", "write"]);
    expect([clock.pending, due.timesIdle]).toEqual([0, 1]);
  });

  test("is given back when nothing is waited for", () => {
    const clock = new FakeClock();
    const due = new Due();
    const deadlines = new Deadlines(clock, due);
    deadlines.set("preface", 100);
    deadlines.disarm();
    expect([clock.pending, due.timesIdle]).toEqual([1, 0]);
    deadlines.clear("preface");
    deadlines.disarm();
    expect([clock.pending, deadlines.has("preface"), due.timesIdle]).toEqual([0, false, 1]);
  });
});
