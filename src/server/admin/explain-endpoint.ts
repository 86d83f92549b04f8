import { type ExplainRequest, ExplainRequestError, parseHeader } from "../explain/explain-request.js";
import type { Explanation } from "../explain/explanation.js";
import { explanationText } from "../explain/explanation-text.js";
import type { HeaderField } from "../explain/http-head.js";
import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  FORMAT_PARAMETER,
  jsonResponse,
  textResponse,
} from "./admin-endpoint.js";

const EXAMPLE = `{ "method": "GET", "url": "http://example.com/", "headers": ["name: value"] }`;

/** `POST /explain`: which way a request would take, and why. The request comes as JSON; none is made. */
export class ExplainEndpoint implements AdminEndpoint {
  readonly path = "/explain";
  readonly help = `explain which route a request takes; POST ${EXAMPLE}`;
  readonly mutates = true;
  readonly readsBody = true;
  readonly parameters = [FORMAT_PARAMETER];
  private readonly explain: (request: ExplainRequest) => Explanation;

  constructor(explain: (request: ExplainRequest) => Explanation) {
    this.explain = explain;
  }

  handle({ query, body }: AdminRequest): AdminResponse {
    try {
      const explanation = this.explain(readRequest(body));
      return query.get("format") === "json" ? jsonResponse(explanation) : textResponse(explanationText(explanation));
    } catch (error) {
      if (error instanceof ExplainRequestError) return badRequest(error.message);
      throw error;
    }
  }
}

const FIELDS = ["method", "url", "headers", "data", "listener", "client"];

function readRequest(body: string): ExplainRequest {
  const given = parseJson(body);
  const unknown = Object.keys(given).find((name) => !FIELDS.includes(name));
  if (unknown !== undefined) throw new ExplainRequestError(`'${unknown}' is none of ${FIELDS.join(", ")}`);
  const text = (name: string, otherwise: string): string => {
    const value = given[name] ?? otherwise;
    if (typeof value !== "string") throw new ExplainRequestError(`'${name}' is a string`);
    return value;
  };
  const url = text("url", "");
  if (url === "") throw new ExplainRequestError(`'url' is missing: ${EXAMPLE}`);
  return {
    method: text("method", "GET"),
    url,
    headers: headersOf(given.headers),
    body: text("data", ""),
    listener: text("listener", ""),
    client: text("client", ""),
  };
}

function parseJson(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // What is wrong with it matters less than what it should be.
  }
  throw new ExplainRequestError(`the request is described as a JSON object: ${EXAMPLE}`);
}

/** `["name: value"]`, or an object of them. */
function headersOf(value: unknown): readonly HeaderField[] {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value.map(parseHeader);
  if (typeof value === "object" && value !== null && Object.values(value).every((item) => typeof item === "string")) {
    return Object.entries(value as Readonly<Record<string, string>>);
  }
  throw new ExplainRequestError(`'headers' is a list of "name: value", or an object of strings`);
}
