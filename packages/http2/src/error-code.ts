/**
 * Error codes of RST_STREAM and GOAWAY.
 *
 * @see RFC 9113 section 7
 */
export const ErrorCode = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  CONNECT_ERROR: 0xa,
  ENHANCE_YOUR_CALM: 0xb,
  INADEQUATE_SECURITY: 0xc,
  HTTP_1_1_REQUIRED: 0xd,
} as const;

const names = Object.keys(ErrorCode);

/** Name of an error code, such as `REFUSED_STREAM`; `UNKNOWN_0x…` for one that RFC 9113 does not list. */
export function formatErrorCode(code: number): string {
  return names[code] ?? `UNKNOWN_0x${code.toString(16)}`;
}
