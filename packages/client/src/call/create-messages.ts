import { create, type DescMessage, type Message, type MessageInitShape } from "@bufbuild/protobuf";

/**
 * Turns what a caller may write for messages into messages, one by one. Leaving it leaves the source at once,
 * even while a message is awaited: a generator would queue the leave behind a message that may never come.
 */
export function createMessages(
  schema: DescMessage,
  inits: AsyncIterable<MessageInitShape<DescMessage>>,
): AsyncIterableIterator<Message> {
  const source = inits[Symbol.asyncIterator]();
  const done = { done: true, value: undefined } as const;
  return {
    next: async () => {
      const next = await source.next();
      return next.done ? done : { done: false, value: create(schema, next.value) };
    },
    return: async () => {
      await source.return?.();
      return done;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
