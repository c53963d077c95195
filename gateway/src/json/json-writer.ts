import { quote } from './json.js';

const INITIAL_BYTES = 64 * 1024;
/** A larger buffer is given back after use. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** Up to this length, copying characters one by one is faster than asking Node for it. */
const SHORT = 24;
const NULL = Buffer.from('null');
const QUOTE = 0x22;

/**
 * Whether the strings in a JSON text are ASCII and stand in it as they are: then they can be written again without
 * looking at their characters. JSON itself forbids bare quotes and control characters.
 */
export function isPlainJson(text: string): boolean {
  return !text.includes('\\') && Buffer.byteLength(text) === text.length;
}

/**
 * Writes JSON text into one buffer that is used again for every text. Putting strings together instead leaves several
 * objects on the heap for each value. Not for texts that are written at the same time.
 */
export class JsonWriter {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #isAscii = true;
  #isPlain = false;
  /** Bytes written; set it back to take back what was written since. */
  length = 0;

  /** @param isPlain whether all strings written come from JSON texts that are plain; see {@link isPlainJson} */
  begin(isPlain: boolean): void {
    this.length = 0;
    this.#isAscii = true;
    this.#isPlain = isPlain;
  }

  end(): string {
    const text = this.#bytes.toString(this.#isAscii ? 'latin1' : 'utf8', 0, this.length);
    if (this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafe(INITIAL_BYTES);
    return text;
  }

  null(): void {
    this.bytes(NULL);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  /** ASCII that was encoded before. */
  bytes(ascii: Uint8Array): void {
    const count = ascii.length;
    this.#reserve(count);
    const target = this.#bytes;
    const start = this.length;
    for (let index = 0; index < count; index++) target[start + index] = ascii[index]!;
    this.length = start + count;
  }

  /** A string value, with its quotes. */
  string(value: string): void {
    if (!this.#isPlain) return this.text(quote(value));
    this.#reserve(value.length + 2);
    this.#bytes[this.length++] = QUOTE;
    this.#ascii(value);
    this.#bytes[this.length++] = QUOTE;
  }

  /** JSON text. */
  text(json: string): void {
    if (json.length <= SHORT && isAscii(json)) {
      this.#reserve(json.length);
      this.#ascii(json);
      return;
    }
    const size = Buffer.byteLength(json);
    if (size !== json.length) this.#isAscii = false;
    this.#reserve(size);
    this.length += this.#bytes.write(json, this.length, size, 'utf8');
  }

  #ascii(text: string): void {
    const count = text.length;
    if (count > SHORT) {
      this.length += this.#bytes.write(text, this.length, count, 'latin1');
      return;
    }
    const target = this.#bytes;
    const start = this.length;
    for (let index = 0; index < count; index++) target[start + index] = text.charCodeAt(index);
    this.length = start + count;
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.length);
    this.#bytes = larger;
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}
