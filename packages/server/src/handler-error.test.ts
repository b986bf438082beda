import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { memoryLogger } from "@thrice/core/testing";
import { errorFromHandler } from "./handler-error.js";

function contextOf(signal = new AbortController().signal): HandlerContext {
  const method = { name: "Do", parent: { typeName: "a.Service" } };
  return { signal, method } as unknown as HandlerContext;
}

function unreadable(): Error {
  return Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no message for you");
    },
  });
}

describe("errorFromHandler", () => {
  test("hands on a ConnectError as it is", () => {
    const thrown = new ConnectError("so it is", Code.NotFound);
    const logger = memoryLogger();
    expect(errorFromHandler(thrown, contextOf(), { exposeErrors: false, logger })).toBe(thrown);
    expect(logger.records).toEqual([]);
  });

  test.each([
    { title: "an error", thrown: new Error("told"), text: "told" },
    { title: "a text", thrown: "told", text: "told" },
    { title: "an object", thrown: { a: 1 }, text: "{ a: 1 }" },
    { title: "undefined", thrown: undefined, text: "undefined" },
    {
      title: "an error that cannot be read",
      thrown: unreadable(),
      text: "the handler failed, and its error cannot be read",
    },
    {
      title: "an error whose message is no text",
      thrown: Object.assign(new Error(), { message: 5 }),
      text: "5",
    },
  ])("tells the text of $title if it may, and logs it for those who look", ({ thrown, text }) => {
    const logger = memoryLogger();
    const told = errorFromHandler(thrown, contextOf(), { exposeErrors: true, logger });
    expect(told).toMatchObject({ code: Code.Unknown, rawMessage: text });
    expect(logger.records).toMatchObject([{ level: "debug" }]);
  });

  test("keeps the text in the log otherwise", () => {
    const logger = memoryLogger();
    const rules = { exposeErrors: false, logger };
    expect(errorFromHandler(new Error("secret"), contextOf(), rules)).toMatchObject({
      code: Code.Unknown,
      rawMessage: "the handler failed",
    });
    expect(logger.records).toMatchObject([
      { level: "error", message: expect.stringMatching(/a.Service\/Do.*secret/) },
    ]);
  });

  test.each([
    { title: "the signal's reason", thrown: (signal: AbortSignal) => signal.reason },
    { title: "an AbortError", thrown: () => new DOMException("stopped", "AbortError") },
  ])("takes $title for the end of a call that is over, and logs nothing", ({ thrown }) => {
    const logger = memoryLogger();
    const signal = AbortSignal.abort(new Error("gone"));
    const rules = { exposeErrors: false, logger };
    expect(errorFromHandler(thrown(signal), contextOf(signal), rules)).toMatchObject({
      code: Code.Canceled,
    });
    expect(logger.records).toEqual([]);
  });

  test("takes an error whose name cannot be read for no end of a call", () => {
    const logger = memoryLogger();
    const thrown = Object.defineProperty({}, "name", {
      get() {
        throw new Error("no name for you");
      },
    });
    const context = contextOf(AbortSignal.abort(new Error("gone")));
    expect(errorFromHandler(thrown, context, { exposeErrors: false, logger })).toMatchObject({
      code: Code.Unknown,
    });
  });

  test("logs another failure of a call that is over all the same", () => {
    const logger = memoryLogger();
    const context = contextOf(AbortSignal.abort(new Error("gone")));
    errorFromHandler(new Error("bug"), context, { exposeErrors: false, logger });
    expect(logger.records).toMatchObject([{ level: "error" }]);
  });

  test.each([{ exposeErrors: true }, { exposeErrors: false }])(
    "gives its answer though the logger throws, with exposeErrors $exposeErrors",
    ({ exposeErrors }) => {
      const fail = () => {
        throw new Error("disk full");
      };
      const logger = { ...memoryLogger(), debug: fail, error: fail };
      expect(
        errorFromHandler(new Error("told"), contextOf(), { exposeErrors, logger }),
      ).toMatchObject({ code: Code.Unknown });
    },
  );
});
