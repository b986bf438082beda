import { create } from "@bufbuild/protobuf";
import { type handleUnaryCall, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { echoDefinition } from "../../src/contestants/grpc-js-service.js";
import {
  type EchoRequest,
  type EchoResponse,
  EchoResponseSchema,
} from "../../src/gen/echo/echo_pb.js";
import type { StartServer } from "./stack.js";

/** grpc-js's server with its defaults. */
export const startServer: StartServer = async ({ host, port, behaving }) => {
  const server = new Server();
  const unary: handleUnaryCall<EchoRequest, EchoResponse> = async ({ request }, callback) => {
    const { text, delayMs } = request;
    if (await behaving.handle(delayMs)) callback(null, create(EchoResponseSchema, { text }));
    else callback({ code: status.UNAVAILABLE, details: "told to refuse" });
  };
  server.addService({ unary: echoDefinition.unary }, { unary });
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${port}`, ServerCredentials.createInsecure(), (error, at) =>
      error === null ? resolve(at) : reject(error),
    );
  });
  return {
    port: bound,
    stop: () =>
      new Promise((resolve, reject) => {
        server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
      }),
  };
};
