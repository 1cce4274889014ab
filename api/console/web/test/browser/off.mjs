// Every page against the real program without authentication.
import assert from 'node:assert/strict'
import { address, firstPaint, open } from './browser.mjs'

const { page, go, close } = await open()
const api = async (path) => (await fetch(new URL(path, address))).json()
const text = (selector) => page.locator(selector).innerText()
const plan = (await api('/v1/fulfilment-plans?limit=1')).items[0]

// Overview: the plan's own figures, and the first paint as the browser measured it.
await go('')
await page.waitForSelector('[data-test=orders]')
const s = plan.summary
assert.match(await text('[data-test=orders]'), new RegExp(`^${s.promised - s.partial}\\b`))
console.log(JSON.stringify({ first_paint_ms: await firstPaint(page) }))
await page.waitForSelector('[data-test=attention][data-ready=true]')
for (const code of Object.keys(s.unserved_by_code ?? {})) assert.equal(await page.locator(`[data-concern="unserved ${code}"]`).count(), 1, code)

// Landmarks, and the keyboard: the first stop is the link past the navigation; a link is followed with Enter.
for (const landmark of ['nav[aria-label]', 'main', 'header.topbar']) assert.equal(await page.locator(landmark).count(), 1, landmark)
await page.keyboard.press('Tab')
assert.equal(await page.evaluate(() => document.activeElement.className), 'skip')
await page.getByRole('link', { name: 'Jobs' }).focus()
await page.keyboard.press('Enter')
await page.waitForSelector('main[data-page="/jobs"] tbody tr')
assert.equal(await page.evaluate(() => document.activeElement.id), 'main', 'focus goes where the page changed')
assert.match(await text('tbody tr >> nth=0'), /Done/)

// Both languages, everywhere the same page; the choice outlives the page.
await page.selectOption('[data-test=language]', 'zh')
await page.waitForSelector('h1:text("作业")')
assert.equal(await page.getAttribute('html', 'lang'), 'zh-CN')
await page.reload()
await page.waitForSelector('h1:text("作业")')
await page.selectOption('[data-test=language]', 'en')

// Light and dark.
await page.selectOption('[data-test=theme]', 'dark')
assert.equal(await page.getAttribute('html', 'data-theme'), 'dark')
await page.selectOption('[data-test=theme]', 'light')

// A new plan: what the server refuses is shown in its words; what it takes shows in the list, up to its end.
await page.getByRole('button', { name: 'New plan' }).click()
await page.fill('dialog input[type=date]', '2090-01-01')
await page.getByRole('button', { name: 'Plan', exact: true }).click()
await page.waitForSelector('dialog .problems code:text("origin_date")')
await page.fill('dialog input[type=date]', '2011-11-29')
await page.fill('dialog input[type=number]', '1')
await page.getByRole('button', { name: 'Plan', exact: true }).click()
await page.waitForSelector('dialog', { state: 'detached' })
await page.waitForFunction(() => document.querySelectorAll('main tbody tr').length === 2)
await page.waitForSelector('tbody tr:nth-child(1) .badge.good', { timeout: 60_000 })

// Tasks of a warehouse, by state.
await go('tasks')
await page.waitForSelector('tbody tr')
const busy = (await api('/v1/warehouses')).items.find((w) => w.tasks.open > 0)
await page.getByRole('button', { name: busy.name }).click()
await page.waitForFunction((n) => document.querySelector('.tile b').textContent === String(n), busy.tasks.open)
await page.getByRole('button', { name: /Failed/ }).click()
await page.waitForSelector('text=No task is in this state')

// Forecast: search, choose by keyboard, the chart and its table say the same days.
await go('forecast')
await page.fill('[data-test=item-search]', 'thing 20007')
await page.waitForFunction(() => document.querySelectorAll('.items button').length === 1)
await page.locator('.items button').focus()
await page.keyboard.press('Enter')
await page.waitForSelector('[data-test=chart] canvas')
assert.ok(Number(await page.getAttribute('[data-test=chart]', 'data-points')) > 28)
await page.locator('summary', { hasText: 'The figures as a table' }).click()
assert.ok((await page.locator('.short tbody tr').count()) >= 28)

// What if: asked, planned by the real planner, answered side by side.
await go('what-if')
await page.fill('.draft input[type=number]', '2')
await page.click('[data-test=ask]')
await page.waitForSelector('section.panel:has(h2:text-is("Side by side")) tbody tr:nth-child(11)', { timeout: 60_000 })

// The map: streets and routes are drawn, the list beside it chooses a route, a stop tells its order's story.
await go('map')
await page.waitForSelector('[data-test=map][data-ready=true]', { timeout: 60_000 })
assert.ok(Number(await page.getAttribute('[data-test=map]', 'data-ways')) > 0)
await page.locator('.map-side tbody .link').first().click()
await page.waitForSelector('.map-side [aria-label^="Stops of"]')
await page.locator('.map-side tbody .link').first().click()
await page.waitForSelector('[data-test=story] .steps li')
assert.match(await text('[data-test=story]'), /Picked by[\s\S]*chute[\s\S]*At the door/)
const clock = await text('[data-test=clock]')
await page.locator('.gantt-range').focus()
await page.keyboard.press('ArrowRight')
assert.notEqual(await text('[data-test=clock]'), clock, 'the hand of the timeline moves by keyboard')

// Down to a tablet nothing is wider than the screen.
await page.setViewportSize({ width: 834, height: 1112 })
for (const path of ['', 'tasks', 'jobs']) {
  await go(path)
  await page.waitForSelector('h1')
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path || 'overview'} is wider than a tablet`)
}

// A page that is not there, and a service that is gone.
await go('nowhere')
await page.waitForSelector('main[data-page=missing]')
await close()
