import type { Code } from "@connectrpc/connect";

/** How a call ended. */
export type CallCode = Code | 0;

/** One call. Changes once, when it ends. */
export interface CallNote {
  readonly beganMs: number;
  /** NaN while it runs. */
  endedMs: number;
  /** 0 if it went well. */
  code: CallCode;
}

/** One attempt. */
export interface AttemptNote {
  readonly beganMs: number;
  /** Id of the server. */
  readonly server: string;
  /** Whether it reached the server: a refused connection is no load. */
  readonly isSent: boolean;
  /** When it was answered well; NaN until then, and if it was not. */
  answeredMs: number;
}

/** What one client has done, in the order in which it began. */
export class Recorder {
  readonly calls: CallNote[] = [];
  readonly attempts: AttemptNote[] = [];

  beginCall(beganMs: number): CallNote {
    const note: CallNote = { beganMs, endedMs: Number.NaN, code: 0 };
    this.calls.push(note);
    return note;
  }

  beginAttempt(beganMs: number, server: string, isSent: boolean): AttemptNote {
    const note: AttemptNote = { beganMs, server, isSent, answeredMs: Number.NaN };
    this.attempts.push(note);
    return note;
  }
}
