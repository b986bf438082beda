import { headersFromNode, nodeFromHeaders } from "./node-headers.js";

describe("headersFromNode", () => {
  test("keeps names and values, and leaves pseudo headers out", () => {
    const headers = headersFromNode({ ":status": "200", "x-a": "1", "grpc-status": "0" });
    expect([...headers]).toEqual([
      ["grpc-status", "0"],
      ["x-a", "1"],
    ]);
  });

  test("keeps each value of a name", () => {
    const headers = headersFromNode({ "set-cookie": ["a=1", "b=2"], "x-a": ["1", "2"] });
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(headers.get("x-a")).toBe("1, 2");
  });

  test("leaves out what cannot be a header, and undefined", () => {
    const headers = headersFromNode({
      "x bad": "1",
      "x-bad": "\u0000",
      "x-none": undefined,
      "x-good": "1",
    });
    expect([...headers]).toEqual([["x-good", "1"]]);
  });
});

describe("nodeFromHeaders", () => {
  test("is undone by headersFromNode", () => {
    const headers = new Headers({ "x-a": "1", "x-b-bin": "AAEC" });
    expect([...headersFromNode(nodeFromHeaders(headers) as Record<string, string>)]).toEqual([
      ...headers,
    ]);
  });
});
