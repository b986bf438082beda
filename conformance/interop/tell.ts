import { writeSync } from "node:fs";
import type { Outcome, ServerEvent } from "./control.js";

/** Sends one message to the driver. */
export function tell(message: ServerEvent | Outcome): void {
  let rest = Buffer.from(`${JSON.stringify(message)}\n`);
  while (rest.length > 0) rest = rest.subarray(write(rest));
}

/** How many bytes went; none if the pipe is full, which the driver mends soon. */
function write(bytes: Buffer): number {
  try {
    return writeSync(controlDescriptor, bytes);
  } catch (reason) {
    if ((reason as NodeJS.ErrnoException).code === "EAGAIN") return 0;
    throw reason;
  }
}

const controlDescriptor = 3;
