/** Chromium calls a server as a page of another origin, over HTTP/1.1 in the clear and over HTTP/2 with TLS. */
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { testCertificate } from "@thrice/core/testing";
import type { CorsOptions, ServerOptions } from "@thrice/server";
import { Chromium } from "../../samples/browser/src/chromium.js";
import { closeAfterEach } from "../support/close-after-each.js";
import { script, serve } from "../support/served.js";

const closing = closeAfterEach();

const { cert, key } = testCertificate();
const publicKey = new X509Certificate(cert).publicKey.export({ type: "spki", format: "der" });
const pin = createHash("sha256").update(publicKey).digest("base64");

const wires = [
  { over: "HTTP/1.1 in the clear", hop: "http/1.1", scheme: "http", server: {} },
  { over: "HTTP/2 with TLS", hop: "h2", scheme: "https", server: { tls: { cert, key } } },
] as const;

/** An empty page, of an origin of its own. */
async function openPage(): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<title>page</title>");
  });
  server.listen({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  closing({
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Lets pages see how the answer has come. */
const timed: typeof script.unary = (note, context) => {
  context.responseHeader.set("timing-allow-origin", "*");
  return script.unary(note, context);
};

describe.each(wires)("Chromium, over $over", ({ hop, scheme, server }) => {
  async function open(cors: (page: string) => CorsOptions) {
    const page = await openPage();
    const options: ServerOptions = { ...server, cors: cors(page) };
    const { baseUrl } = closing(await serve({ scheme, server: options }, { unary: timed }));
    const chromium = closing(
      await Chromium.start([`--ignore-certificate-errors-spki-list=${pin}`]),
    );
    /** What becomes of a call, in JSON, that the page makes. */
    const call = (method: string, message: object, more: { say?: string } = {}) => {
      const headers = { "content-type": "application/json", "connect-protocol-version": "1" };
      const init = {
        method: "POST",
        headers: { ...headers, ...(more.say !== undefined && { "x-say": more.say }) },
        body: JSON.stringify(message),
      };
      const url = JSON.stringify(`${baseUrl}/${method}`);
      return chromium.ask(
        page,
        `fetch(${url}, ${JSON.stringify(init)}).then(
          async (answer) => ({
            status: answer.status,
            said: answer.headers.get("x-said"),
            last: answer.headers.get("trailer-x-said-last"),
            body: await answer.text(),
            hop: await new Promise((resolve) => {
              new PerformanceObserver((list) => {
                const [entry] = list.getEntriesByName(answer.url);
                if (entry !== undefined) resolve(entry.nextHopProtocol);
              }).observe({ type: "resource", buffered: true });
            }),
          }),
          (error) => error.message,
        )`,
      );
    };
    return { call };
  }

  test("calls from a page that is let in, and reads what it may", async () => {
    const { call } = await open((page) => ({
      origins: page,
      allowHeaders: ["x-say"],
      exposeHeaders: ["x-said-last"],
    }));
    expect(await call("Unary", { text: "hi" }, { say: "hello" })).toEqual({
      status: 200,
      said: null,
      last: "hello",
      body: '{"text":"hi"}',
      hop,
    });
    expect(await call("Unary", { text: "fail" })).toMatchObject({ status: 404 });
  });

  test("reads every attachment where all are exposed, with credentials", async () => {
    const { call } = await open(() => ({
      origins: () => true,
      credentials: true,
      allowHeaders: "*",
      exposeHeaders: "*",
    }));
    expect(await call("Unary", { text: "hi" }, { say: "hello" })).toMatchObject({
      said: "hello",
      last: "hello",
    });
  });

  test("does not call from a page of another origin, nor with a header that is not let in", async () => {
    const elsewhere = await open(() => ({ origins: "https://app.example" }));
    expect(await elsewhere.call("Unary", { text: "hi" })).toBe("Failed to fetch");
    const strict = await open((page) => ({ origins: page }));
    expect(await strict.call("Unary", { text: "hi" }, { say: "hello" })).toBe("Failed to fetch");
    expect(await strict.call("Unary", { text: "hi" })).toMatchObject({ status: 200 });
  });
});
