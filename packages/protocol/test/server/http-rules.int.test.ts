/** What HTTP asks of every server, over HTTP/2: HEAD, 100 (Continue), 405 with the methods that are allowed. */
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openRawClient, RawCall } from "./support/raw-client.js";
import { echo, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

const json = { "content-type": "application/json" };

async function open() {
  const { port } = closing(await openServed({ ...echo, read: echo.unary }));
  return closing(await openRawClient(port));
}

describe("HEAD", () => {
  test.each([
    { what: "a path that is not served", method: "Nope", fields: {}, status: "404" },
    { what: "a method", method: "Unary", fields: {}, status: "405" },
    {
      what: "a request that is refused",
      method: "Unary",
      fields: { "triple-protocol-version": "9" },
      status: "400",
    },
  ])("for $what is answered without content", async ({ method, fields, status }) => {
    const client = await open();
    const call = client.start(
      method,
      { ":method": "HEAD", ...json, ...fields },
      { endStream: true },
    );
    expect(await call.ended).toEqual({ kind: "completed" });
    expect(call.headers?.get(":status")).toBe(status);
    expect(call.receivedBytes).toBe(0);
  });
});

describe("405 names the methods that are allowed", () => {
  test.each([
    { method: "Unary", allowed: "POST" },
    { method: "Read", allowed: "GET, POST" },
  ])("for $method: $allowed", async ({ method, allowed }) => {
    const client = await open();
    const call = client.start(method, { ":method": "PUT", ...json }, { endStream: true });
    await call.ended;
    expect(call.headers?.get(":status")).toBe("405");
    expect(call.headers?.get("allow")).toBe(allowed);
  });
});

describe("a request that expects 100 (Continue)", () => {
  const expecting = { expect: "100-Continue" };

  test.each([
    { what: "Connect", fields: json, body: Buffer.from('{"text":"hi"}') },
    { what: "gRPC", fields: {}, body: Buffer.from("00000000040a026869", "hex") },
  ])("of $what is told to, before its content comes", async ({ fields, body }) => {
    const client = await open();
    const call = client.start("Unary", { ...fields, ...expecting });
    await call.until(() => call.informational.length > 0);
    expect(call.headers).toBeUndefined();
    call.send(body, true);
    expect(await call.ended).toEqual({ kind: "completed" });
    expect(call.informational).toEqual(["100"]);
    expect(call.headers?.get(":status")).toBe("200");
  });

  test("is told each time, also when only part of its headers repeats", async () => {
    const client = await open();
    for (const turn of ["1", "2", "3"]) {
      const call = client.start("Unary", { ...json, ...expecting, turn });
      await call.until(() => call.informational.length > 0);
      call.send(Buffer.from("{}"), true);
      await call.ended;
    }
    const varying = new RawCall(client.connection, { ":path": unaryPath, ...json }, {}, [
      "expect",
      "100-continue",
    ]);
    await varying.until(() => varying.informational.length > 0);
    varying.send(Buffer.from("{}"), true);
    await varying.ended;
    expect(varying.informational).toEqual(["100"]);
  });

  test.each([
    { what: "has no content", method: "Unary", fields: json, endStream: true },
    { what: "is not served here", method: "Nope", fields: json, endStream: false },
    {
      what: "is not served here, though short",
      method: "Nope",
      fields: { ...json, "content-length": "2" },
      endStream: false,
    },
    { what: "expects nothing", method: "Unary", fields: { ...json, expect: "" }, endStream: true },
  ])("and $what is only answered", async ({ method, fields, endStream }) => {
    const client = await open();
    const call = client.start(method, { ...expecting, ...fields }, { endStream });
    await call.until(() => call.headers !== undefined);
    expect(call.informational).toEqual([]);
    call.stream.reset(8);
  });
});

describe("an answer that is there before the request is whole", () => {
  test.each([
    { what: "long", fields: { "content-length": "65537" } },
    { what: "of unknown length", fields: {} },
  ])("asks the caller to stop if the request is $what", async ({ fields }) => {
    const client = await open();
    const call = client.start("Nope", { ...json, ...fields });
    // The caller never says its end: a reset with NO_ERROR ended the stream.
    expect(await call.ended).toEqual({ kind: "completed" });
    expect(call.headers?.get(":status")).toBe("404");
  });

  test("waits for a request that is short", async () => {
    const client = await open();
    const call = client.start("Nope", { ...json, "content-length": "65536" });
    await new Promise((resolve) => client.connection.ping(resolve));
    expect(call.headers).toBeUndefined();
    call.send(Buffer.alloc(65_536), true);
    expect(await call.ended).toEqual({ kind: "completed" });
    expect(call.headers?.get(":status")).toBe("404");
  });
});

const unaryPath = "/kinds.KindsService/Unary";
