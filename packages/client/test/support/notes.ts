/** Reads a stream of notes to its end. */
export async function readAll(notes: AsyncIterable<{ readonly text: string }>): Promise<string[]> {
  const texts: string[] = [];
  for await (const { text } of notes) texts.push(text);
  return texts;
}

/** Makes a stream of notes. */
export async function* notes(...texts: string[]): AsyncGenerator<{ text: string }> {
  for (const text of texts) yield { text };
}

/** What `promise` rejects with; fails if it resolves. */
export function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`resolved with ${JSON.stringify(value)}`)),
    (reason: unknown) => reason,
  );
}
