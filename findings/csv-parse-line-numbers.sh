#!/usr/bin/env bash
# csv-parse counts a CR LF inside quotes as two lines, so every line number after such a cell is too high.
#
# Versions: csv-parse 7.0.3, Node 20.
# One would guess: `info.lines` is the line in the file, whatever its line ends are (RFC 4180 uses CR LF, also in quotes).
# What happens: the same rows with LF and with CR LF get other numbers; each CR LF inside quotes adds one.
# Why it matters: people are sent to the wrong line of their spreadsheet, the further down the more.
# Our import turns all line ends into LF before it parses (subgraphs/products/src/catalogue-file/file-text.ts).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-fund --no-audit csv-parse@7.0.3
cat >look.mjs <<'EOF'
import { parse } from 'csv-parse/sync';
const rows = ['a,b', '1,"x', 'y"', '2,z'];
const lastLine = (end) => parse(rows.join(end), { info: true }).at(-1).info.lines;
const seen = { LF: lastLine('\n'), 'CR LF': lastLine('\r\n') };
console.log('The last row stands on line 4. info.lines says:', seen);
process.exitCode = seen.LF === 4 && seen['CR LF'] === 5 ? 0 : 1;
EOF
node look.mjs
