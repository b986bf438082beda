import {
  clientPreface,
  frameHeaderBytes,
  initialWindowBytes,
  SettingId,
} from "../frames/frame-type.js";
import { writeSettings } from "../frames/frame-writer.js";
import type { Connection } from "./connection.js";

/** Sends what either side begins with: preface (client), SETTINGS, and the connection's window. */
export function sendOpening(connection: Connection): void {
  const { options, out, isServer } = connection;
  if (!isServer) out.append(clientPreface);
  const settings: [number, number][] = [
    [SettingId.HEADER_TABLE_SIZE, options.headerTableBytes],
    isServer
      ? [SettingId.MAX_CONCURRENT_STREAMS, options.maxConcurrentStreams]
      : [SettingId.ENABLE_PUSH, 0],
    [SettingId.INITIAL_WINDOW_SIZE, options.streamWindowBytes],
    [SettingId.MAX_FRAME_SIZE, options.maxFrameBytes],
    [SettingId.MAX_HEADER_LIST_SIZE, options.maxHeaderListBytes],
  ];
  const at = out.reserve(frameHeaderBytes + settings.length * 6);
  out.commit(writeSettings(out.slab, at, settings));
  const increment = options.connectionWindowBytes - initialWindowBytes;
  if (increment > 0) connection.writeWindowUpdate(0, increment);
  connection.link.deadlines.set("preface", options.prefaceTimeoutMs);
  connection.link.deadlines.set("settings", options.settingsTimeoutMs);
  connection.noteQuiet();
}
