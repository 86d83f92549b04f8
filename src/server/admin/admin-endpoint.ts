/*
 * What an endpoint of the admin interface is. Endpoints know neither sockets nor `node:http`: they turn a request into
 * a response, and say enough about themselves to be listed by `/help` and on the index page.
 */

/** What endpoints may know of a request. */
export interface AdminRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  /** Empty unless the endpoint asks for it. */
  readonly body: string;
}

export interface AdminResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Called once the response has been written, or the client is gone; for what ends the process. */
  readonly afterwards: (() => void) | null;
}

/** A query parameter, as `/help` lists it. */
export interface AdminParameter {
  readonly name: string;
  readonly help: string;
  /** What it may be set to; null for any text, empty when it counts by being there. */
  readonly choices: readonly string[] | null;
}

export interface AdminEndpoint {
  /** With the leading slash; matched exactly. */
  readonly path: string;
  readonly help: string;
  /** Changes the server, so only POST is allowed: a link that someone follows must not. */
  readonly mutates: boolean;
  /** The request's body says what is wanted; all other bodies are left unread. */
  readonly readsBody?: boolean;
  readonly parameters: readonly AdminParameter[];
  /** May throw or reject: the client then gets a 500, and the log the error. */
  handle(request: AdminRequest): AdminResponse | Promise<AdminResponse>;
}

export const TEXT_TYPE = "text/plain; charset=UTF-8";
const JSON_TYPE = "application/json";

export function textResponse(body: string, status = 200): AdminResponse {
  return { status, contentType: TEXT_TYPE, body, afterwards: null };
}

export function jsonResponse(value: object): AdminResponse {
  return jsonTextResponse(`${JSON.stringify(value, null, 1)}\n`);
}

/** @param body JSON already. */
export function jsonTextResponse(body: string): AdminResponse {
  return { status: 200, contentType: JSON_TYPE, body, afterwards: null };
}

export function okResponse(): AdminResponse {
  return textResponse("OK\n");
}

/** @param reason a sentence without its full stop; what the client did wrong. */
export function badRequest(reason: string): AdminResponse {
  return textResponse(`${reason}\n`, 400);
}

export function postRequired(method: string): AdminResponse {
  return textResponse(`Method ${method} not allowed, POST required.`, 405);
}

/** The parameter by which several endpoints offer JSON. */
export const FORMAT_PARAMETER: AdminParameter = {
  name: "format",
  help: "File format to use",
  choices: ["text", "json"],
};
