/** `grpc.health.v1.Health`, answered from what the application says. */
import { Code, ConnectError } from "@connectrpc/connect";
import { HealthCheckResponse_ServingStatus as ServingStatus } from "../gen/grpc/health/v1/health_pb.js";
import type { HealthHandler } from "../gen/grpc/health/v1/health_thrice.js";
import type { HealthBoard, HealthStatus } from "./health-board.js";

/** Makes the handler. @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md */
export function healthService(board: HealthBoard): HealthHandler {
  return {
    check({ service }) {
      const status = board.get(service);
      if (status === undefined) {
        throw new ConnectError(`the server knows no service ${service}`, Code.NotFound);
      }
      return { status: onTheWire[status] };
    },

    list() {
      const entries = board.all().map(([name, status]) => [name, { status: onTheWire[status] }]);
      return { statuses: Object.fromEntries(entries) };
    },

    async *watch({ service }, { signal }) {
      let told: ServingStatus | undefined;
      for (;;) {
        const known = board.get(service);
        const status = known === undefined ? ServingStatus.SERVICE_UNKNOWN : onTheWire[known];
        if (status === told) {
          await board.changed(signal);
        } else {
          told = status;
          yield { status };
        }
      }
    },
  };
}

const onTheWire: Record<HealthStatus, ServingStatus> = {
  serving: ServingStatus.SERVING,
  not_serving: ServingStatus.NOT_SERVING,
};
