/** Time since the epoch in milliseconds, with fractions: the same in all processes of the machine. */
export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}
