/** Requests that break the rules of gRPC: each gets the right status, and the connection goes on. */
import { Code } from "@connectrpc/connect";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { envelope, openRawClient, withHead } from "./support/raw-client.js";
import { openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

async function open() {
  const { port } = closing(await openServed(undefined, 1_000));
  const client = closing(await openRawClient(port));
  const stillServes = async () => {
    const call = client.start("Unary").sendNotes(["still here"], true);
    expect(await call.status()).toEqual({ code: 0, message: "" });
    expect(call.texts()).toEqual(["still here"]);
  };
  return { client, stillServes };
}

const hi = envelope("hi");
const large = withHead(Buffer.alloc(1_001));
const huge = Buffer.from([0, 0xff, 0xff, 0xff, 0xff]);

describe.each(["Unary", "Watch"])("%s, which takes one message,", (method) => {
  test.each([
    { what: "no message", sent: [], code: Code.Unimplemented, message: "missing input message" },
    {
      what: "half a head",
      sent: [hi.subarray(0, 3)],
      code: Code.InvalidArgument,
      message: "incomplete",
    },
    {
      what: "half a message",
      sent: [hi.subarray(0, 7)],
      code: Code.InvalidArgument,
      message: "incomplete",
    },
    {
      what: "two messages",
      sent: [hi, hi],
      code: Code.Unimplemented,
      message: "extra input message",
    },
    {
      what: "two in one piece",
      sent: [Buffer.concat([hi, hi])],
      code: Code.Unimplemented,
      message: "extra",
    },
    {
      what: "a bit of a second",
      sent: [hi, hi.subarray(0, 2)],
      code: Code.Unimplemented,
      message: "extra",
    },
    { what: "a message too large", sent: [large], code: Code.ResourceExhausted, message: "1001" },
    { what: "a claim of 4 GiB", sent: [huge], code: Code.ResourceExhausted, message: "4294967295" },
    { what: "unknown flags", sent: [envelope("hi", 2)], code: Code.Internal, message: "flags 2" },
    {
      what: "what is no message",
      sent: [withHead(Buffer.from("garbage"))],
      code: Code.Internal,
      message: "is not a kinds.Note",
    },
    {
      what: "a packed message, but not how",
      sent: [envelope("hi", 1)],
      code: Code.Internal,
      message: "how",
    },
  ])("answers $what with $code", async ({ sent, code, message }) => {
    const { client, stillServes } = await open();
    const call = client.start(method);
    for (const bytes of sent) call.send(bytes);
    call.send(Buffer.alloc(0), true);
    expect(await call.status()).toEqual({ code, message: expect.stringContaining(message) });
    expect(call.headers?.get(":status")).toBe("200");
    await stillServes();
  });
});

describe.each(["Collect", "Chat"])("%s, which takes many messages,", (method) => {
  test.each([
    {
      what: "half a head",
      sent: [hi, hi.subarray(0, 3)],
      code: Code.InvalidArgument,
      message: "incomplete",
    },
    {
      what: "a message too large",
      sent: [hi, large],
      code: Code.ResourceExhausted,
      message: "1001",
    },
    {
      what: "unknown flags",
      sent: [envelope("hi", 0x80)],
      code: Code.Internal,
      message: "flags 128",
    },
    {
      what: "what is no message",
      sent: [withHead(Buffer.from("garbage"))],
      code: Code.Internal,
      message: "is not a kinds.Note",
    },
    {
      what: "a packed message, but not how",
      sent: [envelope("hi", 1)],
      code: Code.Internal,
      message: "how",
    },
  ])("answers $what with $code", async ({ sent, code, message }) => {
    const { client, stillServes } = await open();
    const call = client.start(method);
    for (const bytes of sent) call.send(bytes);
    call.send(Buffer.alloc(0), true);
    expect(await call.status()).toEqual({ code, message: expect.stringContaining(message) });
    await stillServes();
  });
});

describe("headers", () => {
  test.each([
    { fields: { "content-type": "text/plain" }, status: "415" },
    { fields: { "content-type": "application/grpc+hessian2" }, status: "415" },
    { fields: { ":method": "GET" }, status: "405" },
    { fields: { ":method": "PUT" }, status: "405" },
    { fields: { ":path": "/", "content-type": "text/plain" }, status: "404" },
  ])("$fields get HTTP $status", async ({ fields, status }) => {
    const { client, stillServes } = await open();
    const call = client.start("Unary", fields).send(hi, true);
    await call.ended;
    expect(call.headers?.get(":status")).toBe(status);
    await stillServes();
  });

  test.each(["soon", "", "1", "123456789m"])("with the timeout %j are refused", async (timeout) => {
    const { client, stillServes } = await open();
    const call = client.start("Unary", { "grpc-timeout": timeout }).send(hi, true);
    expect(await call.status()).toMatchObject({ code: Code.InvalidArgument });
    await stillServes();
  });

  test("of an unknown path are answered with the path", async () => {
    const { client } = await open();
    const call = client.start("Unary", { ":path": "/no.Such/Method%20ü" }, { endStream: true });
    expect(await call.status()).toEqual({
      code: Code.Unimplemented,
      message: "/no.Such/Method%20ü is not served here",
    });
  });

  test("end a request that has to have a message", async () => {
    const { client, stillServes } = await open();
    const call = client.start("Unary", {}, { endStream: true });
    expect(await call.status()).toMatchObject({ code: Code.Unimplemented });
    await stillServes();
  });

  test("end a stream without messages", async () => {
    const { client } = await open();
    const call = client.start("Collect", {}, { endStream: true });
    expect(await call.status()).toMatchObject({ code: 0 });
    expect(call.texts()).toEqual([""]);
  });

  test("choose the form of messages: JSON", async () => {
    const { client } = await open();
    const json = withHead(Buffer.from('{"text":"hi","unknown":1}'));
    const call = client
      .start("Unary", { "content-type": "application/grpc+json" })
      .send(json, true);
    await call.ended;
    expect(call.headers?.get("content-type")).toBe("application/grpc+json");
    expect(String(call.body().subarray(5))).toBe('{"text":"hi"}');
  });

  test("may spell the first letter of the method small, as Java does", async () => {
    const { client } = await open();
    const call = client.start("unary").send(hi, true);
    expect(await call.status()).toMatchObject({ code: 0 });
  });
});

test("a request may come byte by byte", async () => {
  const { client } = await open();
  const call = client.start("Unary");
  for (const byte of hi) call.send(Buffer.from([byte]));
  call.send(Buffer.alloc(0), true);
  expect(await call.status()).toMatchObject({ code: 0 });
  expect(call.texts()).toEqual(["hi"]);
});
