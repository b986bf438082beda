import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import type { CallGate } from "./call-gate.js";

/** A service with its implementation. */
export interface ServedService {
  readonly service: DescService;
  /** A function per method, by local name. A method without one answers `unimplemented`. */
  readonly implementation: Partial<ServiceImpl<DescService>>;
  /** Largest message that is read, in bytes. */
  readonly maxReceiveBytes: number;
  /** Answers of at least so many bytes are compressed for callers that can read it; unset for none. */
  readonly compressMinBytes?: number | undefined;
  /** Longest that a call may take, in milliseconds, whatever its caller asks for; unset for no bound. */
  readonly maxTimeoutMs?: number | undefined;
  /** How they are compressed; gzip if unset. Callers of Connect and gRPC-Web may get the other one, if they prefer it. */
  readonly encoding?: "gzip" | "br" | undefined;
  /** Group that callers have to name in `tri-service-group`; unset for those that name none. */
  readonly group?: string;
  /** Version that callers have to name in `tri-service-version`; unset for those that name none. */
  readonly version?: string;
  /** What lets calls in, by the local name of their method; those of other methods are let in as they come. */
  readonly gates?: ReadonlyMap<string, CallGate> | undefined;
}
