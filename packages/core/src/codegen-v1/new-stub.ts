import type { DescService } from "@bufbuild/protobuf";
import type { ServiceOptions } from "../call-options.js";
import { checkShape } from "../check.js";

/** Whatever can make calls; a Thrice client is one. */
export interface StubHost {
  /** Makes an object with one function per method of `service`. */
  createStub(service: DescService, options?: ServiceOptions): object;
}

/**
 * Makes the typed stub of a service.
 *
 * @throws TypeError if `host` is no client; TypeError or RangeError if an option is wrong.
 */
export function newStub<Stub extends object, Methods extends string = string>(
  host: StubHost,
  service: DescService,
  options?: ServiceOptions<Methods>,
): Stub {
  checkShape("client", host, "a Thrice client", ["createStub"]);
  return host.createStub(service, options) as Stub;
}
