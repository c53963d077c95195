import Bowser from 'bowser';

/** Names the program and operating system of a `User-Agent` header, e.g. "Firefox on Linux". */
export function describeDevice(userAgent: string | null): string {
  if (!userAgent) return 'Unknown device';
  const { browser, os } = Bowser.parse(userAgent);
  const program = browser.name || /^[\w.-]{1,40}/.exec(userAgent)?.[0] || 'Unknown program';
  return os.name ? `${program} on ${os.name}` : program;
}
