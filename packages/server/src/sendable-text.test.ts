import { Code, ConnectError } from "@connectrpc/connect";
import { sendableText, withSendableText } from "./sendable-text.js";

describe("sendableText", () => {
  test.each([
    { name: "leaves a short text", text: "gone – für immer", sent: "gone – für immer" },
    { name: "cuts a long one", text: "x".repeat(70_000), sent: `${"x".repeat(4_096)}…` },
    { name: "mends half a character", text: "a\ud800b", sent: "a\ufffdb" },
  ])("$name", ({ text, sent }) => {
    expect(sendableText(text)).toBe(sent);
    expect(() => encodeURIComponent(sendableText(text))).not.toThrow();
  });
});

describe("withSendableText", () => {
  test("hands back an error that can be sent", () => {
    const error = new ConnectError("gone", Code.NotFound);
    expect(withSendableText(error)).toBe(error);
  });

  test("keeps code and metadata of an error whose text is too long, and the error itself", () => {
    const error = new ConnectError("x".repeat(70_000), Code.NotFound, { "x-reason": "long" });
    const sent = withSendableText(error);
    expect(sent).toMatchObject({ code: Code.NotFound, rawMessage: `${"x".repeat(4_096)}…` });
    expect(sent.metadata.get("x-reason")).toBe("long");
    expect(error.rawMessage).toHaveLength(70_000);
  });

  test("sends a code that nobody knows as unknown", () => {
    expect(withSendableText(new ConnectError("ok?", 0 as Code)).code).toBe(Code.Unknown);
  });
});
