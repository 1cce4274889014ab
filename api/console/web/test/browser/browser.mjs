// A headless Chromium for the tests: no GPU, no network but the program's own.
import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'

export const address = process.env.CONSOLE

/** When the browser painted something of the page first, milliseconds after it was asked for it. */
export async function firstPaint(page) {
  const entry = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime
  return Math.round(await (await page.waitForFunction(entry)).jsonValue())
}

export async function open(options = {}) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: [
      '--headless', '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
      '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
    ],
  })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(60_000)
  const complaints = []
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (40[134]|422)/.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(new URL(address).origin) && !/^(blob|data):/.test(url)) complaints.push(`a request to elsewhere: ${url}`)
  })
  return {
    page,
    go: (path) => page.goto(address + path),
    /** Waits until the text matches, since a panel may come before the last of its answers; fails with what it says at the end. */
    async says(selector, expected) {
      for (let tries = 0; tries < 200 && !expected.test(await page.locator(selector).innerText()); tries++) await page.waitForTimeout(50)
      assert.match(await page.locator(selector).innerText(), expected)
    },
    /** Ends the browser, after which nothing may have gone wrong unseen: scripts, the security policy, requests to elsewhere. */
    async close() {
      await browser.close()
      assert.deepEqual(complaints, [])
    },
  }
}
