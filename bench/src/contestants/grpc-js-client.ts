import { create } from "@bufbuild/protobuf";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import type { CallLimits, Connect, EchoClient, EchoInit } from "../contestant.js";
import { EchoRequestSchema, type EchoResponse } from "../gen/echo/echo_pb.js";
import { echoDefinition } from "./grpc-js-service.js";
import { pump } from "./pump.js";

/** grpc-js's client with its defaults; the calls are those that its generated stubs make. */
export const connect: Connect = async (port, tls) =>
  tls === undefined
    ? new GrpcJsClient(new Client(`127.0.0.1:${port}`, credentials.createInsecure()))
    : new GrpcJsClient(
        new Client(`127.0.0.1:${port}`, credentials.createSsl(Buffer.from(tls.cert)), {
          "grpc.ssl_target_name_override": "localhost",
        }),
      );

class GrpcJsClient implements EchoClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  unary(request: EchoInit, limits: CallLimits = {}): Promise<EchoResponse> {
    const { path, requestSerialize, responseDeserialize } = echoDefinition.unary;
    const { signal, timeoutMs } = limits;
    const options = timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
    return new Promise((resolve, reject) => {
      const call = this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        create(EchoRequestSchema, request),
        options,
        settle(resolve, reject),
      );
      signal?.addEventListener("abort", () => call.cancel(), { once: true });
    });
  }

  download(request: EchoInit): Promise<number> {
    const { path, requestSerialize, responseDeserialize } = echoDefinition.download;
    return new Promise((resolve, reject) => {
      let count = 0;
      this.#client
        .makeServerStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          create(EchoRequestSchema, request),
        )
        .on("data", () => {
          count++;
        })
        .on("error", reject)
        .on("end", () => resolve(count));
    });
  }

  upload(request: EchoInit, count: number): Promise<number> {
    const { path, requestSerialize, responseDeserialize } = echoDefinition.upload;
    return new Promise((resolve, reject) => {
      const call = this.#client.makeClientStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        settle<EchoResponse>((response) => resolve(response.count), reject),
      );
      const make = () => create(EchoRequestSchema, request);
      pump(call, make, count, () => call.end());
    });
  }

  pingPong(request: EchoInit, rounds: number): Promise<number> {
    const { path, requestSerialize, responseDeserialize } = echoDefinition.pingPong;
    return new Promise((resolve, reject) => {
      let count = 0;
      const call = this.#client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      const serveBall = () => call.write(create(EchoRequestSchema, request));
      call.on("data", () => (++count < rounds ? serveBall() : call.end()));
      call.on("error", reject);
      call.on("end", () => resolve(count));
      serveBall();
    });
  }
}

/** Makes a Node callback of a promise's two functions. */
function settle<T>(resolve: (value: T) => void, reject: (error: Error) => void) {
  return (error: ServiceError | null, value?: T) => {
    if (error !== null) reject(error);
    else if (value === undefined) reject(new Error("neither an answer nor an error came"));
    else resolve(value);
  };
}
