/** Connect's GET, for methods without side effects. */
import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { createClient, type HandlerContext } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { KindsService, type Note } from "../gen/kinds/kinds_pb.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { expectNothingUncaught } from "../support/expect-nothing-uncaught.js";
import { openRawClient } from "./support/raw-client.js";
import { note, openServed } from "./support/served.js";

const closing = closeAfterEach();
expectNothingUncaught();

describe.each(["1.1", "2"] as const)("Connect with GET over HTTP/%s", (httpVersion) => {
  async function open() {
    const seen: string[] = [];
    const see = async ({ text }: Note, { requestMethod, url }: HandlerContext) => {
      seen.push(`${requestMethod} ${new URL(url).pathname}`);
      return note(text);
    };
    const { port } = closing(await openServed({ unary: see, read: see, put: see }));
    const baseUrl = `http://127.0.0.1:${port}`;
    const sessionManager = new Http2SessionManager(baseUrl);
    closing({ close: async () => sessionManager.abort() });
    const connect = (useBinaryFormat: boolean) => {
      const common = { baseUrl, useHttpGet: true, useBinaryFormat };
      return createClient(
        KindsService,
        httpVersion === "2"
          ? createConnectTransport({ ...common, httpVersion, sessionManager })
          : createConnectTransport({ ...common, httpVersion }),
      );
    };
    return { seen, port, connect };
  }

  test.each([true, false])(
    "is answered for a method without side effects, and POST for others; binary: %p",
    async (useBinaryFormat) => {
      const { seen, connect } = await open();
      const client = connect(useBinaryFormat);
      const text = "ä & ? / + = \u0000";
      expect(await client.read({ text })).toMatchObject({ text });
      expect(await client.unary({ text })).toMatchObject({ text });
      expect(await client.put({ text })).toMatchObject({ text });
      expect(seen).toEqual([
        "GET /kinds.KindsService/Read",
        "POST /kinds.KindsService/Unary",
        "POST /kinds.KindsService/Put",
      ]);
    },
  );

  test("is refused for a method that may have side effects, which it then has not", async () => {
    const { seen, port } = await open();
    const path = '/kinds.KindsService/Unary?connect=v1&encoding=json&message={"text":"hi"}';
    expect(await statusOfGet(port, httpVersion, path)).toBe(405);
    expect(seen).toEqual([]);
  });

  test("is answered to a browser that follows a link", async () => {
    const { port } = await open();
    const path = "/kinds.KindsService/Read?connect=v1&encoding=json&message=%7B%7D";
    expect(await statusOfGet(port, httpVersion, path)).toBe(200);
  });
});

async function statusOfGet(port: number, httpVersion: "1.1" | "2", path: string): Promise<number> {
  if (httpVersion === "2") {
    const client = closing(await openRawClient(port));
    const fields = { ":method": "GET", ":path": path, "content-type": "" };
    const call = client.start("", fields, { endStream: true });
    await call.ended;
    return Number(call.headers?.get(":status"));
  }
  const [answer] = await once(httpRequest({ port, path, agent: false }).end(), "response");
  answer.resume();
  await once(answer, "close");
  return answer.statusCode;
}
