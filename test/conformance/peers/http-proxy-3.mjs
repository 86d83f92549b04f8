import { createProxyServer } from "http-proxy-3";
import { answerError, options, serve } from "./serve.mjs";

const proxy = createProxyServer(options).on("error", answerError);
serve(
  (request, response) => proxy.web(request, response),
  (request, socket, head) => proxy.ws(request, socket, head),
);
