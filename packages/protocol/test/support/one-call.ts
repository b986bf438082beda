/** A program that makes one call and does not close its channel: `one-call.ts <port> answered|left`. */
import { channelTo, endOf, one } from "./calls.js";

const [port, how] = process.argv.slice(2);
const channel = channelTo(Number(port));
if (how === "answered") {
  await endOf(channel.start(one("unary")));
} else {
  const end = await channel.start(one("watch")).end;
  if (!end.ok || end.answer.kind === "unary") throw new Error("no stream");
  for await (const _ of end.answer.messages) break;
}
console.log(how);
