/** A format string that cannot be compiled. Thrown while configuration is loaded, never while a line is made. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** What is wrong, without the place. */
  readonly reason: string;
  /** Where in the format string, counted in UTF-16 units from 0. */
  readonly offset: number;
  /** Which string of a JSON template, such as `request.sizes[1]`; empty for a text format. */
  readonly path: string;

  constructor(reason: string, offset: number, path = "", options: ErrorOptions = {}) {
    super(path === "" ? `${reason} (at offset ${offset})` : `${path}: ${reason} (at offset ${offset})`, options);
    this.reason = reason;
    this.offset = offset;
    this.path = path;
  }

  /** The same error in a string of which the part that was parsed starts at `start`. */
  movedBy(start: number): FormatError {
    return new FormatError(this.reason, this.offset + start, this.path);
  }

  /** The same error in one string of a JSON template. */
  under(path: string): FormatError {
    return new FormatError(this.reason, this.offset, path);
  }

  /** The same error somewhere in the parameter of an operator, at a place that is not known. */
  inParameterOf(operator: string): FormatError {
    return new FormatError(`${operator}: ${this.reason}`, 0, this.path);
  }
}
