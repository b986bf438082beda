import {
  digestOf,
  isSignatureName,
  isSignedWith,
  parseSignature,
  signRequest,
} from "./request-signature.js";

const path = "greet.GreetService/Greet";
const request = { path, keyId: "app-1", timeMs: 1_700_000_000_000, nonce: "abcdefgh" };
const secret = "a secret of some length";

function parsed(header = signRequest(request, secret)) {
  const signature = parseSignature(header);
  if (signature === undefined) throw new Error("has another form");
  return signature;
}

test("what is signed with a secret is recognised with it, and with no other", () => {
  expect(parsed()).toMatchObject({ keyId: "app-1", timeMs: 1_700_000_000_000, nonce: "abcdefgh" });
  expect(isSignedWith(parsed(), path, secret)).toBe(true);
  expect(isSignedWith(parsed(), path, `${secret}!`)).toBe(false);
});

test("the digest of a message is part of it", () => {
  const body = digestOf(Buffer.from("hi"));
  const signature = parsed(signRequest({ ...request, body }, secret));
  expect(signature.body).toBe(body);
  expect(isSignedWith(signature, path, secret)).toBe(true);
  expect(isSignedWith({ ...signature, body: undefined }, path, secret)).toBe(false);
});

test.each([
  { what: "key", change: { keyId: "app-2" } },
  { what: "time", change: { timeMs: 1_700_000_000_001 } },
  { what: "nonce", change: { nonce: "abcdefgi" } },
  { what: "body", change: { body: digestOf(Buffer.from("x")) } },
  { what: "mac", change: { mac: "A".repeat(43) } },
  { what: "a shorter mac", change: { mac: "AAAA" } },
])("another $what is not signed", ({ change }) => {
  expect(isSignedWith({ ...parsed(), ...change }, path, secret)).toBe(false);
});

test("another method is not signed", () => {
  expect(isSignedWith(parsed(), "greet.GreetService/Delete", secret)).toBe(false);
});

test.each([
  "",
  "key=a",
  "key=;time=1;nonce=abcdefgh;body=-;mac=x",
  `${signRequest(request, secret)};more=1`,
  signRequest(request, secret).replace("abcdefgh", "short"),
  signRequest(request, secret).replace("time=1", "time=x"),
  signRequest(request, secret).replace("body=-", "body=abc"),
])("%j has another form", (header) => {
  expect(parseSignature(header)).toBeUndefined();
});

test("names are short and of plain characters", () => {
  expect(
    ["a", "a.b-c_d", "", "a b", "ä", "x".repeat(129), 5].map((name) => isSignatureName(name)),
  ).toEqual([true, true, false, false, false, false, false]);
  expect(isSignatureName("abcdefg", 8)).toBe(false);
});
