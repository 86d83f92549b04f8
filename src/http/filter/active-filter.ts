import type { HeldData } from "./held-data.js";

type IterationState =
  /** Frames pass. */
  | "continue"
  /** Headers or data were held; what follows still comes to the filter. */
  | "stopSingle"
  /** Nothing comes to the filter; what arrives is held before it. */
  | "stopAllBuffer"
  | "stopAllWatermark";

/** Where one filter stands in one direction. Base of the callbacks that the filter holds. */
export abstract class ActiveFilter {
  readonly name: string;
  /** Its place in the chain of its direction. */
  index: number;
  state: IterationState = "continue";
  /** The headers went on to the filters behind. */
  headersContinued = false;
  /** The end of the headers or data, or the trailers, came as far as this filter; it may be that they are held here. */
  endReached = false;
  trailersReached = false;
  /** The filter was told that the message ends. */
  endStreamSeen = false;
  /** Body that waits here until the filter goes on; null for none. */
  held: HeldData | null = null;
  /** Set by the filter during its data callback: what passes on instead. */
  replacement: Buffer | null = null;
  /** Inside one of its callbacks for headers, data or trailers. */
  isCalled = false;
  /** It asked to go on during such a callback, which happens as soon as that has returned. */
  continueAsked = false;

  constructor(name: string, index: number) {
    this.name = name;
    this.index = index;
  }

  get stoppedAll(): boolean {
    return this.state === "stopAllBuffer" || this.state === "stopAllWatermark";
  }
}
