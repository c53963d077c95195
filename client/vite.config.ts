import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { PAGE_LIST } from './src/lib/pages.ts';

/** Where the gateway is in `npm run dev`. */
const gateway = process.env['GATEWAY_URL'] ?? 'http://localhost:4000';

/** Compresses the build at the highest level; the gateway sends `.br` and `.gz` files as they are. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = 'dist' }) {
      for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' })) {
        if (!/\.(?:js|css|svg)$/.test(name)) continue;
        const file = join(dir, name);
        const text = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(text));
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
      }
    },
  };
}

/** Writes the list of pages for the gateway. */
function listPages(): Plugin {
  return {
    name: 'list-pages',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'pages.json', source: JSON.stringify(PAGE_LIST) });
    },
  };
}

export default defineConfig({
  plugins: [react(), tailwindcss(), listPages(), precompress()],
  server: {
    port: 5173,
    proxy: {
      '/graphql': { target: gateway, ws: true, changeOrigin: true },
      '/images': { target: gateway, changeOrigin: true },
    },
  },
  build: { target: 'es2022', sourcemap: true, assetsInlineLimit: 0 },
});
