import type { HeaderList, StreamEnd, StreamSink } from "../index.js";

/** Keeps what happens on a stream, in order. */
export class RecordingSink implements StreamSink {
  readonly credit: "auto" | "manual";
  readonly log: string[] = [];
  readonly content: Buffer[] = [];
  readonly ended: Promise<StreamEnd>;
  end: StreamEnd | undefined;
  /** Called with each slice. */
  onBytes: (bytes: Buffer, endStream: boolean) => void = () => undefined;
  onRoom: () => void = () => undefined;
  #resolve: (end: StreamEnd) => void = () => undefined;

  constructor(credit: "auto" | "manual" = "auto") {
    this.credit = credit;
    this.ended = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get text(): string {
    return Buffer.concat(this.content).toString("latin1");
  }

  get receivedBytes(): number {
    return this.content.reduce((sum, part) => sum + part.length, 0);
  }

  onHeaders(headers: HeaderList, endStream: boolean): void {
    this.#note("headers", headers.toFlat().join(" "), endStream);
  }

  onInformational(headers: HeaderList): void {
    this.#note("informational", headers.toFlat().join(" "), false);
  }

  onData(bytes: Buffer, endStream: boolean): void {
    this.content.push(bytes);
    this.#note("data", String(bytes.length), endStream);
    this.onBytes(bytes, endStream);
  }

  onTrailers(headers: HeaderList): void {
    this.#note("trailers", headers.toFlat().join(" "), false);
  }

  onWritable(): void {
    this.log.push("writable");
    this.onRoom();
  }

  onEnd(end: StreamEnd): void {
    if (this.end !== undefined) throw new Error("ended twice");
    this.end = end;
    this.log.push(`end ${end.kind}`);
    this.#resolve(end);
  }

  #note(what: string, detail: string, endStream: boolean): void {
    if (this.end !== undefined) throw new Error(`${what} after the end`);
    this.log.push(`${what} ${detail}${endStream ? " (end)" : ""}`);
  }
}
