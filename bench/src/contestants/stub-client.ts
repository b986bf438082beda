import type { CallLimits, EchoClient, EchoInit } from "../contestant.js";
import type { EchoResponse } from "../gen/echo/echo_pb.js";

/** What the clients of connect-node and of Thrice have in common: promises and async iterables. */
export interface EchoStub {
  unary(request: EchoInit, limits?: CallLimits): Promise<EchoResponse>;
  download(request: EchoInit): AsyncIterable<EchoResponse>;
  upload(requests: AsyncIterable<EchoInit>): Promise<EchoResponse>;
  pingPong(requests: AsyncIterable<EchoInit>): AsyncIterable<EchoResponse>;
}

/** Drives a stub as its users do. */
export function clientOfStub(stub: EchoStub): EchoClient {
  return {
    unary: (request, limits) => stub.unary(request, limits),
    download: async (request) => {
      let count = 0;
      for await (const _response of stub.download(request)) count++;
      return count;
    },
    upload: async (request, count) => (await stub.upload(repeat(request, count))).count,
    pingPong: async (request, rounds) => {
      let answered = () => {};
      async function* serves() {
        for (let round = 0; round < rounds; round++) {
          const answer = new Promise<void>((resolve) => {
            answered = resolve;
          });
          yield request;
          await answer;
        }
      }
      let count = 0;
      for await (const _response of stub.pingPong(serves())) {
        count++;
        answered();
      }
      return count;
    },
  };
}

async function* repeat(request: EchoInit, count: number) {
  for (let sent = 0; sent < count; sent++) yield request;
}
