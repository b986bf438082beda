import { create } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import { echoDefinition } from "../../src/contestants/grpc-js-service.js";
import { EchoRequestSchema } from "../../src/gen/echo/echo_pb.js";
import type { Style } from "../process/commands.js";
import type { StartClient } from "./stack.js";

/**
 * grpc-js with what it has: round robin, its outlier detection tuned by hand to act on three hosts within a second, and
 * three attempts by a service config; or hedging after 50 ms.
 */
export const startClient: StartClient = ({ addresses, style }) => {
  const client = new Client(`ipv4:${addresses.join(",")}`, credentials.createInsecure(), {
    "grpc.service_config": JSON.stringify(serviceConfig(style)),
    "grpc.use_local_subchannel_pool": 1,
  });
  const { path, requestSerialize, responseDeserialize } = echoDefinition.unary;
  return {
    unary: (delayMs, { timeoutMs, signal }) =>
      new Promise((resolve) => {
        const call = client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          create(EchoRequestSchema, { text: "hello", delayMs }),
          timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs },
          (error) => {
            signal?.removeEventListener("abort", cancel);
            resolve(error?.code ?? 0);
          },
        );
        const cancel = () => call.cancel();
        signal?.addEventListener("abort", cancel, { once: true });
      }),
  };
};

function serviceConfig(style: Style): object {
  const name = [{ service: "echo.EchoService" }];
  const policy =
    style === "hedged"
      ? {
          hedgingPolicy: {
            maxAttempts: 3,
            hedgingDelay: "0.05s",
            nonFatalStatusCodes: ["UNAVAILABLE"],
          },
        }
      : {
          retryPolicy: {
            maxAttempts: 3,
            initialBackoff: "0.025s",
            maxBackoff: "0.25s",
            backoffMultiplier: 2,
            retryableStatusCodes: ["UNAVAILABLE"],
          },
        };
  const second = { seconds: 1, nanos: 0 };
  return {
    methodConfig: [{ name, ...policy }],
    loadBalancingConfig: [
      {
        outlier_detection: {
          interval: second,
          base_ejection_time: second,
          max_ejection_percent: 50,
          failure_percentage_ejection: { threshold: 50, minimum_hosts: 2, request_volume: 5 },
          child_policy: [{ round_robin: {} }],
        },
      },
    ],
  };
}
