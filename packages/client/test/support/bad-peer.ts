/** A server that answers with what a test gives it, over either version of HTTP. */
import { once } from "node:events";
import { createServer as createServer1, type OutgoingHttpHeaders } from "node:http";
import { createServer as createServer2, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Uint8Array;
  /** Sent after the body. */
  readonly trailers?: Record<string, string> | undefined;
}

export interface BadPeer {
  readonly url: string;
  /** What the next requests are answered with; undefined breaks their connection. */
  answer: RawAnswer | undefined;
  close(): Promise<void>;
}

export function openBadPeer(version: "1.1" | "2"): Promise<BadPeer> {
  return version === "2" ? openOver2() : openOver1();
}

async function openOver1(): Promise<BadPeer> {
  const server = createServer1((request, response) => {
    request.resume().on("end", () => {
      const { answer } = peer;
      if (answer === undefined) request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer: BadPeer = {
    url: `tri://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}

async function openOver2(): Promise<BadPeer> {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer2({ maxSendHeaderBlockLength: 1_000_000 });
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined).on("close", () => sessions.delete(session));
  });
  server.on("stream", (stream) => {
    stream.on("error", () => undefined).resume();
    stream.on("end", () => {
      const { answer } = peer;
      if (answer === undefined) {
        stream.session?.destroy();
        return;
      }
      const { status, headers, body, trailers } = answer;
      stream.respond(
        { ":status": status, ...headers },
        { waitForTrailers: trailers !== undefined },
      );
      if (trailers !== undefined) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
      stream.end(body);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer: BadPeer = {
    url: `tri://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: undefined,
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return peer;
}
