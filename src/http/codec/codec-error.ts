/** Why a message could not be understood. Prepared objects: a malformed message costs the server no allocation. */
export interface CodecError {
  /** What a client is answered, when it still can be. */
  readonly status: number;
  /** `%RESPONSE_CODE_DETAILS%`, such as `http1.codec_error`. */
  readonly details: string;
  /** What exactly was wrong, for logs and the flow record. */
  readonly message: string;
}

function codecError(status: number, details: string, message: string): CodecError {
  return Object.freeze({ status, details, message });
}

const CODEC_ERROR = "http1.codec_error";
const INVALID_CHARACTERS = "http1.invalid_characters";

/** Everything HTTP/1 refuses (RFC 9112), with Envoy's names for the details where it has one. */
export const Http1Errors = {
  invalidMethod: codecError(400, CODEC_ERROR, "method is not a token"),
  invalidRequestLine: codecError(400, CODEC_ERROR, "request line is not METHOD SP target SP version"),
  invalidStatusLine: codecError(400, CODEC_ERROR, "status line is not version SP 3DIGIT SP reason"),
  invalidVersion: codecError(400, CODEC_ERROR, "version is not HTTP/1.0 or HTTP/1.1"),
  unsupportedVersion: codecError(505, CODEC_ERROR, "major version is not 1"),
  bareLineFeed: codecError(400, CODEC_ERROR, "line feed without carriage return"),
  bareCarriageReturn: codecError(400, CODEC_ERROR, "carriage return without line feed"),
  tooManyEmptyLines: codecError(400, CODEC_ERROR, "empty lines instead of a start line"),
  obsoleteFold: codecError(400, CODEC_ERROR, "field line continued on the next line"),
  spaceBeforeFirstField: codecError(400, CODEC_ERROR, "whitespace before the first field"),
  missingColon: codecError(400, CODEC_ERROR, "field line without colon"),
  spaceBeforeColon: codecError(400, CODEC_ERROR, "whitespace before the colon"),
  invalidName: codecError(400, INVALID_CHARACTERS, "field name is not a token"),
  unexpectedUnderscore: codecError(400, "http1.unexpected_underscore", "underscore in a field name"),
  invalidValue: codecError(400, INVALID_CHARACTERS, "control character in a field value"),
  invalidTarget: codecError(400, "http1.invalid_url", "request target is not valid"),
  invalidScheme: codecError(400, "http1.invalid_scheme", "scheme of the request target is neither http nor https"),
  httpsInPlaintext: codecError(
    403,
    "http1.https_url_on_plaintext_connection",
    "request target says https on a connection in the clear",
  ),
  invalidHost: codecError(400, "http1.invalid_url", "host is not an authority"),
  repeatedHost: codecError(400, CODEC_ERROR, "more than one host field"),
  headTooLarge: codecError(431, "http1.headers_too_large", "head exceeds the limit"),
  tooManyFields: codecError(431, "http1.too_many_headers", "more fields than allowed"),
  trailersTooLarge: codecError(431, "http1.trailers_too_large", "trailer section exceeds the limit"),
  invalidContentLength: codecError(400, CODEC_ERROR, "content-length is not a number of at most 15 digits"),
  conflictingContentLength: codecError(400, CODEC_ERROR, "content-length is repeated with another value"),
  lengthAndCoding: codecError(
    400,
    "http1.content_length_and_chunked_not_allowed",
    "content-length together with transfer-encoding",
  ),
  unknownTransferCoding: codecError(501, "http1.invalid_transfer_encoding", "transfer coding is not implemented"),
  chunkedNotFinal: codecError(400, "http1.invalid_transfer_encoding", "chunked is not the final transfer coding"),
  codingNotAllowed: codecError(400, "http1.transfer_encoding_not_allowed", "transfer-encoding in an HTTP/1.0 message"),
  bodyNotAllowed: codecError(400, "http1.body_disallowed", "body of a CONNECT request"),
  invalidConnectionHeader: codecError(400, "http1.connection_header_rejected", "connection names a protected field"),
  invalidChunkSize: codecError(400, CODEC_ERROR, "chunk size is not a hexadecimal number"),
  chunkTooLarge: codecError(400, CODEC_ERROR, "chunk size has more than 13 digits behind its zeros"),
  chunkExtensionTooLarge: codecError(400, CODEC_ERROR, "chunk extensions exceed the limit"),
  invalidChunkExtension: codecError(400, CODEC_ERROR, "chunk extensions are not names with values"),
  missingChunkEnd: codecError(400, CODEC_ERROR, "chunk data is not followed by CRLF"),
  idleTimeout: codecError(400, CODEC_ERROR, "408 on a connection that awaits no response"),
  unsolicitedBytes: codecError(400, CODEC_ERROR, "bytes on a connection that awaits no response"),
  upgradeNotAsked: codecError(400, CODEC_ERROR, "101 to a request without upgrade"),
  upgradeNotNamed: codecError(400, CODEC_ERROR, "101 that does not name the protocol"),
  upgradeBeforeRequestEnd: codecError(400, CODEC_ERROR, "upgrade accepted before the request was complete"),
} as const;
