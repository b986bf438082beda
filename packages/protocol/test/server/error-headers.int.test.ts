/** Where the metadata of a failed gRPC call goes that was set before it failed. */
import { Code, ConnectError, type HandlerContext } from "@connectrpc/connect";
import { closeAfterEach } from "../support/close-after-each.js";
import { openRawClient } from "./support/raw-client.js";
import { openServed } from "./support/served.js";

const closing = closeAfterEach();

function fail(
  { responseHeader, responseTrailer }: HandlerContext,
  names: readonly string[],
): never {
  if (names.includes("header")) responseHeader.set("x-header", "1");
  if (names.includes("trailer")) responseTrailer.set("x-trailer", "2");
  throw new ConnectError("no", Code.NotFound, { "x-error": "3" });
}

async function call(method: "Unary" | "Watch", ...names: string[]) {
  const { port } = closing(
    await openServed({
      unary: (_, context) => fail(context, names),
      // biome-ignore lint/correctness/useYield: it fails before
      async *watch(_, context) {
        fail(context, names);
      },
    }),
  );
  const client = closing(await openRawClient(port));
  const made = client.start(method).sendNotes(["x"], true);
  expect(await made.status()).toEqual({ code: Code.NotFound, message: "no" });
  return made;
}

describe.each(["Unary", "Watch"] as const)("a call of %s that fails", (method) => {
  test("sends its header before its status, so that callers know it from the trailer", async () => {
    const { headers, trailers } = await call(method, "header", "trailer");
    expect(headers?.get("x-header")).toBe("1");
    expect(headers?.get("grpc-status")).toBeUndefined();
    expect(trailers?.get("x-header")).toBeUndefined();
    expect([trailers?.get("x-trailer"), trailers?.get("x-error")]).toEqual(["2", "3"]);
  });

  test("is nothing but a status if there is no header", async () => {
    const { headers, trailers } = await call(method, "trailer");
    expect(trailers).toBeUndefined();
    expect([headers?.get("x-trailer"), headers?.get("x-error")]).toEqual(["2", "3"]);
  });
});
