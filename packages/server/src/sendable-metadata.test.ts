import { Code, ConnectError } from "@connectrpc/connect";
import { BusinessError } from "@thrice/core";
import { withSendableMetadata } from "./sendable-metadata.js";

describe("withSendableMetadata", () => {
  test("leaves the error that was thrown as it is", () => {
    const thrown = new ConnectError("no", Code.Aborted, { connection: "close", own: "kept" });
    const sent = withSendableMetadata(thrown);
    expect([...sent.metadata]).toEqual([["own", "kept"]]);
    expect(thrown.metadata.get("connection")).toBe("close");
  });

  test("keeps all else of the error, and what kind it is", () => {
    const cause = new Error("why");
    const sent = withSendableMetadata(
      new BusinessError("no", new Headers({ connection: "close" }), cause),
    );
    expect(sent).toBeInstanceOf(ConnectError);
    expect(BusinessError.is(sent)).toBe(true);
    expect([sent.code, sent.rawMessage, sent.cause]).toEqual([Code.Unknown, "no", cause]);
  });

  test.each([{ metadata: undefined }, { metadata: 5 }, { metadata: [1] }])(
    "sends nothing of the metadata $metadata, which is none",
    ({ metadata }) => {
      const thrown = Object.assign(new ConnectError("no"), { metadata });
      expect([...withSendableMetadata(thrown as never).metadata]).toEqual([]);
    },
  );
});
