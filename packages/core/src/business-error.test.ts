import { Code, ConnectError } from "@connectrpc/connect";
import { BusinessError } from "./business-error.js";

describe("BusinessError", () => {
  test("is a ConnectError with the code unknown", () => {
    const error = new BusinessError("out of stock");
    expect(error).toBeInstanceOf(ConnectError);
    expect(error).toMatchObject({ code: Code.Unknown, rawMessage: "out of stock" });
    expect(error.message).toBe("[unknown] out of stock");
  });

  test("keeps metadata and cause", () => {
    const cause = new Error("no row");
    const error = new BusinessError("out of stock", new Headers({ "x-left": "0" }), cause);
    expect(error.metadata.get("x-left")).toBe("0");
    expect(error.cause).toBe(cause);
  });

  test.each([
    { name: "one of its own", value: new BusinessError("x"), is: true },
    {
      name: "one of another copy of the package",
      value: { [Symbol.for("@thrice/core/BusinessError")]: true },
      is: true,
    },
    { name: "another ConnectError", value: new ConnectError("x", Code.Unknown), is: false },
    { name: "a plain error", value: new Error("x"), is: false },
    { name: "text", value: "x", is: false },
    { name: "null", value: null, is: false },
    { name: "undefined", value: undefined, is: false },
  ])("recognises $name: $is", ({ value, is }) => {
    expect(BusinessError.is(value)).toBe(is);
  });

  // It inherits ConnectError's own instanceof, which says yes to every ConnectError.
  test("is not what instanceof takes any other ConnectError for", () => {
    expect(new BusinessError("x")).toBeInstanceOf(BusinessError);
    expect(new ConnectError("x")).not.toBeInstanceOf(BusinessError);
  });
});
