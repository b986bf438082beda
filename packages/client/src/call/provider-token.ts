import type { ChannelRequest } from "@thrice/protocol";

/**
 * Sends the token that a provider gives its consumers, as the attachment `token`, unless the call has one of its own. What
 * cannot be an attachment is not sent.
 *
 * @see dubbo-go filter/token
 */
export function withProviderToken(request: ChannelRequest, token: string): ChannelRequest {
  const { method, group, version, input, compressMinBytes, encoding } = request;
  if (!/^[\x21-\x7e]+$/.test(token) || request.header?.has("token")) return request;
  const header = new Headers(request.header);
  header.set("token", token);
  return { method, group, version, input, compressMinBytes, encoding, header };
}
