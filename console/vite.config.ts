import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// The gateway serves what is built here; in development Vite passes API calls on to it.
const gateway = process.env.KAIRAN_CONSOLE_URL ?? 'http://127.0.0.1:8081';
const repository = fileURLToPath(new URL('..', import.meta.url));

/** The calendar carries a font of icons as a data: address, which the page's policy refuses; its buttons have words instead. */
function withoutIconFont(): Plugin {
  return {
    name: 'without-icon-font',
    transform: (code, id) => (id.includes('@fullcalendar/core') ? code.replace(/@font-face\s*\{[^}]*fcicons[^}]*\}/g, '') : undefined),
  };
}

/** Puts FILE.gz beside each script and style; the gateway sends it to whoever takes it and compresses nothing itself. */
function packed(): Plugin {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved(config) {
      folder = join(config.build.outDir, config.build.assetsDir);
    },
    closeBundle() {
      for (const name of readdirSync(folder).filter((each) => /\.(js|css|svg)$/.test(each))) {
        writeFileSync(join(folder, `${name}.gz`), gzipSync(readFileSync(join(folder, name)), { level: 9 }));
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), withoutIconFont(), packed()],
  build: {
    outDir: fileURLToPath(new URL('../build/console', import.meta.url)),
    emptyOutDir: true,
    target: 'es2021',
    assetsInlineLimit: 0, // the content security policy allows no data: scripts or styles
    modulePreload: { polyfill: false },
  },
  server: {
    fs: { allow: [repository] },
    proxy: { '/api': gateway },
  },
});
