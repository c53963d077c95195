/** A bar chart of floor CPU ÷ each gateway's CPU, as SVG. */
export function chart(results) {
  const rows = [
    ['Nested query', results.nested],
    ['One-field query', results.one],
  ];
  const barHeight = 22;
  const left = 210;
  const width = 760;
  let y = 30;
  const parts = [];
  for (const [title, entries] of rows) {
    parts.push(
      `<text x="20" y="${y}" font-weight="700" font-size="15">${title}: floor CPU ÷ gateway CPU (1 = as cheap as by hand)</text>`,
    );
    y += 14;
    for (const { name, ratio } of entries) {
      const length = Math.max(2, (width - left - 80) * Math.min(1, ratio));
      const colour = name.startsWith('Cartograph') ? '#15803d' : name === 'by hand' ? '#78716c' : '#a8a29e';
      parts.push(
        `<text x="${left - 10}" y="${y + 15}" text-anchor="end" font-size="13">${name}</text>`,
        `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 5}" rx="3" fill="${colour}"/>`,
        `<text x="${left + length + 8}" y="${y + 14}" font-size="13">${ratio.toFixed(2)}</text>`,
      );
      y += barHeight;
    }
    y += 30;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif" fill="#1c1917"><rect width="100%" height="100%" fill="#ffffff"/>${parts.join('')}</svg>\n`;
}
