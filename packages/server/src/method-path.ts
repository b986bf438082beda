import type { DescMethod } from "@bufbuild/protobuf";

/** Names a method in logs: `greet.GreetService/Greet`. */
export function methodPath({ parent, name }: DescMethod): string {
  return `${parent.typeName}/${name}`;
}
