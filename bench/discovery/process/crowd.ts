import type { Provider, ServiceName } from "@thrice/core";
import { EchoService } from "../../src/gen/echo/echo_pb.js";

/** The service that a thousand providers have, whom nobody calls. */
export const crowd: ServiceName = { service: "crowd.CrowdService", group: "", version: "" };

/** The service that is called. */
export const echo: ServiceName = { service: EchoService.typeName, group: "", version: "" };

/** One of the crowd, with what a server of Thrice says of itself. */
export function crowdProvider(at: number): Provider {
  const host = `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  const timestamp = String(Date.now());
  return {
    ...crowd,
    address: { host, port: 20_000, params: { weight: "100", zone: "north", timestamp } },
    methods: ["Get", "List", "Create", "Update", "Delete"],
  };
}
