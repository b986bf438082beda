import { Code } from "@connectrpc/connect";
import { foreignAnswer } from "./foreign-answer.js";

describe("foreignAnswer", () => {
  test.each(["application/grpc", "application/grpc+proto"])("finds no fault with %s", (type) => {
    expect(foreignAnswer("a:1", 200, new Headers({ "content-type": type }))).toBeUndefined();
  });

  test("leaves another HTTP status to others", () => {
    expect(foreignAnswer("a:1", 503, new Headers())).toBeUndefined();
  });

  test.each([
    { header: { "content-type": "text/html" }, what: "content-type text/html" },
    { header: {}, what: "no content-type" },
  ])("names $what", ({ header, what }) => {
    expect(foreignAnswer("a:1", 200, new Headers(header))).toMatchObject({
      outcome: "answered",
      code: Code.Internal,
      rawMessage: `a:1 answered with ${what}, not with gRPC`,
    });
  });
});
