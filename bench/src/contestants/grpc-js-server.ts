import { create } from "@bufbuild/protobuf";
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
} from "@grpc/grpc-js";
import type { Serve } from "../contestant.js";
import { type EchoRequest, type EchoResponse, EchoResponseSchema } from "../gen/echo/echo_pb.js";
import { echoDefinition } from "./grpc-js-service.js";
import { pump } from "./pump.js";

/** grpc-js's server with its defaults. */
export const serve: Serve = (tls) => {
  const server = new Server();
  server.addService(echoDefinition, { unary, download, upload, pingPong });
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [
          { cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) },
        ]);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
};

const unary: handleUnaryCall<EchoRequest, EchoResponse> = ({ request }, callback) => {
  const answer = () => callback(null, create(EchoResponseSchema, { text: request.text }));
  if (request.delayMs > 0) setTimeout(answer, request.delayMs);
  else answer();
};

const download: handleServerStreamingCall<EchoRequest, EchoResponse> = (call) => {
  const { text, count } = call.request;
  const make = () => create(EchoResponseSchema, { text });
  pump<EchoResponse>(call, make, count, () => call.end());
};

const upload: handleClientStreamingCall<EchoRequest, EchoResponse> = (call, callback) => {
  let count = 0;
  call.on("data", () => {
    count++;
  });
  call.on("end", () => callback(null, create(EchoResponseSchema, { count })));
};

const pingPong: handleBidiStreamingCall<EchoRequest, EchoResponse> = (call) => {
  call.on("data", ({ text }: EchoRequest) => call.write(create(EchoResponseSchema, { text })));
  call.on("end", () => call.end());
};
