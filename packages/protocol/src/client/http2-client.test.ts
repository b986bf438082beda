import { createHttp2Client } from "./http2-client.js";
import type { Http2Connection } from "./http2-connection.js";

test("a request that is aborted before it begins fails at once with the reason", async () => {
  const never = { session: () => new Promise(() => {}) } as unknown as Http2Connection;
  const reason = new Error("no longer wanted");
  const request = {
    url: "http://localhost/a/b",
    method: "POST",
    header: new Headers(),
    signal: AbortSignal.abort(reason),
  };
  await expect(createHttp2Client(never)(request)).rejects.toBe(reason);
});
