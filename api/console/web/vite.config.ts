import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The bundle is committed and a test rebuilds it: everything that could differ between two machines is off.
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    reportCompressedSize: false,
    assetsInlineLimit: 0, // the content security policy allows no data: scripts or styles
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { '/v1': 'http://127.0.0.1:8480' } },
})
