/**
 * A header field with what the rules of HTTP/2 say about it, judged once: entries of the tables keep the verdict.
 *
 * @see RFC 9113 sections 8.2 and 8.3
 */

/** Bits that {@link HeaderField.mark} and the marks of a list are made of. */
export const fieldMark = {
  method: 1,
  scheme: 2,
  path: 4,
  authority: 8,
  status: 16,
  protocol: 32,
  /** Any of the pseudo-header fields above. */
  anyPseudo: 63,
  /** An ordinary field; a pseudo-header field after one is malformed. */
  ordinary: 64,
  contentLength: 128,
  /** Name or value breaks a rule. */
  malformed: 256,
  /** A `:status` of 100 to 199. */
  informational: 512,
  /** What the name allows depends on the value. */
  valueMatters: 1024,
} as const;

/** Bytes that each entry counts beyond its name and value. @see RFC 7541 section 4.1 */
export const entryOverheadBytes = 32;

/** One name and value as HPACK tables hold them. */
export class HeaderField {
  readonly name: string;
  readonly value: string;
  /** Name, value and {@link entryOverheadBytes}, in bytes. */
  readonly sizeBytes: number;
  /** Bits of {@link fieldMark}. */
  readonly mark: number;
  /** What the name alone says of {@link mark}; fields with the same name share it. */
  readonly nameMark: number;

  constructor(name: string, value: string, nameMark: number = judgeName(name)) {
    this.name = name;
    this.value = value;
    this.sizeBytes = name.length + value.length + entryOverheadBytes;
    this.nameMark = nameMark;
    const mark = (nameMark & fieldMark.valueMatters) === 0 ? nameMark : judgeValue(nameMark, value);
    this.mark = isFieldValue(value) ? mark : mark | fieldMark.malformed;
  }
}

/** Whether `name` may be the name of an ordinary field: visible ASCII without capitals or colons. */
export function isFieldName(name: string): boolean {
  return namePattern.test(name);
}

/** Whether `value` has no NUL, CR or LF, no character beyond U+00FF, and no blank at either end. */
export function isFieldValue(value: string): boolean {
  const last = value.length - 1;
  if (last < 0) return true;
  if (isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(last))) return false;
  for (let i = 0; i <= last; i++) {
    const code = value.charCodeAt(i);
    if (code > 0xff || code === 0 || code === 10 || code === 13) return false;
  }
  return true;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is excluded
const namePattern = /^[^\x00-\x20A-Z:\x7f-\uffff]+$/;

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

const { valueMatters, malformed } = fieldMark;

const pseudoMarks = new Map<string, number>([
  [":method", fieldMark.method],
  [":scheme", fieldMark.scheme],
  [":path", fieldMark.path | valueMatters],
  [":authority", fieldMark.authority],
  [":status", fieldMark.status | valueMatters],
  [":protocol", fieldMark.protocol],
]);

/** Fields that speak about an HTTP/1 connection, and two about which there is something to say. */
const ordinaryMarks = new Map<string, number>([
  // RFC 9113 section 8.2.2
  ["connection", malformed],
  ["keep-alive", malformed],
  ["proxy-connection", malformed],
  ["transfer-encoding", malformed],
  ["upgrade", malformed],
  ["te", fieldMark.ordinary | valueMatters],
  ["content-length", fieldMark.ordinary | fieldMark.contentLength],
]);

function judgeName(name: string): number {
  if (name.charCodeAt(0) === 58) return pseudoMarks.get(name) ?? malformed;
  return ordinaryMarks.get(name) ?? (isFieldName(name) ? fieldMark.ordinary : malformed);
}

function judgeValue(nameMark: number, value: string): number {
  const mark = nameMark & ~valueMatters;
  if (mark === fieldMark.path) return value === "" ? mark | malformed : mark;
  if (mark === fieldMark.ordinary) return value === "trailers" ? mark : mark | malformed;
  // 101 does not exist in HTTP/2 (RFC 9113 section 8.6).
  if (!/^[1-9]\d\d$/.test(value) || value === "101") return mark | malformed;
  return value.startsWith("1") ? mark | fieldMark.informational : mark;
}
