import type { Counter, StatsScope } from "../stats/stat.js";

/** Responses by status and by class: `upstream_rq_503`, `upstream_rq_5xx`. */
export class ResponseCodeStats {
  private readonly scope: StatsScope;
  /** By status; made when a status is first seen. */
  private readonly codes: (Counter | undefined)[] = [];
  private readonly classes: (Counter | undefined)[] = [];

  constructor(scope: StatsScope) {
    this.scope = scope;
  }

  count(status: number): void {
    const hundreds = Math.floor(status / 100);
    let code = this.codes[status];
    if (code === undefined) {
      code = this.scope.counter(`upstream_rq_${status}`);
      this.codes[status] = code;
    }
    code.inc();
    let codeClass = this.classes[hundreds];
    if (codeClass === undefined) {
      codeClass = this.scope.counter(`upstream_rq_${hundreds}xx`);
      this.classes[hundreds] = codeClass;
    }
    codeClass.inc();
  }
}
