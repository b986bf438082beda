import type { DescService } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { checkShape } from "../check.js";
import type { CompressionOptions } from "../compression.js";
import type { LoadLimitOptions } from "../load-limits.js";
import type { ServiceKeyOptions } from "../service-key.js";

/** Options of one service on a server. */
export interface HandlerOptions extends CompressionOptions, ServiceKeyOptions, LoadLimitOptions {
  /**
   * Whether the text of a plain `Error` is sent to the caller; otherwise it stays in the server's log.
   * @defaultValue what the server says, else false
   */
  readonly exposeErrors?: boolean | undefined;
  /**
   * Connect interceptors around the handler. Those of the server run around those of the service; in both lists the first
   * one sees the request first and the answer last. @defaultValue none
   */
  readonly interceptors?: readonly Interceptor[] | undefined;
  /** Largest message that is read, in bytes. @defaultValue what the server says, else 4 MiB */
  readonly maxReceiveBytes?: number | undefined;
  /**
   * Longest that a call may take, in milliseconds, whatever its caller asks for, also if it asks for nothing; 0 sets no bound.
   * @defaultValue what the server says, else 0
   */
  readonly maxTimeoutMs?: number | undefined;
  /** Limits of single methods of a service, by the names that they have on the handler; not for a server. @defaultValue none */
  readonly methodLimits?: Readonly<Record<string, LoadLimitOptions>> | undefined;
}

/** Whatever can serve calls; a Thrice server is one. */
export interface ServiceHost {
  /** Adds a service whose methods `handler` implements. */
  registerService(service: DescService, handler: object, options?: HandlerOptions): void;
}

/**
 * Registers the handler of a service.
 *
 * @throws TypeError if `host` is no server, or a method of `handler` is no function; Error if the service
 * is registered already under the same group and version.
 */
export function registerHandler(
  host: ServiceHost,
  service: DescService,
  handler: object,
  options?: HandlerOptions,
): void {
  checkShape("server", host, "a Thrice server", ["registerService"]);
  host.registerService(service, handler, options);
}
