/** `buf curl`, made with connect-go, calls a server with each protocol that it speaks. */
import { join } from "node:path";
import { closeAfterEach } from "../support/close-after-each.js";
import { run } from "../support/programs.js";
import { serve } from "../support/served.js";
import { wires } from "../support/wires.js";

const closing = closeAfterEach();
const schema = join(import.meta.dirname, "../../packages/client/test/proto");

const rows = wires.flatMap((wire) => {
  const http2 = { over: `HTTP/2 ${wire.name}`, wire, args: wire.args.bufHttp2 };
  const http1 = { over: `HTTP/1.1 ${wire.name}`, wire, args: [] };
  const both = wire.scheme === "http" ? [http2, http1] : [http2];
  return [
    { protocol: "grpc", ...http2 },
    ...both.map((row) => ({ protocol: "grpcweb", ...row })),
    ...both.map((row) => ({ protocol: "connect", ...row })),
  ];
});

describe.each(rows)("buf curl --protocol $protocol over $over", ({ protocol, wire, args }) => {
  async function call(method: string, input: string, more: readonly string[] = []) {
    const { baseUrl } = closing(await serve(wire));
    const all = ["curl", "--schema", schema, "--protocol", protocol, ...wire.args.buf, ...args];
    return run("buf", [...all, ...more, "-d", "@-", `${baseUrl}/${method}`], { input });
  }

  test.each([
    { method: "Unary", input: note("hi ü"), answered: ["hi ü"] },
    { method: "Read", input: note("hi"), answered: ["hi"] },
    { method: "Watch", input: note("abc"), answered: ["a", "b", "c"] },
    { method: "Watch", input: note(""), answered: [] },
    { method: "Collect", input: note("a") + note("b"), answered: ["a+b"] },
    { method: "Chat", input: note("a") + note("b"), answered: ["re: a", "re: b"] },
  ])("$method of $input answers $answered", async ({ method, input, answered }) => {
    const { exit, stdout, stderr } = await call(method, input);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(textsIn(stdout)).toEqual(answered);
  });

  test.each(["Unary", "Watch", "Collect", "Chat"])(
    "%s that fails says code, message and details",
    async (method) => {
      const { exit, stderr } = await call(method, note("fail"));
      expect(exit).toBe(5 << 3);
      expect(JSON.parse(stderr)).toMatchObject({
        code: "not_found",
        message: "no 100% ü",
        details: [{ type: "kinds.Note", value: "CgN3aHk" }],
      });
    },
  );

  test("shows header and trailer", async () => {
    const { exit, stderr } = await call("Chat", note("a"), ["-v", "-H", "x-say: hello"]);
    expect(exit).toBe(0);
    expect(stderr).toContain("X-Said: hello");
    expect(stderr.toLowerCase()).toContain("x-said-last");
  });

  test("exchanges 3 MiB", async () => {
    const text = "x".repeat(3 * 1024 * 1024);
    const { exit, stdout } = await call("Unary", note(text));
    expect(exit).toBe(0);
    expect(textsIn(stdout)[0] === text).toBe(true);
  });

  test("is told of a message above the limit", async () => {
    const { exit, stderr } = await call("Unary", note("x".repeat(6 * 1024 * 1024)));
    expect(exit).toBe(8 << 3);
    expect(JSON.parse(stderr)).toMatchObject({ code: "resource_exhausted" });
  });
});

function note(text: string): string {
  return JSON.stringify({ text });
}

/** The texts of JSON messages one after the other. */
function textsIn(stdout: Buffer): string[] {
  const messages = String(stdout)
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== "");
  return messages.map((message) => (JSON.parse(message) as { text?: string }).text ?? "");
}
