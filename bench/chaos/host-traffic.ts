/** One host of `/clusters?format=json`, as far as it is read here. */
interface HostStatus {
  readonly address: { readonly socket_address: { readonly port_value: number } };
  readonly stats: readonly { readonly name: string; readonly value?: string }[];
}

/** How often a host was tried so far: connects that failed, and requests that it got. */
export async function attemptsAt(adminPort: number, port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${adminPort}/clusters?format=json`);
  const { cluster_statuses: clusters } = (await response.json()) as {
    cluster_statuses: { host_statuses: HostStatus[] }[];
  };
  const hosts = clusters.flatMap((cluster) => cluster.host_statuses);
  const host = hosts.find(({ address }) => address.socket_address.port_value === port);
  const counted = host?.stats.filter(({ name }) => name === "cx_connect_fail" || name === "rq_total") ?? [];
  return counted.reduce((sum, { value }) => sum + Number(value ?? 0), 0);
}
