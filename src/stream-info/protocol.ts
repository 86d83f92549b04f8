export type Protocol = "HTTP/1.0" | "HTTP/1.1" | "HTTP/2";
