import type { VirtualHost } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { ConversionContext } from "./conversion-context.js";

/**
 * Domains of the virtual hosts of one route table. Each may be there once, whatever its case, and the form of
 * wildcards is limited (`envoy.config.route.v3.VirtualHost.domains`).
 */
export class DomainCheck {
  private readonly context: ConversionContext;
  private readonly hostOf = new Map<string, VirtualHost>();

  constructor(context: ConversionContext) {
    this.context = context;
  }

  /** The domains of a virtual host in lower case, without those that are wrong. */
  domainsOf(message: VirtualHost): string[] {
    const domains: string[] = [];
    for (const [index, written] of message.domains.entries()) {
      const domain = written.toLowerCase();
      const wrong = this.faultOf(domain, message);
      if (wrong !== null) this.context.itemError(message, "domains", index, wrong);
      else domains.push(domain);
      if (domain.includes("/")) {
        const text = `no host is "${domain}": a domain is a name, without a scheme and a path`;
        this.context.itemNoEffect(message, "domains", index, text);
      }
      if (!this.hostOf.has(domain)) this.hostOf.set(domain, message);
    }
    return domains;
  }

  private faultOf(domain: string, message: VirtualHost): string | null {
    const wildcards = domain.split("*").length - 1;
    if (wildcards > 1 || (wildcards === 1 && !domain.startsWith("*") && !domain.endsWith("*"))) {
      return `"${domain}": a wildcard stands alone, at the beginning or at the end, and only once`;
    }
    const other = this.hostOf.get(domain);
    if (other === undefined) return null;
    const owner = other === message ? "this virtual host" : `virtual host "${other.name}"`;
    return `the domain "${domain}" is already one of ${owner} (line ${this.context.lineOf(other)})`;
  }
}
