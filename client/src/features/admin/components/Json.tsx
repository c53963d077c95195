/** JSON text, indented if it can be read. */
export function Json({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <pre
      role="region"
      aria-label={label}
      // Only focusable elements can be scrolled by keyboard.
      tabIndex={0}
      className="max-h-80 overflow-auto rounded-lg bg-stone-100 p-3 font-mono text-xs dark:bg-stone-950"
    >
      {indented(text)}
    </pre>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
