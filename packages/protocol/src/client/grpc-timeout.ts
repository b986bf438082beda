/**
 * Renders the header `grpc-timeout`: at most eight digits and a unit, the finest that fits, rounded up so
 * that the peer does not give up before we do.
 *
 * Units: `timeoutMs` is in milliseconds, 0 or more and finite.
 *
 * @see https://github.com/grpc/grpc/blob/v1.66.0/doc/PROTOCOL-HTTP2.md "Timeout"
 */
export function formatGrpcTimeout(timeoutMs: number): string {
  for (const [unit, unitMs] of units) {
    const value = Math.ceil(timeoutMs / unitMs);
    if (value <= maxValue) return `${value}${unit}`;
  }
  return `${maxValue}H`;
}

const maxValue = 99_999_999;

const units: readonly (readonly [string, number])[] = [
  ["m", 1],
  ["S", 1_000],
  ["M", 60_000],
  ["H", 3_600_000],
];
