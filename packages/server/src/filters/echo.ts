import { create } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { show } from "@thrice/core";

/**
 * Answers unary calls that bring the header `x-thrice-echo` without their handler: with the request itself if the method
 * answers with what it takes, else with an empty message, and with the header as it came. So a way through proxies and
 * filters can be tried without doing anything.
 *
 * @throws TypeError if `header` is no name in small letters.
 */
export function echo({ header = "x-thrice-echo" }: { readonly header?: string } = {}): Interceptor {
  if (typeof header !== "string" || !/^[a-z0-9-]+$/.test(header)) {
    throw new TypeError(`header must be a name in small letters, got ${show(header)}`);
  }
  return (next) => async (request) => {
    const value = request.stream ? null : request.header.get(header);
    if (request.stream || value === null) return next(request);
    const { service, method, message } = request;
    const isSame = method.input.typeName === method.output.typeName;
    return {
      stream: false,
      service,
      method,
      header: new Headers({ [header]: value }),
      trailer: new Headers(),
      message: isSame ? message : create(method.output),
    };
  };
}
