import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SERVER = `http://${process.env.DEV_SERVER ?? 'localhost:8000'}`;
const SERVER_PATHS = [
  ...['/api', '/apps', '/app', '/files', '/connection', '/emulation', '/socket.io', '/rooms'],
  ...['/sse', '/poll', '/publish', '/history', '/presence', '/livez', '/readyz', '/metrics'],
];

export default defineConfig({
  root: 'src/web',
  plugins: [react(), tailwindcss()],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // Its inline script would break the content policy; every browser we support preloads modules by itself.
    modulePreload: { polyfill: false },
    // What the first screen needs in one piece: cut up along what later parts share it packs worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'first', tags: ['$initial'] }] } } },
  },
  // `npm run dev`: what is no screen goes to the server (tools/setup/dev.mjs).
  server: {
    proxy: Object.fromEntries(SERVER_PATHS.map((path) => [`^${path}(/|\\?|$)`, { target: SERVER, ws: true }])),
  },
});
