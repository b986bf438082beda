import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Http2ClientConnection } from "./client-connection.js";
import { formatErrorCode } from "./error-code.js";
import { defaultHttp2Options, type Http2Options, resolveHttp2Options } from "./http2-options.js";
import { pipe } from "./testing/raw-peer.js";

describe("resolveHttp2Options", () => {
  test("gives the shared defaults when nothing is said, and for undefined", () => {
    expect(resolveHttp2Options()).toBe(defaultHttp2Options);
    expect(resolveHttp2Options({ initialBytes: Buffer.alloc(1) })).toBe(defaultHttp2Options);
  });

  test("an explicit 0 is a value", () => {
    expect(resolveHttp2Options({ maxConcurrentStreams: 0 }).maxConcurrentStreams).toBe(0);
  });

  test("reads an options object once, for all connections", () => {
    const options: Http2Options = { idleTimeoutMs: 5, neverIndexedNames: ["x"] };
    const resolved = resolveHttp2Options(options);
    expect(resolved).toMatchObject({
      ...defaultHttp2Options,
      idleTimeoutMs: 5,
      neverIndexedNames: new Set(["x"]),
    });
    expect(resolveHttp2Options(options)).toBe(resolved);
  });

  test.each([
    {
      options: { maxFrameBytes: 16_383 },
      message: "maxFrameBytes must be a whole number from 16384 to 16777215, got 16383",
    },
    { options: { maxFrameBytes: 16_777_216 }, message: "got 16777216" },
    {
      options: { connectionWindowBytes: 65_534 },
      message: "connectionWindowBytes must be a whole number from 65535",
    },
    {
      options: { streamWindowBytes: 2 ** 31 },
      message: "streamWindowBytes must be a whole number from 1 to 2147483647",
    },
    {
      options: { maxPingsPerSecond: 0 },
      message: "maxPingsPerSecond must be a whole number from 1",
    },
    {
      options: { idleTimeoutMs: Number.NaN },
      message: "idleTimeoutMs must be a whole number from 0 to 2147483647, got NaN",
    },
    {
      options: { headerTableBytes: -1 },
      message: "headerTableBytes must be a whole number from 0",
    },
  ])("refuses $options", ({ options, message }) => {
    expect(() => resolveHttp2Options(options)).toThrow(RangeError);
    expect(() => new Http2ClientConnection(pipe()[0], options)).toThrow(message);
  });

  test("README.md has a row for each option, with its default", () => {
    const readme = readFileSync(join(__dirname, "../README.md"), "utf8");
    for (const [name, value] of Object.entries(defaultHttp2Options).filter(
      ([, one]) => typeof one === "number",
    )) {
      const formatted = String(value).replace(/\B(?=(\d{3})+$)/g, "_");
      expect(readme).toMatch(new RegExp(`\\| \`${name}\`\\s*\\|[^|]*\\| ${formatted}\\s*\\|`));
    }
  });
});

test.each([
  { code: 0, name: "NO_ERROR" },
  { code: 0xd, name: "HTTP_1_1_REQUIRED" },
  { code: 0x10, name: "UNKNOWN_0x10" },
])("error code $code is called $name", ({ code, name }) => {
  expect(formatErrorCode(code)).toBe(name);
});
