/** What redirects one request of a client has been through inside of the proxy. Belongs to its stream. */
export class RedirectHistory {
  /** How many were followed. */
  count = 0;
  /** By the route that redirected: the routes it led to. */
  private readonly targets = new Map<string, Set<string>>();

  /** True the first time that a route leads to another. */
  isNew(from: string, to: string): boolean {
    const before = this.targets.get(from);
    if (before === undefined) {
      this.targets.set(from, new Set([to]));
      return true;
    }
    if (before.has(to)) return false;
    before.add(to);
    return true;
  }
}
