import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gateway serves what is built here; in development Vite passes API calls on to it.
const gateway = process.env.KAIRAN_CONSOLE_URL ?? 'http://127.0.0.1:8081';
const repository = fileURLToPath(new URL('..', import.meta.url));

export default defineConfig({
  plugins: [react()],
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
