export interface BreakerOptions {
  /** Failures within the window, below which nothing happens. */
  readonly minFailures: number;
  /** Slow requests, below which nothing happens. */
  readonly minSlow: number;
  readonly windowMs: number;
  /** How long requests are refused before one is let through to see. */
  readonly openMs: number;
}

type State =
  | { readonly kind: 'closed' }
  | { readonly kind: 'open'; readonly until: number }
  | { readonly kind: 'half-open' };

/**
 * Stops asking a subgraph that fails anyway or has frozen, so that clients need not wait for it and it can recover. Opens
 * when at least half of the requests in a window failed or were slow, or several in a row were slow; then one request at a
 * time tries whether it is back.
 */
export class CircuitBreaker {
  #state: State = { kind: 'closed' };
  #windowStart = 0;
  #failures = 0;
  #successes = 0;
  #slow = 0;
  /** Since the last answer in good time, however long ago: a frozen subgraph that is seldom asked fills no window. */
  #slowInARow = 0;

  constructor(
    private readonly options: BreakerOptions,
    private readonly now: () => number = Date.now,
  ) {}

  get state(): State['kind'] {
    return this.#state.kind;
  }

  /** Whether a request may be sent now. Its sender must report how it went. */
  allows(): boolean {
    switch (this.#state.kind) {
      case 'closed':
        return true;
      case 'half-open':
        return false;
      case 'open':
        if (this.now() < this.#state.until) return false;
        this.#state = { kind: 'half-open' };
        return true;
    }
  }

  /** A request that is still under way has taken longer than it should. */
  slow(): void {
    if (this.#state.kind === 'half-open') return this.#open();
    if (this.#state.kind === 'open') return;
    this.#roll();
    this.#slow++;
    this.#slowInARow++;
    const { minSlow } = this.options;
    if (this.#slowInARow >= minSlow || (this.#slow >= minSlow && this.#slow >= this.#successes)) this.#open();
  }

  /** @param wasSlow whether `slow` was told of this request: then its answer is no sign that the subgraph is back */
  succeeded(wasSlow = false): void {
    if (wasSlow && this.#state.kind !== 'closed') return;
    if (this.#state.kind !== 'closed') {
      this.#state = { kind: 'closed' };
      this.#reset();
    }
    this.#roll();
    this.#successes++;
    if (!wasSlow) this.#slowInARow = 0;
  }

  failed(): void {
    if (this.#state.kind === 'half-open') return this.#open();
    // It was sent before the breaker opened.
    if (this.#state.kind === 'open') return;
    this.#roll();
    this.#failures++;
    if (this.#failures >= this.options.minFailures && this.#failures >= this.#successes) this.#open();
  }

  /** The request let through told nothing, because its client left. */
  forgot(): void {
    if (this.#state.kind === 'half-open') this.#state = { kind: 'open', until: this.now() };
  }

  #open(): void {
    this.#state = { kind: 'open', until: this.now() + this.options.openMs };
    this.#reset();
  }

  #reset(): void {
    this.#failures = this.#successes = this.#slow = this.#slowInARow = 0;
  }

  #roll(): void {
    const now = this.now();
    if (now - this.#windowStart < this.options.windowMs) return;
    this.#windowStart = now;
    this.#failures = this.#successes = this.#slow = 0;
  }
}

/**
 * Allows retries as a share of the requests sent, so that a subgraph in trouble is not hit by more than that on top.
 * Starts with some credit, so that the first failures of a quiet gateway are retried too.
 */
export class RetryBudget {
  #credit: number;

  constructor(
    private readonly share: number,
    private readonly limit = 20,
  ) {
    this.#credit = share > 0 ? limit : 0;
  }

  sent(): void {
    if (this.#credit < this.limit) this.#credit += this.share;
  }

  take(): boolean {
    if (this.#credit < 1) return false;
    this.#credit--;
    return true;
  }
}
