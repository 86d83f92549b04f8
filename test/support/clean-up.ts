/** What the helpers need of a `TestContext`: the place to hang what must be closed when the test is over. */
export interface CleanUp {
  after(work: () => void | Promise<void>): void;
}
