import { describe } from "node:test";
import { testAccepted, testRefused } from "./parsed-messages.test.support.js";

function request(target: string, method = "GET", host = "Host: a\r\n"): string {
  return `${method} ${target} HTTP/1.1\r\n${host}\r\n`;
}

describe("absolute-form (RFC 9112 3.2.2)", () => {
  testAccepted("request", [
    ["its authority replaces host", request("http://b:81/c?d"), "GET /c?d HTTP/1.1 to http://b:81"],
    ["also an empty host", request("http://b/", "GET", "Host:\r\n"), "GET / HTTP/1.1 to http://b"],
    ["the scheme's case means nothing (RFC 9110 4.2.3)", request("hTTp://b/"), "GET / HTTP/1.1 to http://b"],
    ["an empty path is / (RFC 9112 3.2.1)", request("http://b"), "GET / HTTP/1.1 to http://b"],
    ["an empty path with a query", request("http://b?c/d"), "GET /?c/d HTTP/1.1 to http://b"],
    ["OPTIONS for the whole server (RFC 9112 3.2.4)", request("http://b", "OPTIONS"), "OPTIONS * HTTP/1.1 to http://b"],
    ["OPTIONS with a path", request("http://b/c", "OPTIONS"), "OPTIONS /c HTTP/1.1 to http://b"],
    ["another target inside the path", request("http://b/http://c/"), "GET /http://c/ HTTP/1.1 to http://b"],
    ["an IPv6 address (RFC 3986 3.2.2)", request("http://[::1]:81/"), "GET / HTTP/1.1 to http://[::1]:81"],
    [
      "without host the request has none: HTTP/1.1 must send one (RFC 9112 3.2)",
      request("http://b/", "GET", ""),
      "GET / HTTP/1.1 to http://",
    ],
    ["HTTP/1.0 need not", "GET http://b/ HTTP/1.0\r\n\r\n", "GET / HTTP/1.0 to http://b"],
  ]);

  testAccepted("request", [["https", request("https://b/"), "GET / HTTP/1.1 to https://b"]], {
    allowHttpsTarget: true,
  });

  const targets = [
    "http:///a",
    "http://",
    "http:/b/",
    "http:b",
    "http//b/",
    "//",
    "b",
    "b/c",
    "?a",
    "a:80",
    "http://u@b/",
    "http://u:p@b/",
    "http://b:x/",
    "http://b:65536/",
    "http://b:80:81/",
    "http://b,c/",
    "http://b\\c/",
    "http://[::1/",
    "http://[::1]x/",
    "http://b%2/",
    "http://b|c/",
  ].filter((target) => target !== "//");
  testRefused(
    "request",
    targets.map((target) => [`${target} is none`, request(target), "invalidTarget"] as const),
  );
  testRefused("request", [
    ["the scheme of another protocol", request("ftp://b/"), "invalidScheme"],
    ["javascript:", request("javascript://b/"), "invalidScheme"],
    ["no scheme", request("://b/"), "invalidScheme"],
    ["https in the clear (RFC 9110 4.2.2)", request("HTTPS://b/"), "httpsInPlaintext"],
    ["userinfo counts before it", request("https://u@b/"), "invalidTarget"],
  ]);
});

describe("absolute-form that is not taken apart (allow_absolute_url)", () => {
  testAccepted(
    "request",
    [
      ["it is the path, for the connection manager to refuse", request("http://b/c"), "GET http://b/c HTTP/1.1 to a"],
      ["other forms are the same", request("*", "OPTIONS"), "OPTIONS * HTTP/1.1 to a"],
    ],
    { allowAbsoluteUrl: false },
  );
});

describe("authority-form (RFC 9112 3.2.3)", () => {
  testAccepted("request", [
    ["a name and a port", request("b:443", "CONNECT"), "CONNECT  HTTP/1.1 to b:443"],
    ["an IPv6 address and a port", request("[::1]:443", "CONNECT"), "CONNECT  HTTP/1.1 to [::1]:443"],
    ["without host the request has none (RFC 9112 3.2)", request("b:443", "CONNECT", ""), "CONNECT  HTTP/1.1 to "],
  ]);
  const targets = [
    "b",
    "b:",
    "b:0",
    "b:65536",
    "b:x",
    ":443",
    "[::1]",
    "[::1]:",
    "/",
    "*",
    "http://b:443/",
    "u@b:443",
    "b:443/",
  ];
  testRefused(
    "request",
    targets.map((target) => [`CONNECT ${target} is none`, request(target, "CONNECT"), "invalidTarget"] as const),
  );
});

describe("asterisk-form (RFC 9112 3.2.4)", () => {
  testAccepted("request", [["OPTIONS", request("*", "OPTIONS"), "OPTIONS * HTTP/1.1 to a"]]);
  testRefused("request", [
    ["any other method", request("*"), "invalidTarget"],
    ["more than the asterisk", request("*/", "OPTIONS"), "invalidTarget"],
  ]);
});

describe("host (RFC 9112 3.2, RFC 9110 7.2)", () => {
  const accepted = [
    "a",
    "A.example",
    "a_b.example",
    "a.example.",
    "a:80",
    "a:",
    "a:65535",
    "127.0.0.1",
    "[::1]",
    "[::ffff:1.2.3.4]:80",
    "xn--nxasmq6b",
    "a%2Db",
    "a~!$&'()*+;=b",
    "",
  ];
  testAccepted(
    "request",
    accepted.map(
      (host) => [`"${host}"`, request("/", "GET", `Host: ${host}\r\n`), `GET / HTTP/1.1 to ${host}`] as const,
    ),
  );
  const refused = [
    "a b",
    "a,b",
    "a/b",
    "a?b",
    "a#b",
    "u@a",
    "a\\b",
    "a:b",
    "a:80:80",
    "a:65536",
    "a:-1",
    ":80",
    "\xe4",
    "a\tb",
    "a%",
    "a%2",
    "a%zz",
    "[",
    "[]",
    "[::1",
    "[::1]a",
    "[1.2.3.4]",
    "[:::]",
    "[fe80::1%25eth0]",
    "[v1.a]",
    "::1",
    'a"b',
    "a<b>",
    "a|b",
  ];
  testRefused(
    "request",
    refused.map((host) => [`"${host}" is refused`, request("/", "GET", `Host: ${host}\r\n`), "invalidHost"] as const),
  );
  testAccepted("request", [
    ["none: the connection manager refuses it, HTTP/1.0 needs none", request("/", "GET", ""), "GET / HTTP/1.1 to "],
  ]);
});
