import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldOf, MalformedMessageError, readRequest, readResponse } from "./http-message.js";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

describe("readResponse", () => {
  test("a body by content-length, and what follows left alone", () => {
    const response = readResponse(bytes("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: 1\r\nx-a: 2\r\n\r\nokHTTP/1.1"));
    assert.equal(response?.status, 200);
    assert.equal(response.reason, "OK");
    assert.equal(response.body.toString(), "ok");
    assert.equal(response.framing, "length");
    assert.equal(fieldOf(response, "X-A"), "1, 2");
    assert.equal(fieldOf(response, "x-b"), null);
    assert.equal(response.raw.toString().slice(-2), "ok");
  });

  test("a chunked body with trailers", () => {
    const text =
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\nx-sum: 13\r\n\r\n";
    const response = readResponse(bytes(`${text}rest`));
    assert.equal(response?.body.toString(), "abc0123456789");
    assert.deepEqual(response.trailers, [["x-sum", "13"]]);
    assert.equal(response.raw.length, text.length);
  });

  test("a body that ends with the connection", () => {
    const text = bytes("HTTP/1.1 200 OK\r\n\r\nall that comes");
    assert.equal(readResponse(text), null);
    assert.equal(readResponse(text, { ended: true })?.body.toString(), "all that comes");
  });

  test("no body after HEAD, 1xx, 204 and 304, whatever the fields say", () => {
    const head = readResponse(bytes("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"), { head: true });
    assert.equal(head?.framing, "none");
    for (const status of ["100 Continue", "204 No Content", "304 Not Modified"]) {
      assert.equal(readResponse(bytes(`HTTP/1.1 ${status}\r\n\r\nHTTP`))?.body.length, 0);
    }
  });

  test("every prefix of a complete message is incomplete", () => {
    const whole = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx: y\r\n\r\n";
    for (let size = 0; size < whole.length; size++) assert.equal(readResponse(bytes(whole.slice(0, size))), null);
    assert.notEqual(readResponse(bytes(whole)), null);
  });

  const malformed = {
    "a bare LF": "HTTP/1.1 200 OK\r\na: b\nc: d\r\n\r\n",
    "a NUL": "HTTP/1.1 200 OK\r\na: \0\r\n\r\n",
    "a space before the colon": "HTTP/1.1 200 OK\r\na : b\r\n\r\n",
    "a folded line": "HTTP/1.1 200 OK\r\na: b\r\n c\r\n\r\n",
    "two lengths": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\na",
    "a length and chunked": "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a signed length": "HTTP/1.1 200 OK\r\ncontent-length: +1\r\n\r\na",
    "an unknown coding": "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
    "a chunk extension": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1;a\r\nx\r\n0\r\n\r\n",
    "a chunk longer than its size": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nxyz\r\n0\r\n\r\n",
    "a bad status line": "HTTP/2 200\r\n\r\n",
    "a version that does not exist": "HTTP/1.2 200 OK\r\n\r\n",
  };
  for (const [name, text] of Object.entries(malformed)) {
    test(`malformed: ${name}`, () => {
      assert.throws(() => readResponse(bytes(text)), MalformedMessageError);
    });
  }
});

describe("readRequest", () => {
  test("a request without a body", () => {
    const request = readRequest(bytes("GET /a?b HTTP/1.1\r\nhost: a\r\n\r\nGET /next"));
    assert.deepEqual([request?.method, request?.target, request?.version], ["GET", "/a?b", "HTTP/1.1"]);
    assert.equal(request?.framing, "none");
    assert.equal(request?.raw.length, 30);
  });

  test("a request with a body", () => {
    assert.equal(readRequest(bytes("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab")), null);
    assert.equal(readRequest(bytes("POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"))?.body.toString(), "abc");
  });

  test("malformed: a space in the target", () => {
    assert.throws(() => readRequest(bytes("GET /a b HTTP/1.1\r\n\r\n")), MalformedMessageError);
  });
});
