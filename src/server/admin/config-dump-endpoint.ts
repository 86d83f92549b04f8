import {
  type AdminEndpoint,
  type AdminRequest,
  type AdminResponse,
  badRequest,
  jsonResponse,
} from "./admin-endpoint.js";

/** `/config_dump`. */
export class ConfigDumpEndpoint implements AdminEndpoint {
  readonly path = "/config_dump";
  readonly help = "dump current Sluice configs";
  readonly mutates = false;
  readonly parameters = [];
  private readonly configDump: () => object | Promise<object>;

  constructor(configDump: () => object | Promise<object>) {
    this.configDump = configDump;
  }

  async handle(request: AdminRequest): Promise<AdminResponse> {
    // Envoy narrows the dump by parameters; the whole of it would be a wrong answer to who asked for a part.
    const parameter = request.query.keys().next();
    if (parameter.done !== true) return badRequest(`parameter ${parameter.value} is not supported`);
    return jsonResponse(await this.configDump());
  }
}
