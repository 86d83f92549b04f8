const controller = new AbortController();
process.on("SIGINT", () => controller.abort(new Error("interrupted")));
process.on("SIGTERM", () => controller.abort(new Error("interrupted")));

/** Aborted by Ctrl-C: whoever presses it wants the machine back, with nothing left running and no files left over. */
export const interruption: AbortSignal = controller.signal;
