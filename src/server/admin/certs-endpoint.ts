import { type AdminEndpoint, type AdminResponse, jsonResponse } from "./admin-endpoint.js";

/** One of `envoy.admin.v3.CertificateDetails`, as JSON. */
export interface CertificateDetails {
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly serial_number: string;
  readonly subject_alt_names: readonly ({ dns: string } | { uri: string } | { ip_address: string })[];
  /** 64 bits, hence a string. */
  readonly days_until_expiration: string;
  /** RFC 3339, in UTC. */
  readonly valid_from: string;
  readonly expiration_time: string;
}

/** What one TLS context has loaded: `envoy.admin.v3.Certificate`, as JSON. */
export interface Certificate {
  readonly ca_cert: readonly CertificateDetails[];
  readonly cert_chain: readonly CertificateDetails[];
}

/** `/certs`. */
export class CertsEndpoint implements AdminEndpoint {
  readonly path = "/certs";
  readonly help = "print certs on machine";
  readonly mutates = false;
  readonly parameters = [];
  private readonly certificates: () => readonly Certificate[];

  constructor(certificates: () => readonly Certificate[]) {
    this.certificates = certificates;
  }

  handle(): AdminResponse {
    return jsonResponse({ certificates: this.certificates() });
  }
}
