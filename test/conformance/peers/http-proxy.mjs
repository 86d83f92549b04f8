import httpProxy from "http-proxy";
import { answerError, options, serve } from "./serve.mjs";

const proxy = httpProxy.createProxyServer(options).on("error", answerError);
serve(
  (request, response) => proxy.web(request, response),
  (request, socket, head) => proxy.ws(request, socket, head),
);
