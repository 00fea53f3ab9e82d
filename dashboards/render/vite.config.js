import { defineConfig } from 'vite';

// Only what the drawing needs: one page, and Prometheus behind the same address, for browsers ask no other.
const prometheus = process.env.PROMETHEUS || 'http://127.0.0.1:9090';

export default defineConfig({
  define: { 'process.env.NODE_ENV': '"production"', 'process.env': '{}' },
  esbuild: { jsx: 'automatic' },
  build: { minify: false, target: 'es2022', chunkSizeWarningLimit: 99999, reportCompressedSize: false },
  resolve: {
    alias: { 'react-router-dom-v5-compat': new URL('./node_modules/react-router-dom', import.meta.url).pathname },
    dedupe: ['react', 'react-dom', '@grafana/data', '@grafana/ui', '@grafana/runtime', 'rxjs'],
  },
  preview: {
    host: '127.0.0.1',
    port: Number(process.env.PORT || 15173),
    strictPort: true,
    proxy: { '/prom': { target: prometheus, rewrite: (path) => path.replace(/^\/prom/, '') } },
  },
});
