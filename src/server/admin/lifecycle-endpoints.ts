import { type AdminEndpoint, type AdminResponse, okResponse } from "./admin-endpoint.js";

/** Makes the server say that it is unwell (state DRAINING, health check filter, draining), or well again. */
export interface HealthcheckSwitch {
  fail(): void;
  ok(): void;
}

/** `/quitquitquit`. */
export class QuitEndpoint implements AdminEndpoint {
  readonly path = "/quitquitquit";
  readonly help = "exit the server";
  readonly mutates = true;
  readonly parameters = [];
  private readonly requestShutdown: () => void;

  constructor(requestShutdown: () => void) {
    this.requestShutdown = requestShutdown;
  }

  handle(): AdminResponse {
    // Shutting down cuts the admin's own connections; the client shall have its answer first.
    return { ...okResponse(), afterwards: this.requestShutdown };
  }
}

/** `/healthcheck/fail` and `/healthcheck/ok`. */
export class HealthcheckEndpoint implements AdminEndpoint {
  readonly path: string;
  readonly help: string;
  readonly mutates = true;
  readonly parameters = [];
  private readonly verb: "fail" | "ok";
  private readonly healthcheck: HealthcheckSwitch;

  constructor(verb: "fail" | "ok", healthcheck: HealthcheckSwitch) {
    this.path = `/healthcheck/${verb}`;
    this.help = `cause the server to ${verb === "ok" ? "pass" : "fail"} health checks`;
    this.verb = verb;
    this.healthcheck = healthcheck;
  }

  handle(): AdminResponse {
    this.healthcheck[this.verb]();
    return okResponse();
  }
}
