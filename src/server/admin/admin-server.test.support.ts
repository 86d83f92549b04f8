import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { type AdminContext, EMPTY_ADMIN_CONTEXT } from "./admin-context.js";
import { type AdminLog, AdminServer } from "./admin-server.js";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** A running admin server, and what it logged. Stops with the test. */
export class AdminUnderTest {
  readonly logged: readonly string[];
  private readonly base: string;

  private constructor(base: string, logged: readonly string[]) {
    this.base = base;
    this.logged = logged;
  }

  static async start(t: TestContext, context: Partial<AdminContext>): Promise<AdminUnderTest> {
    const logged: string[] = [];
    const log: AdminLog = {
      warn: (message) => logged.push(`warn: ${message}`),
      error: (message, error) => logged.push(`error: ${message}: ${error}`),
    };
    const server = new AdminServer({ ...EMPTY_ADMIN_CONTEXT, state: () => "LIVE", ...context }, log);
    t.after(() => server.close());
    const address = await server.start({ kind: "ip", host: "127.0.0.1", port: 0 });
    assert.ok(address.kind === "ip" && address.port > 0);
    return new AdminUnderTest(`http://127.0.0.1:${address.port}`, logged);
  }

  async get(pathAndQuery: string, method = "GET"): Promise<Answer> {
    const response = await fetch(this.base + pathAndQuery, { method });
    return { status: response.status, headers: response.headers, body: await response.text() };
  }

  post(pathAndQuery: string): Promise<Answer> {
    return this.get(pathAndQuery, "POST");
  }

  /** The body of a 200 that says it is JSON. */
  async json<T>(pathAndQuery: string): Promise<T> {
    const { status, headers, body } = await this.get(pathAndQuery);
    assert.equal(status, 200, body);
    assert.equal(headers.get("content-type"), "application/json");
    return JSON.parse(body) as T;
  }
}
