/** One message for one, with Connect's transport. */
import type { DescMessage, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import type { UnaryResponse } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import type { ChannelRequest } from "../channel.js";
import type { UniversalContext } from "./universal-context.js";

/**
 * Longest URL of a GET, in characters. Node's servers take 16 KiB for all headers, nginx and many others 8 KiB for this line; a
 * longer one would be turned down with 414 or 431.
 */
const maxGetUrlChars = 8_000;

/** Asks with GET if that is wanted and its URL is short enough, else with POST. `send` is called once. */
export async function askOnce(
  context: UniversalContext,
  request: ChannelRequest,
  message: unknown,
  header: Headers,
  send: UniversalClientFn,
): Promise<UnaryResponse> {
  const method = request.method as DescMethodUnary;
  const sent = message as MessageInitShape<DescMessage>;
  let isTooLong = false;
  const transport = context.transportFor(request, (wanted) => {
    isTooLong = wanted.method === "GET" && wanted.url.length > maxGetUrlChars;
    if (isTooLong) return Promise.reject(new Error("the URL is too long"));
    return send(wanted);
  });
  try {
    return await transport.unary(method, undefined, noTimeout, header, sent);
  } catch (error) {
    if (!isTooLong) throw error;
    const post = context.transportFor(request, send, { useHttpGet: false });
    return post.unary(method, undefined, noTimeout, header, sent);
  }
}

/** No time is measured here: Connect takes 0 for none. */
export const noTimeout = 0;
