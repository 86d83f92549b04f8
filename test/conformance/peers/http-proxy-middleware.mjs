import { createProxyMiddleware } from "http-proxy-middleware";
import { options, serve } from "./serve.mjs";

const middleware = createProxyMiddleware(options);
serve(
  (request, response) => void middleware(request, response, () => response.writeHead(404).end()),
  middleware.upgrade,
);
