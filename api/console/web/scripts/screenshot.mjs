// Takes the README's picture of the plan map from a running demo, and says how soon the demo's plan was painted first:
//   CONSOLE=http://127.0.0.1:8480/console/ CHROMIUM=/usr/bin/chromium node scripts/screenshot.mjs ../../../docs/console.png
import { firstPaint, open } from '../test/browser/browser.mjs'

const { page, go, close } = await open({ deviceScaleFactor: 1 })
await go('')
await page.waitForSelector('[data-test=attention][data-ready=true]')
const shown = await page.evaluate(() => Math.round(performance.now()))
console.log(JSON.stringify({ first_paint_ms: await firstPaint(page), plan_shown_ms: shown }))
await go('map')
await page.waitForSelector('[data-test=map][data-idle=true]', { timeout: 60_000 })
await page.locator('.map-side tbody .link').nth(2).click()
await page.waitForTimeout(4000) // the map flies there
await page.screenshot({ path: process.argv[2] ?? '../../../docs/console.png' })
await close()
