import { createProxyServer } from "httpxy";
import { answerError, options, serve } from "./serve.mjs";

const proxy = createProxyServer(options).on("error", answerError);
serve(
  (request, response) => void proxy.web(request, response).catch(() => response.destroy()),
  (request, socket, head) => void proxy.ws(request, socket, {}, head).catch(() => socket.destroy()),
);
