import { defaultPort, formatAddress, parseAddresses } from "./address.js";

describe("parseAddresses", () => {
  test.each([
    { url: "tri://127.0.0.1:20000", host: "127.0.0.1", port: 20_000 },
    { url: "127.0.0.1:20000", host: "127.0.0.1", port: 20_000 },
    { url: "tri://greeter", host: "greeter", port: defaultPort },
    { url: "greeter", host: "greeter", port: 50_051 },
    { url: "greeter:1", host: "greeter", port: 1 },
    { url: "greeter:65535", host: "greeter", port: 65_535 },
    { url: "tri://[::1]:7", host: "::1", port: 7 },
    { url: "[2001:db8::1]", host: "2001:db8::1", port: defaultPort },
    { url: "[::ffff:10.0.0.1]:7", host: "::ffff:10.0.0.1", port: 7 },
    { url: "tri://greeter:7/greet.GreetService", host: "greeter", port: 7 },
    { url: "greeter:7/a//b", host: "greeter", port: 7 },
    { url: "tri/path", host: "tri", port: defaultPort },
    { url: "greeter/", host: "greeter", port: defaultPort },
    { url: "Greeter.Example:7", host: "greeter.example", port: 7 },
    { url: "[2001:DB8::1]:7", host: "2001:db8::1", port: 7 },
    { url: "  greeter:7  ", host: "greeter", port: 7 },
    { url: "my_greeter-1.example.com.:7", host: "my_greeter-1.example.com.", port: 7 },
  ])("reads $url", ({ url, host, port }) => {
    expect(parseAddresses(url)).toEqual([{ host, port, params: {} }]);
  });

  test.each([
    { url: "unix:/run/greeter.sock", path: "/run/greeter.sock" },
    { url: "unix:///run/greeter.sock", path: "/run/greeter.sock" },
    { url: "unix:greeter.sock", path: "greeter.sock" },
    { url: "unix:./50051", path: "./50051" },
    { url: "unix:/run/a b#%20:[1]", path: "/run/a b#%20:[1]" },
    { url: "unix:/Run/Greeter", path: "/Run/Greeter" },
    { url: `unix:/${"x".repeat(106)}`, path: `/${"x".repeat(106)}` },
  ])("reads the socket of $url", ({ url, path }) => {
    expect(parseAddresses(url)).toEqual([{ path, params: {} }]);
  });

  test("reads what a provider on a socket says", () => {
    expect(parseAddresses("unix:/run/a?weight=5;unix:/run/b")).toEqual([
      { path: "/run/a", params: { weight: "5" } },
      { path: "/run/b", params: {} },
    ]);
  });

  test.each([
    { url: "unix:", text: "url has no path of a socket: 'unix:'" },
    { url: "unix:?weight=5", text: "url has no path of a socket" },
    {
      url: "unix:50051",
      text: "url has no path of a socket: 'unix:50051'; for a host of this name use tri://unix",
    },
    { url: "unix://greeter.sock", text: "url has a host before a path: 'unix://greeter.sock'" },
    { url: "unix:/a\0b", text: "must be the path of a socket" },
    { url: "tri+unix:///run/x", text: "unknown scheme 'tri+unix'" },
    { url: "UNIX:/run/x", text: "url begins with 'UNIX:/'" },
  ])("refuses the socket of $url, saying why", ({ url, text }) => {
    expect(() => parseAddresses(url)).toThrow(TypeError);
    expect(() => parseAddresses(url)).toThrow(text);
  });

  test("refuses a path that is too long for a socket, naming the bound", () => {
    const parse = () => parseAddresses(`unix:/${"ä".repeat(54)}`);
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow("must be at most 107 bytes long, got 109");
  });

  test.each([
    { query: "?weight=50&zone=a", params: { weight: "50", zone: "a" } },
    { query: "/path?weight=50", params: { weight: "50" } },
    { query: "?zone=eu%20west", params: { zone: "eu west" } },
    { query: "?zone=a/b?c", params: { zone: "a/b?c" } },
    { query: "?zone=a&zone=b", params: { zone: "b" } },
    { query: "?zone=a,b", params: { zone: "a,b" } },
    { query: "?flag", params: { flag: "" } },
    { query: "?", params: {} },
  ])("reads what providers say in $query", ({ query, params }) => {
    expect(parseAddresses(`greeter:7${query}`)).toEqual([{ host: "greeter", port: 7, params }]);
  });

  test.each([
    { name: "a list", url: ["a:1", "b:2"] },
    { name: "one text", url: "a:1;b:2" },
    { name: "a text with blanks and empty parts", url: " a:1 ;; b:2; " },
    { name: "a list of both", url: ["a:1;b:2", ""] },
  ])("reads several addresses from $name", ({ url }) => {
    expect(parseAddresses(url).map(formatAddress)).toEqual(["a:1", "b:2"]);
  });

  test.each([
    { url: undefined, text: 'url must be text such as "tri://127.0.0.1:50051", got undefined' },
    { url: 20_000, text: "got 20000" },
    { url: ["a", 7], text: "got 7" },
    { url: [["a"]], text: "got [ 'a' ]" },
    { url: "", text: "url names no address, got ''" },
    { url: " ; ", text: "url names no address, got ' ; '" },
    { url: [], text: "url names no address, got []" },
    {
      url: "http://a:1",
      text: "url has the unknown scheme 'http', known is \"tri\": 'http://a:1'; use tri:// instead of http://",
    },
    { url: "https://a", text: "'https://a'; use tri:// instead of https://" },
    { url: "dubbo://a", text: /'dubbo:\/\/a'$/ },
    { url: "TRI://a", text: "unknown scheme 'TRI'" },
    { url: "://a", text: "unknown scheme ''" },
    { url: "tri://", text: "url has no host: 'tri://'" },
    { url: "tri://:7", text: "url has no host: 'tri://:7'" },
    { url: "tri:///path", text: "url has no host" },
    { url: "?zone=a", text: "url has no host" },
    { url: "me@greeter:7", text: "url has a host that is no host name: 'me@greeter:7'" },
    { url: "my greeter", text: "url has a host that is no host name" },
    { url: "greeter%20", text: "url has a host that is no host name" },
    { url: "[::1", text: "url is not an address: '[::1'" },
    { url: "[greeter]:7", text: "url is not an address" },
    { url: "[::::]:1", text: "url has a host that is no IPv6 address: '[::::]:1'" },
    { url: "[10.0.0.1]:1", text: "url has a host that is no IPv6 address" },
    {
      url: "127.0.0.1,127.0.0.2:1",
      text: "url has a comma, which joins no addresses: '127.0.0.1,127.0.0.2:1'; use a semicolon or a list",
    },
    { url: "a:1,b:2", text: "url has a comma" },
    {
      url: "tri//127.0.0.1:20000",
      text: "url begins with 'tri//': 'tri//127.0.0.1:20000'; use tri://host:port",
    },
    { url: "tri:/127.0.0.1:20000", text: "url begins with 'tri:/'" },
    { url: "http//a:1", text: "url begins with 'http//'" },
    {
      url: "tri://::1:20000",
      text: "url has an IPv6 host without brackets: 'tri://::1:20000'; put an IPv6 host in brackets, as in [::1]:50051",
    },
    { url: "::1", text: "put an IPv6 host in brackets" },
    { url: "2001:db8::1/path", text: "put an IPv6 host in brackets" },
    { url: "[::1]x", text: "url is not an address" },
    { url: "greeter#top", text: "url is not an address" },
  ])("refuses $url, saying why", ({ url, text }) => {
    expect(() => parseAddresses(url)).toThrow(TypeError);
    expect(() => parseAddresses(url)).toThrow(text);
  });

  test.each([
    { port: "0", got: "0" },
    { port: "65536", got: "65536" },
    { port: "", got: "''" },
    { port: "-1", got: "'-1'" },
    { port: "7.5", got: "'7.5'" },
    { port: "0x50", got: "'0x50'" },
    { port: "1:2", got: "'1:2'" },
  ])("refuses the port '$port', naming bounds and value", ({ port, got }) => {
    const parse = () => parseAddresses(`a:${port}`);
    const text = `port of url 'a:${port}' must be a whole number from 1 to 65535, got ${got}`;
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow(text);
  });
});

describe("formatAddress", () => {
  test.each([
    { host: "10.0.0.1", port: 7, text: "10.0.0.1:7" },
    { host: "greeter", port: 50_051, text: "greeter:50051" },
    { host: "::1", port: 7, text: "[::1]:7" },
  ])("writes $text, which reads back as the same", ({ host, port, text }) => {
    expect(formatAddress({ host, port })).toBe(text);
    expect(parseAddresses(text)).toEqual([{ host, port, params: {} }]);
  });

  test("writes the path of a socket, which reads back as the same", () => {
    expect(formatAddress({ path: "/run/x" })).toBe("unix:/run/x");
    expect(parseAddresses("unix:/run/x")).toEqual([{ path: "/run/x", params: {} }]);
  });
});
