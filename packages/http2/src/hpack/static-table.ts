import { HeaderField } from "./header-field.js";

/** Entries that both ends know from the start; index 1 is at place 0. @see RFC 7541 appendix A */
export const staticTable: readonly HeaderField[] = [
  ":authority|",
  ":method|GET|POST",
  ":path|/|/index.html",
  ":scheme|http|https",
  ":status|200|204|206|304|400|404|500",
  "accept-charset|",
  "accept-encoding|gzip, deflate",
  ...(
    "accept-language accept-ranges accept access-control-allow-origin age allow authorization " +
    "cache-control content-disposition content-encoding content-language content-length " +
    "content-location content-range content-type cookie date etag expect expires from host " +
    "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link " +
    "location max-forwards proxy-authenticate proxy-authorization range referer refresh " +
    "retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary " +
    "via www-authenticate"
  )
    .split(" ")
    .map((name) => `${name}|`),
].flatMap((row) => {
  const [name, ...values] = row.split("|");
  return values.map((value) => new HeaderField(name as string, value));
});

/** Index of the first entry of the dynamic table. @see RFC 7541 section 2.3.3 */
export const firstDynamicIndex: number = staticTable.length + 1;
