/**
 * Reads the header `grpc-timeout`: one to eight digits and a unit.
 *
 * Units: the result is in milliseconds, with a fraction for `u` and `n`; undefined if `value` is not a timeout.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Timeout"
 */
export function parseGrpcTimeout(value: string): number | undefined {
  // Runs once a call: a regular expression takes four times as long.
  const digits = value.length - 1;
  if (digits < 1 || digits > 8) return undefined;
  let amount = 0;
  for (let i = 0; i < digits; i++) {
    const digit = value.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    amount = amount * 10 + digit;
  }
  switch (value.charCodeAt(digits)) {
    case 0x6d: // m
      return amount;
    case 0x53: // S
      return amount * 1_000;
    case 0x75: // u
      return amount / 1_000;
    case 0x6e: // n
      return amount / 1_000_000;
    case 0x4d: // M
      return amount * 60_000;
    case 0x48: // H
      return amount * 3_600_000;
    default:
      return undefined;
  }
}
