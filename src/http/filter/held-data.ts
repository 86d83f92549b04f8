const EMPTY = Buffer.alloc(0);

/** Body that a filter holds back, in the pieces in which it came. May be of no bytes: then it only stands for the end. */
export class HeldData {
  private pieces: Buffer[] = [];
  private bytes = 0;

  get byteLength(): number {
    return this.bytes;
  }

  /** @param data the caller sees to it that the bytes last */
  add(data: Buffer): void {
    if (data.length === 0) return;
    this.pieces.push(data);
    this.bytes += data.length;
  }

  /** All of it as one piece. */
  get data(): Buffer {
    if (this.pieces.length > 1) this.pieces = [Buffer.concat(this.pieces, this.bytes)];
    return this.pieces[0] ?? EMPTY;
  }
}
