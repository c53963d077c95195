/** A point where code under test waits: `reached` resolves when it arrives, and it continues after `open`. */
export interface Gate {
  readonly reached: Promise<void>;
  pass(): Promise<void>;
  open(): void;
}

export function createGate(): Gate {
  let arrive = () => {};
  let open = () => {};
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    reached,
    pass() {
      arrive();
      return opened;
    },
    open,
  };
}
