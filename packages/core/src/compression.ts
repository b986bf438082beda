import { checkOneOf, checkWholeNumber } from "./check.js";

/** How messages are compressed that this side sends. What comes in may be compressed in any case. */
export type Compression = "none" | "gzip" | "br";

/** The options of what is compressed, alike on both ends and at every level. */
export interface CompressionOptions {
  /** How messages are compressed that this side sends. @defaultValue "none" */
  readonly compression?: Compression | undefined;
  /** Messages shorter than this are sent as they are, in bytes. @defaultValue 1_024 */
  readonly compressMinBytes?: number | undefined;
}

/** @throws TypeError naming field, bound and value. */
export function checkCompression(value: unknown): Compression {
  return checkOneOf("compression", value, ["none", "gzip", "br"]);
}

/** @throws RangeError naming field, bound and value. */
export function checkCompressMinBytes(value: unknown): number {
  return checkWholeNumber("compressMinBytes", value, 0, 0xffff_ffff);
}

/** Length from which on messages are compressed, in bytes; undefined if none are. */
export function compressFromBytes({
  compression = "none",
  compressMinBytes = 1_024,
}: CompressionOptions): number | undefined {
  return compression === "none" ? undefined : compressMinBytes;
}

/** The encoding of messages that are compressed; gzip if nothing is said. */
export function compressEncoding({ compression }: CompressionOptions): "gzip" | "br" {
  return compression === "br" ? "br" : "gzip";
}
