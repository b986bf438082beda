/**
 * What has arrived on a stream and waits to be read, oldest first. The peer gets credit for what has been read, and for
 * everything while the reader waits: a slow reader holds the peer back, and an item longer than the window does not stall.
 *
 * Hot path of streams, on both ends: an item costs one promise and what it resolves with.
 *
 * A promise that was handed out and dropped must not bring the process down when the peer misbehaves: whatever is rejected
 * here counts as handled.
 */

/** Takes off the wire, puts before the reader. `Item` is what arrives, `Value` what the reader gets. */
export class IncomingQueue<Item extends { readonly byteLength: number }, Value>
  implements AsyncIterableIterator<Value, undefined>
{
  readonly #open: (item: Item) => Value | Promise<Value>;
  readonly #addCredit: (bytes: number) => void;
  readonly #onOver: () => void;
  #items: Item[] = [];
  /** Where the oldest unread item stands; shifting an array costs more. */
  #at = 0;
  #waiting: Waiting<Value>[] = [];
  /** Arrived, and no credit given for it. */
  #owedBytes = 0;
  /** The part of it that was read. */
  #readBytes = 0;
  #end: End | undefined = undefined;

  /**
   * `open` runs when an item is read, `addCredit` when the peer may send that much more, and `onOver` when a reader gets
   * the end, good or bad.
   */
  constructor(
    open: (item: Item) => Value | Promise<Value>,
    addCredit: (bytes: number) => void,
    onOver = () => {},
  ) {
    this.#open = open;
    this.#addCredit = addCredit;
    this.#onOver = onOver;
  }

  /** Takes note that bytes arrived, once the items in them, if any, are put in. */
  noteArrived(bytes: number): void {
    this.#owedBytes += bytes;
    if (this.#at === this.#items.length) this.#payBack();
  }

  /** Puts an item in. Dropped if nobody reads any more. */
  push(item: Item): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#items.push(item);
    else this.#hand(item, waiting);
  }

  /** Nothing more comes. */
  finish(): void {
    this.#close({ kind: "done" });
  }

  /** Nothing more comes, for a reason that the reader gets once it has read what waits. */
  fail(error: unknown): void {
    this.#close({ kind: "failed", error });
  }

  /** Drops what waits; the reader gets the error at once. */
  abort(error: unknown): void {
    this.#drop();
    this.#close({ kind: "failed", error });
  }

  next(): Promise<Step<Value>> {
    if (this.#at < this.#items.length) return this.#result(this.#take());
    if (this.#end !== undefined) return this.#ended(this.#end);
    const waiting = Promise.withResolvers<Step<Value>>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  /** The reader has had enough: what else comes is dropped. */
  return(): Promise<Step<Value>> {
    this.#drop();
    this.#close({ kind: "done" });
    return this.#ended({ kind: "done" });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #take(): Item {
    const item = this.#items[this.#at] as Item;
    this.#at++;
    this.#readBytes += item.byteLength;
    if (this.#at === this.#items.length) {
      this.#items = [];
      this.#at = 0;
      this.#payBack();
    } else if (this.#readBytes >= payBackBytes) {
      const bytes = Math.min(this.#readBytes, this.#owedBytes);
      this.#readBytes = 0;
      this.#owedBytes -= bytes;
      this.#addCredit(bytes);
    }
    return item;
  }

  #result(item: Item): Promise<Step<Value>> {
    try {
      const value = this.#open(item);
      if (!(value instanceof Promise)) return Promise.resolve({ done: false, value });
      return handled(value.then((opened) => ({ done: false, value: opened })));
    } catch (error) {
      return handled(Promise.reject(error));
    }
  }

  /** Opens an item for a reader who waits for it. */
  #hand(item: Item, { promise, resolve, reject }: Waiting<Value>): void {
    try {
      const value = this.#open(item);
      if (!(value instanceof Promise)) {
        resolve({ done: false, value });
        return;
      }
      void handled(promise);
      resolve(value.then((opened) => ({ done: false, value: opened })));
    } catch (error) {
      void handled(promise);
      reject(error);
    }
  }

  #ended(end: End): Promise<Step<Value>> {
    this.#onOver();
    if (end.kind === "done") return Promise.resolve({ done: true, value: undefined });
    return handled(Promise.reject(end.error));
  }

  #payBack(): void {
    const bytes = this.#owedBytes;
    this.#owedBytes = 0;
    this.#readBytes = 0;
    if (bytes > 0) this.#addCredit(bytes);
  }

  #drop(): void {
    this.#items = [];
    this.#at = 0;
    this.#payBack();
  }

  #close(end: End): void {
    if (this.#end?.kind === "failed" && end.kind === "done") return;
    this.#end = end;
    if (this.#waiting.length === 0) return;
    for (const { promise, resolve } of this.#waiting.splice(0)) {
      void handled(promise);
      resolve(this.#ended(end));
    }
  }
}

type Step<Value> = IteratorResult<Value, undefined>;

type End = { readonly kind: "done" } | { readonly kind: "failed"; readonly error: unknown };

type Waiting<Value> = PromiseWithResolvers<Step<Value>>;

/** Credit is given for at least this many bytes at a time. */
const payBackBytes = 16_384;

/** Whoever awaits the promise still gets its error. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
