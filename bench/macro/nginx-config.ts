/** Requests that a connection may carry before nginx closes it: more than a run makes, so that it measures none. */
export const UNLIMITED_REQUESTS = 1_000_000_000;

/** A whole nginx configuration with one worker, everything it writes inside the folder. */
export function nginxConfig(folder: string, http: string): string {
  // As root, the worker would become another user, who cannot read the folder.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const tempPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  return `${user}
worker_processes 1;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests ${UNLIMITED_REQUESTS};
  tcp_nodelay on;
  ${tempPaths.join("\n  ")}
${http}
}
`;
}
