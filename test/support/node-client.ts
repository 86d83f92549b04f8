import http from "node:http";

/** What a request was answered with. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A GET to a port of loopback by Node's own client. Rejects when the answer is cut short. */
export function get(port: number, options: http.RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: "127.0.0.1", ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        body += piece;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
      response.on("error", reject);
    });
    request.on("error", reject);
  });
}

/** A body to its end. */
export async function textOf(message: http.IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of message) text += String(piece);
  return text;
}
