import { adoptTripleHeaders } from "./triple-headers.js";

test.each([
  { triple: { "triple-timeout-ms": "100" }, timeout: "100" },
  { triple: { "triple-timeout-ms": "100", "connect-timeout-ms": "5" }, timeout: "5" },
  { triple: { "triple-protocol-version": "0.1.0" }, timeout: null },
  { triple: {}, timeout: null },
])("of $triple the timeout is $timeout", ({ triple, timeout }) => {
  const headers = new Headers(triple as Record<string, string>);
  expect(adoptTripleHeaders(headers)).toBeUndefined();
  expect(headers.get("connect-timeout-ms")).toBe(timeout);
});

test("another version of the protocol is refused", () => {
  expect(adoptTripleHeaders(new Headers({ "triple-protocol-version": "2" }))).toBe(
    'triple-protocol-version must be "0.1.0": got "2"',
  );
});
