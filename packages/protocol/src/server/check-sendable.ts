import {
  type DescMessage,
  type Message,
  type Registry,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { type Logger, logQuietly } from "@thrice/core";

/**
 * Refuses an answer that cannot be serialised as `unknown`, and logs why. Connect would tell the caller, quoting the
 * answer, and nobody else. It gives no hook to serialise with, so that each answer is serialised twice: measured at
 * 1.5 µs for 20 bytes, 9 µs for 1 kB and 2 ms for 1 MB.
 */
export function checkSendable(logger: Logger, registry: Registry): Interceptor {
  const toJson: Serialise = (type, message) => toJsonString(type, message, { registry });
  return (next) => async (request) => {
    const { header, url, method, service } = request;
    const form = header.get("content-type") ?? new URL(url).searchParams.get("encoding") ?? "";
    const serialise: Serialise = form.includes("json") ? toJson : toBinary;
    const check = (message: Message) => {
      try {
        serialise(method.output, message);
      } catch (reason) {
        const name = `${service.typeName}/${method.name}`;
        logQuietly(() => logger.error("answer cannot be serialised", name, reason));
        throw new ConnectError("the handler failed", Code.Unknown);
      }
    };
    const response = await next(request);
    if (response.stream) return { ...response, message: checked(response.message, check) };
    check(response.message);
    return response;
  };
}

type Serialise = (type: DescMessage, message: Message) => unknown;

async function* checked<T>(messages: AsyncIterable<T>, check: (message: T) => void) {
  for await (const message of messages) {
    check(message);
    yield message;
  }
}
