type IterationState =
  /** Frames pass. */
  | "continue"
  /** Headers were held; data and trailers still come to the filter. */
  | "stopSingle"
  /** Nothing comes to the filter; what arrives is buffered. */
  | "stopAllBuffer"
  | "stopAllWatermark";

/** Where one filter stands in one direction. Base of the callbacks that the filter holds. */
export abstract class ActiveFilter {
  readonly name: string;
  readonly index: number;
  state: IterationState = "continue";
  /** The headers went on to the filters behind. */
  headersContinued = false;
  /** The filter was told that the message ends. */
  endStreamSeen = false;
  /** After a stop of all frames the filter itself has not seen the data yet, so it goes on with itself. */
  iterateFromCurrent = false;

  constructor(name: string, index: number) {
    this.name = name;
    this.index = index;
  }

  get stoppedAll(): boolean {
    return this.state === "stopAllBuffer" || this.state === "stopAllWatermark";
  }
}
