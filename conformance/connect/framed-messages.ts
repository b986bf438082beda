/** Messages between the runner of the suite and a program under test: four bytes of length, big-endian, before each. */
import { type DescMessage, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";

/** Reads messages to the end of `input`. @throws Error if it ends inside one. */
export async function* readMessages<Desc extends DescMessage>(
  desc: Desc,
  input: AsyncIterable<Buffer>,
): AsyncGenerator<MessageShape<Desc>> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = endOfFirst(rest); end <= rest.length; end = endOfFirst(rest)) {
      yield fromBinary(desc, rest.subarray(headBytes, end));
      rest = rest.subarray(end);
    }
  }
  if (rest.length > 0) throw new Error("the input ends inside a message");
}

/** Writes one message to the standard output. */
export function writeMessage<Desc extends DescMessage>(
  desc: Desc,
  message: MessageShape<Desc>,
): void {
  const payload = toBinary(desc, message);
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(payload.length);
  process.stdout.write(Buffer.concat([head, payload]));
}

const headBytes = 4;

/** Where the first message ends; beyond the end while its length is not there. */
function endOfFirst(bytes: Buffer): number {
  return bytes.length < headBytes ? Number.POSITIVE_INFINITY : headBytes + bytes.readUInt32BE(0);
}
