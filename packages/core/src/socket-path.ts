import { show } from "./check.js";

/**
 * Checks the path of a Unix domain socket. Too long a one is refused here, since the system's own words for it do not say
 * so.
 *
 * @throws TypeError or RangeError naming `field`.
 */
export function checkSocketPath(field: string, path: unknown): string {
  if (typeof path !== "string" || path === "" || path.includes("\0")) {
    throw new TypeError(`${field} must be the path of a socket, got ${show(path)}`);
  }
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new RangeError(
      `${field} must be at most ${maxPathBytes} bytes long, got ${Buffer.byteLength(path)}: ${show(path)}`,
    );
  }
  return path;
}

/** Linux has room for 108 with the byte that ends it; other systems for a few less. */
const maxPathBytes = 107;
