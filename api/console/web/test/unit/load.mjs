// Loads a TypeScript module of the console into Node.js, which cannot read its types.
import { readFile } from 'node:fs/promises'
import { transformWithOxc } from 'vite'

export async function load(path) {
  const file = new URL(`../../src/${path}`, import.meta.url)
  const { code } = await transformWithOxc(await readFile(file, 'utf8'), file.pathname)
  return import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
}
