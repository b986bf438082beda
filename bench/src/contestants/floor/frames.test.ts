import { PassThrough } from "node:stream";
import { MessageReader } from "../message-reader.js";
import { dataFrame, endStreamFlag, FrameReader, FrameWriter, headersFrame } from "./frames.js";

describe("the floor's frames", () => {
  test.each([11, 16_379, 16_380, 200_000])(
    "carry a message of %d bytes, in chunks that fall anywhere",
    async (messageBytes) => {
      const wire = new PassThrough({ highWaterMark: 1 << 20 });
      const writer = new FrameWriter(wire);
      writer.frame(headersFrame, 0, 7, Buffer.alloc(24));
      writer.message(endStreamFlag, 7, Buffer.alloc(messageBytes, 1));
      await new Promise((resolve) => setImmediate(resolve));
      const bytes: Buffer = wire.read();

      const ends: number[] = [];
      const messages: number[] = [];
      const reader = new MessageReader((payload) => messages.push(payload.length));
      const frames = new FrameReader((type, flags, streamId, payload) => {
        expect(streamId).toBe(7);
        ends.push(flags);
        for (const data of type === dataFrame ? [payload] : []) reader.push(data);
      });
      for (let at = 0; at < bytes.length; at += 1_000) frames.push(bytes.subarray(at, at + 1_000));
      expect(messages).toEqual([messageBytes]);
      expect(ends.filter((flags) => flags === endStreamFlag)).toEqual([endStreamFlag]);
      expect(ends.at(-1)).toBe(endStreamFlag);
    },
  );
});
