/** The part of a Node stream, and of a grpc-js call, that a writer needs. */
export interface Sink<T> {
  write(item: T): boolean;
  once(event: "drain", listener: () => void): unknown;
}

/** Writes `count` items, waiting whenever the sink is full, then calls `done`. */
export function pump<T>(sink: Sink<T>, make: () => T, count: number, done: () => void): void {
  let left = count;
  const more = () => {
    while (left > 0) {
      left--;
      if (!sink.write(make()) && left > 0) {
        sink.once("drain", more);
        return;
      }
    }
    done();
  };
  more();
}
