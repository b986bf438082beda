import { Code, type ConnectError, createContextKey } from "@connectrpc/connect";
import { FakeClock } from "@thrice/core/testing";
import { HeaderList, SharedFields } from "@thrice/http2";
import { KindsService } from "../../test/gen/kinds/kinds_pb.js";
import { noDeadline, ServerContext } from "./server-context.js";

const method = KindsService.method.unary;
const fields = [":method", "POST", ":scheme", "http", ":path", "/x", ":authority", "a:1", "k", "1"];

function open(timeoutMs = noDeadline) {
  const clock = new FakeClock();
  const headers = new HeaderList(new SharedFields(fields), ["k", "2", "own", "3"], 0, 0);
  return { clock, context: new ServerContext(method, headers, clock, timeoutMs) };
}

test("a context has what Connect's has", () => {
  const { context } = open();
  expect(context).toMatchObject({
    method,
    service: KindsService,
    protocolName: "grpc",
    requestMethod: "POST",
    url: "http://a:1/x",
  });
  expect([...context.requestHeader]).toEqual([
    ["k", "1, 2"],
    ["own", "3"],
  ]);
  expect(context.requestHeader).toBe(context.requestHeader);
  const key = createContextKey("none");
  context.values.set(key, "some");
  expect(context.values.get(key)).toBe("some");
});

test("metadata that nobody set is no field", () => {
  const { context } = open();
  expect([context.headerFields(), context.trailerFields()]).toEqual([[], []]);
  context.responseHeader.set("h", "1");
  context.responseTrailer.set("t", "2");
  expect([context.headerFields(), context.trailerFields()]).toEqual([
    ["h", "1"],
    ["t", "2"],
  ]);
});

describe("the time left", () => {
  test("is unknown without a deadline", () => {
    const { context } = open();
    expect([context.timeoutMs(), context.isExpired]).toEqual([undefined, false]);
  });

  test("runs down, and can be asked for without the context", async () => {
    const { context, clock } = open(100);
    const { timeoutMs } = context;
    await clock.advance(40);
    expect([timeoutMs(), context.isExpired]).toEqual([60, false]);
    await clock.advance(60);
    expect([timeoutMs(), context.isExpired]).toEqual([0, true]);
  });

  test("takes no timer unless somebody looks at the signal", () => {
    const { context, clock } = open(100);
    expect(clock.pendingTimers).toBe(0);
    expect(context.signal.aborted).toBe(false);
    expect(clock.pendingTimers).toBe(1);
    context.end({ kind: "answered" });
    expect(clock.pendingTimers).toBe(0);
  });

  test("is not watched if it is longer than a timer can be", () => {
    const { context, clock } = open(3e9);
    expect(context.signal.aborted).toBe(false);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("the signal", () => {
  test("aborts when the deadline passes, and tells the watcher", async () => {
    const { context, clock } = open(100);
    const told: ConnectError[] = [];
    context.watcher = { cancel: (error) => told.push(error) };
    const { signal } = context;
    await clock.advance(100);
    expect(signal.reason).toMatchObject({ code: Code.DeadlineExceeded });
    expect(told).toEqual([signal.reason]);
  });

  test.each([
    { end: { kind: "answered" }, reason: { name: "AbortError" } },
    { end: { kind: "failed", error: "why" }, reason: "why" },
    {
      end: { kind: "reset-by-peer", code: 8 },
      reason: { code: Code.Canceled, rawMessage: "the caller reset the stream with CANCEL" },
    },
    {
      end: { kind: "connection-lost", sent: true },
      reason: { code: Code.Canceled, rawMessage: "the connection to the caller is gone" },
    },
  ] as const)("aborts when the call ends: $end.kind", ({ end, reason }) => {
    const [early, late] = [open().context, open().context];
    const { signal } = early;
    early.end(end);
    early.end({ kind: "failed", error: "too late" });
    late.end(end);
    const expected = typeof reason === "string" ? reason : expect.objectContaining(reason);
    expect([signal.reason, late.signal.reason]).toEqual([expected, expected]);
  });
});
