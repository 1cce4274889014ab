// Both languages are complete: the same keys, forms and gaps to fill, nothing empty, nothing left in the other language,
// no message that no page shows.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import test from 'node:test'
import { load } from './load.mjs'

const { en } = await load('i18n/en.ts')
const { zh } = await load('i18n/zh.ts')
const texts = (message) => (typeof message === 'string' ? [message] : Object.values(message))
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()

test('both languages have the same keys', () => {
  assert.deepEqual(Object.keys(zh).sort(), Object.keys(en).sort())
})

test('every form of a message has the same gaps to fill in both', () => {
  for (const key of Object.keys(en)) {
    const [first, ...rest] = [...texts(en[key]), ...texts(zh[key])].map(places)
    for (const other of rest) assert.deepEqual(other, first, key)
    for (const text of [...texts(en[key]), ...texts(zh[key])]) assert.ok(text.trim() === text && text !== '', `${key} is empty or padded`)
    assert.equal(typeof en[key] === 'string', typeof zh[key] === 'string', `${key} counts in one language alone`)
    if (typeof en[key] !== 'string') assert.ok(places(en[key].other).includes('n'), `${key} has forms but counts nothing`)
  }
})

test('Chinese is Chinese', () => {
  for (const [key, message] of Object.entries(zh)) {
    for (const text of texts(message)) {
      const own = text.replace(/\{\w+\}/g, '').replace(/CO₂e|API|WAPE/g, '').replace(/[^\p{L}]/gu, '')
      assert.ok(own === '' || /\p{Script=Han}/u.test(own), `${key}: ${text}`)
    }
  }
})

test('every message is shown somewhere', async () => {
  const root = new URL('../../src/', import.meta.url)
  const files = (await readdir(root, { recursive: true })).filter((f) => /\.tsx?$/.test(f) && !/i18n.(en|zh)\.ts$/.test(f))
  const source = (await Promise.all(files.map((f) => readFile(new URL(f, root), 'utf8')))).join('\n')
  // Groups whose keys are put together from a code: t(`job.${…}`), code('kind', …).
  const groups = new Set([...source.matchAll(/`(\w+)\.\$\{/g), ...source.matchAll(/code\('(\w+)'/g)].map((m) => m[1]))
  for (const key of Object.keys(en)) {
    assert.ok(source.includes(`'${key}'`) || groups.has(key.split('.')[0]), `nothing shows ${key}`)
  }
})
