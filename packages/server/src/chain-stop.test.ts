import { Code, ConnectError } from "@connectrpc/connect";
import { withChainStop } from "./chain-stop.js";

describe("withChainStop", () => {
  test("asks for no retry, and leaves the error that was thrown as it was", () => {
    const thrown = new ConnectError("down", Code.Unavailable, { hint: "x" });
    const sent = withChainStop(thrown);
    expect(sent.metadata.get("grpc-retry-pushback-ms")).toBe("-1");
    expect([sent.code, sent.rawMessage, sent.metadata.get("hint")]).toEqual([
      Code.Unavailable,
      "down",
      "x",
    ]);
    expect(sent).toBeInstanceOf(ConnectError);
    expect(thrown.metadata.has("grpc-retry-pushback-ms")).toBe(false);
  });

  test("leaves a pushback of the handler's own in force", () => {
    const thrown = new ConnectError("busy", Code.Unavailable, { "grpc-retry-pushback-ms": "70" });
    expect(withChainStop(thrown)).toBe(thrown);
  });

  test("sends nothing else of what another server said", () => {
    const said = new ConnectError("down", Code.Unavailable, {
      hint: "x",
      "grpc-retry-pushback-ms": "9",
    });
    said.isWireError = true;
    const sent = withChainStop(said);
    expect([...sent.metadata]).toEqual([["grpc-retry-pushback-ms", "-1"]]);
    expect(sent.isWireError).toBe(false);
  });
});
