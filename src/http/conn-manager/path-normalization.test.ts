import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { hasEscapedSlash, mergeSlashes, normalizePath, unescapeSlashes } from "./path-normalization.js";

const NORMALIZED: readonly (readonly [path: string, normalized: string | null])[] = [
  ["/", "/"],
  ["/a/b.html?c=/../d", "/a/b.html?c=/../d"],
  // RFC 3986 5.2.4: dot segments.
  ["/./a", "/a"],
  ["/a/.", "/a/"],
  ["/a/./b", "/a/b"],
  ["/a/..", "/"],
  ["/a/b/..", "/a/"],
  ["/a/b/../c", "/a/c"],
  ["/a/b/../../c/", "/c/"],
  ["/..", "/"],
  ["/../..", "/"],
  ["/../../etc/passwd", "/etc/passwd"],
  // Only whole segments are dots.
  ["/a/.b", "/a/.b"],
  ["/a/..b/c..", "/a/..b/c.."],
  ["/a/...", "/a/..."],
  // Encoded dots are dots (RFC 3986 6.2.2.2).
  ["/a/%2e%2E/b", "/b"],
  ["/a/.%2e", "/"],
  ["/a%2eb", "/a.b"],
  // Unreserved characters are decoded, others stay as they are, down to the case of their digits.
  ["/%61%5A%30%2d%5f%7e", "/aZ0-_~"],
  ["/%2f%2F%3a%3A%20%c3%A4", "/%2f%2F%3a%3A%20%c3%A4"],
  ["/a?%61", "/a?%61"],
  // A backslash is a slash.
  ["/a\\b", "/a/b"],
  ["/a\\..\\b", "/b"],
  ["\\a", "/a"],
  // What no path has is written as it should have been.
  ['/"<>^`{|}', "/%22%3C%3E%5E%60%7B%7C%7D"],
  // Adjacent slashes stay; a dot segment takes an empty one away.
  ["//a//b", "//a//b"],
  ["/a//../b", "/a/b"],
  // A percent sign that begins no escape passes, and never becomes one.
  ["/%", "/%"],
  ["/%zz", "/%zz"],
  ["/%2", "/%2"],
  ["/%%30%30", "/%2500"],
  ["/%%300", "/%2500"],
  ["/%2%35", "/%2525"],
  // NUL ends strings.
  ["/a%00b", null],
  ["/a?%00", "/a?%00"],
  // The query begins at the first question mark.
  ["/a/..?b/../c", "/?b/../c"],
];

describe("normalize_path", () => {
  for (const [path, normalized] of NORMALIZED) {
    test(`${path} becomes ${normalized}`, () => assert.equal(normalizePath(path), normalized));
  }

  const paths = fc
    .array(fc.constantFrom("/", "\\", ".", "..", "%2e", "%2F", "%5c", "%", "%61", "a", "0", "3", "?", "%00", "^"))
    .map((parts) => `/${parts.join("")}`);

  test("what is normal stays, and has no dot segment", () => {
    fc.assert(
      fc.property(paths, (path) => {
        const normal = normalizePath(path);
        if (normal === null) {
          assert.ok(path.includes("%00"));
          return;
        }
        assert.equal(normalizePath(normal), normal);
        assert.doesNotMatch(normal.split("?")[0] as string, /\/\.{1,2}(\/|$)|\\|^[^/]/);
      }),
    );
  });
});

describe("escaped slashes", () => {
  test("are found in the path alone", () => {
    assert.deepEqual(["/a%2fb", "/a%5Cb", "/a?%2f", "/a", "/%20"].map(hasEscapedSlash), [
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test("are unescaped in the path alone, once", () => {
    assert.equal(unescapeSlashes("/a%2Fb%5cc?d=%2f"), "/a/b\\c?d=%2f");
    assert.equal(unescapeSlashes("/%252f"), "/%252f");
  });
});

test("merge_slashes leaves the query", () => {
  assert.equal(mergeSlashes("//a///b//?c=//"), "/a/b/?c=//");
  assert.equal(mergeSlashes("//"), "/");
  assert.equal(mergeSlashes("/a/b"), "/a/b");
});
