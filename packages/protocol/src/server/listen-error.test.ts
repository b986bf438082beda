import { listenError } from "./listen-error.js";

describe("listenError", () => {
  test.each([
    { code: "EADDRINUSE", why: "another program is using it" },
    { code: "EACCES", why: "this user may not use it" },
    { code: "EADDRNOTAVAIL", why: "this machine does not have that address" },
    { code: "ENOTFOUND", why: "no such host name" },
    { code: "ENOENT", why: "its folder does not exist" },
    { code: "ENOTSOCK", why: "a file that is no socket has this name" },
    { code: "EMFILE", why: "too many open files" },
  ])("says of $code: $why", ({ code, why }) => {
    const cause = Object.assign(new Error("too many open files"), { code });
    expect(listenError({ host: "::1", port: 80 }, cause)).toMatchObject({
      message: `cannot listen on port 80 of ::1: ${why} (${code})`,
      cause,
    });
    expect(listenError({ host: undefined, port: 80 }, cause).message).toMatch(
      "cannot listen on port 80: ",
    );
    expect(listenError({ path: "/run/x" }, cause).message).toMatch(
      `cannot listen on unix:/run/x: ${why}`,
    );
  });
});
