import type { Counter, StatsScope } from "../stats/stat.js";

/** Responses, all and by status and class: `upstream_rq_completed`, `upstream_rq_503`, `upstream_rq_5xx`. */
export class ResponseCodeStats {
  private readonly scope: StatsScope;
  private readonly completed: Counter;
  /** By status; made when a status is first seen. */
  private readonly codes: (Counter | undefined)[] = [];
  private readonly classes: (Counter | undefined)[] = [];

  constructor(scope: StatsScope) {
    this.scope = scope;
    this.completed = scope.counter("upstream_rq_completed");
  }

  /** @param status 0 counts among all alone */
  count(status: number): void {
    this.completed.inc();
    if (status === 0) return;
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
