import { formatTarget } from "./dial/target.js";
import { type ConnectionPoolOptions, resolvePoolOptions } from "./pool-options.js";

const target = { host: "localhost", port: 1 };

test("every default of a pool is as stated", () => {
  expect(resolvePoolOptions({ target })).toMatchObject({
    connectTimeoutMs: 1_000,
    addressDelayMs: 250,
    maxConnections: 10,
    idleTimeoutMs: 900_000,
    keepaliveIntervalMs: 20_000,
    keepaliveRepeatMs: 310_000,
    keepaliveTimeoutMs: 20_000,
    firstBackoffMs: 25,
    maxBackoffMs: 1_000,
    maxBackoffWaitMs: 100,
    http2: { prefaceTimeoutMs: 11_000, settingsTimeoutMs: 11_000 },
  });
});

test.each<[string, Partial<ConnectionPoolOptions>]>([
  ["connectTimeoutMs", { connectTimeoutMs: 0 }],
  ["addressDelayMs", { addressDelayMs: 9 }],
  ["maxConnections", { maxConnections: 0 }],
  ["maxConnections", { maxConnections: 1.5 }],
  ["idleTimeoutMs", { idleTimeoutMs: -1 }],
  ["keepaliveIntervalMs", { keepaliveIntervalMs: Number.NaN }],
  ["keepaliveRepeatMs", { keepaliveRepeatMs: 19_999 }],
  ["keepaliveTimeoutMs", { keepaliveTimeoutMs: 0 }],
  ["firstBackoffMs", { firstBackoffMs: 0 }],
  ["maxBackoffMs", { maxBackoffMs: 2 ** 31 }],
  ["maxBackoffWaitMs", { maxBackoffWaitMs: -1 }],
  ["port of target", { target: { host: "a", port: 0 } }],
  ["port of target", { target: { host: "a", port: 65_536 } }],
])("a wrong %s is named: %j", (field, options) => {
  expect(() => resolvePoolOptions({ target, ...options })).toThrow(field);
  expect(() => resolvePoolOptions({ target, ...options })).toThrow(RangeError);
});

test.each([{ host: "", port: 1 }, { path: "" }, {} as never])("%j is no target", (wrong) => {
  expect(() => resolvePoolOptions({ target: wrong })).toThrow(TypeError);
});

test.each([
  { given: { host: "a", port: 1 }, text: "a:1" },
  { given: { host: "::1", port: 1 }, text: "[::1]:1" },
  { given: { path: "/run/a.sock" }, text: "unix:/run/a.sock" },
])("$text names a target", ({ given, text }) => {
  expect(formatTarget(given)).toBe(text);
});
