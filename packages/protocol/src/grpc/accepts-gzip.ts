/** Whether a `grpc-accept-encoding` lists gzip. */
export function acceptsGzip(accepted: string): boolean {
  return accepted.split(",").some((name) => name.trim() === "gzip");
}
