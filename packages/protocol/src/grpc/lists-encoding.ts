/** Whether a `grpc-accept-encoding` lists the encoding of that name. */
export function listsEncoding(accepted: string, name: string): boolean {
  return accepted.split(",").some((each) => each.trim() === name);
}
