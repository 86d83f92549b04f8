import type { Dispatcher } from "../../event/dispatcher.js";
import type { ConnectionLogger } from "../../network/connection-record.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import { UnansweredLogContext } from "../formatter/unanswered-log-context.js";
import { HeaderMap } from "../headers/header-map.js";
import type { AccessLogger } from "./access-logger.js";

/** The log of a listener's connections: the same formats, where what belongs to a request is missing. */
export class ConnectionAccessLog implements ConnectionLogger {
  private readonly loggers: readonly AccessLogger[];
  private readonly dispatcher: Dispatcher;

  constructor(loggers: readonly AccessLogger[], dispatcher: Dispatcher) {
    this.loggers = loggers;
    this.dispatcher = dispatcher;
  }

  logConnection(info: StreamInfo): void {
    const context = new UnansweredLogContext(NO_HEADERS, info, this.dispatcher);
    for (let i = 0; i < this.loggers.length; i++) this.loggers[i]?.log(context);
  }
}

/** Never written to. */
const NO_HEADERS = new HeaderMap();
