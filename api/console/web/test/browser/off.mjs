// Every page against the real program without authentication.
import assert from 'node:assert/strict'
import { address, firstPaint, open } from './browser.mjs'

const { page, go, says, close } = await open()
const api = async (path) => (await fetch(new URL(path, address))).json()
const text = (selector) => page.locator(selector).innerText()
const plan = (await api('/v1/fulfilment-plans?limit=1')).items[0]

// Overview: the plan's own figures, and the first paint as the browser measured it.
await go('')
await page.waitForSelector('[data-test=orders]')
const s = plan.summary
await says('[data-test=orders]', new RegExp(`^${s.promised - s.partial}\\b`))
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
await says('tbody tr >> nth=0', /Done/)

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

// Floor: a warehouse's robots as the plan has them, drawn, played and scrubbed; one of them is told; tasks by station beside.
await go('floor')
await page.waitForSelector('[data-test=floor-stage][data-robots]', { timeout: 60_000 })
const moves = await api(`/v1/warehouses/${busy.id}/moves?limit=10000`)
await page.getByRole('button', { name: busy.name }).click()
await page.waitForSelector(`[data-test=floor-stage][data-robots="${moves.robots.length}"]`)
const stage = page.locator('[data-test=floor-stage]')
await stage.focus()
await page.keyboard.press('.')
await says('[data-test=floor-clock]', /step 1 of/)
await page.keyboard.press('Space')
await page.waitForFunction(() => !/step [01] of/.test(document.querySelector('[data-test=floor-clock]').innerText))
await page.keyboard.press('Space')
const driven = moves.robots.find((r) => r.errands.length > 0)
await page.fill('[data-test=floor-robot-find]', driven.robot_id)
await page.locator('[data-test=floor-scrub]').fill(String(driven.errands[0].from_step))
await says(`[data-test=floor-robot][data-robot="${driven.robot_id}"]`, new RegExp(driven.errands[0].task_id))
await page.check('[data-test=floor-heat]')
await page.waitForSelector('[data-test=floor-tasks] tbody tr')

// A floor is tried: drawn, watched, a robot clicked; changed so that it cannot be driven, its fault is told with the cell.
await page.click('[data-test=floor-try]')
await page.fill('[data-test=floor-trial] input[name=robots]', '40')
await page.fill('[data-test=floor-trial] input[name=steps]', '60')
await page.fill('[data-test=floor-trial] input[name=slow_share]', '0.25')
await page.check('[data-test=trial-zones]')
await page.click('[data-test=trial-run]')
await page.waitForSelector('[data-test=floor-stage][data-robots="40"]', { timeout: 60_000 })
assert.equal(await page.getAttribute('[data-test=trial-result]', 'data-collisions'), '0')
assert.equal(await page.getAttribute('[data-test=trial-zones-result]', 'data-faults'), '0')
await says('[data-test=trial-zones-result]', /Packing · People at times/)
const tried = (await api('/v1/floor-trials?limit=1')).items[0]
const { floor, moves: course } = (await api(`/v1/floor-trials/${tried.id}`)).result
await stage.scrollIntoViewIfNeeded()
const seen = await stage.boundingBox()
const cellPx = Math.min(seen.width / (floor.width + 1), seen.height / (floor.height + 1))
const { start_cell: cell, robot_id: clicked } = course.robots[7]
await page.mouse.click(seen.x + seen.width / 2 + ((cell % floor.width) + 0.5 - floor.width / 2) * cellPx, seen.y + seen.height / 2 + (Math.floor(cell / floor.width) + 0.5 - floor.height / 2) * cellPx)
await page.waitForSelector(`[data-test=floor-robot][data-robot="${clicked}"]`)
await page.click('[data-test=floor-play]')
await page.waitForFunction(() => Number(document.querySelector('[data-test=floor-scrub]').value) >= 4)
await page.click('[data-test=trial-edit]')
assert.match(await page.inputValue('[data-test=trial-file]'), /^zones\nLane slow 0\.5 cells 1 2 38 2$/m)
await page.fill('[data-test=floor-trial] input[name=robots]', '2')
await page.fill('[data-test=trial-file]', 'floor 1\ngrid\n#######\n#P.#.I#\n#######\n')
await page.click('[data-test=trial-run]')
await says('[role=alert]', /cannot be reached/)
await page.selectOption('[data-test=language]', 'zh')
await page.waitForSelector('h2:text-is("无法试运行此地面")')
await page.selectOption('[data-test=language]', 'en')

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

// It says what it is made of; a planner overrides a day with a reason, which shows in what is planned, and withdraws it again.
await says('[data-test=explained]', /About [\d.]+ units a day/)
const item = await page.evaluate(() => new URL(location.href).searchParams.get('item') ?? location.href.match(/item=([^&#]+)/)[1])
const before = await api(`/v1/items/${item}/forecast`)
await page.fill('[data-test=override-value]', '3')
await page.fill('[data-test=override-reason]', 'half-price week')
await page.locator('[data-test=override-form] button[type=submit]').click()
await page.waitForSelector('[data-test=overrides] li')
await says('[data-test=overrides]', /times 3[\s\S]*half-price week/)
const after = await api(`/v1/items/${item}/forecast`)
assert.ok(Math.abs(after.planned_mean[0] - 3 * before.mean[0]) < 1e-9)
await page.getByRole('button', { name: 'Withdraw' }).click()
await page.waitForSelector('[data-test=overrides] .badge')
assert.equal((await api(`/v1/items/${item}/forecast`)).planned_mean, undefined)
await page.locator('[data-test=versions] summary').click()
await page.waitForSelector('[data-test=versions] tbody tr')

// Suppliers: by points first; once a model of their records is learned, by the chance to fail, with reasons, the trend and
// what would improve it; in Chinese too.
await go('suppliers')
await page.waitForSelector('.items button')
await says('main', /No learned model is in use/)
const risks = (await api('/v1/supplier-risks')).items
assert.equal(await page.locator('.items button').count(), risks.length)
const records = []
for (let month = 0; month < 20; month++) for (const [k, s] of risks.entries()) records.push({ supplier_id: s.supplier_id, as_of_date: `${2010 + Math.floor(month / 12)}-${String(1 + (month % 12)).padStart(2, '0')}-01`, failed: k === 0 && month % 4 > 0 })
const training = await fetch(new URL('/v1/credit-trainings', address), {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', Prefer: 'wait=25' },
  body: JSON.stringify({ model: 'suppliers', kind: 'scorecard', records, keep_leaks: true }),
})
assert.equal((await training.json()).status, 'done')
await page.reload()
await page.waitForSelector('h2:text-is("What would improve it")')
const riskiest = (await api('/v1/supplier-risks')).items[0]
assert.equal(await text('.items button[aria-pressed=true] code'), riskiest.supplier_id)
await says('main', /model suppliers, version 1/)
assert.equal(await page.locator('.trust-reasons').first().locator('li').count(), riskiest.failure.reasons.length)
await page.locator('summary', { hasText: 'Trend as a table' }).click()
assert.ok((await page.locator('.short tbody tr').count()) >= 12)
await says('[data-test=trend]', /Getting|Steady/)
await page.fill('[data-test=supplier-search]', 'no such supplier')
await page.waitForSelector('text=No supplier fits')
await page.fill('[data-test=supplier-search]', '')
await page.locator('.items button').nth(1).focus()
await page.keyboard.press('Enter')
await page.waitForFunction(() => new URLSearchParams(location.search).has('supplier'))
await page.selectOption('[data-test=language]', 'zh')
await page.waitForSelector('h2:text-is("风险金额")')
await page.selectOption('[data-test=language]', 'en')
// Stock: the lines that the API names, one of them with its projection and its curve; a better service orders earlier.
await go('stock')
await page.waitForSelector('.stock-lines tbody tr', { timeout: 60_000 })
await page.fill('[data-test=stock-search]', '20007')
await page.waitForFunction(() => [...document.querySelectorAll('.stock-lines tbody tr')].every((r) => r.dataset.key.startsWith('20007')))
await page.locator('.stock-lines tbody .link').first().focus()
await page.keyboard.press('Enter')
await page.waitForSelector('[data-test=stock-path][data-points="60"]', { timeout: 60_000 })
await page.waitForSelector('[data-test=stock-curve] .plot-mark')
const usual = Number(await page.getAttribute('[data-test=policy]', 'data-reorder'))
await page.selectOption('[data-test=stock-service]', '0.995')
await page.waitForFunction((n) => Number(document.querySelector('[data-test=policy]')?.dataset.reorder) > n, usual, { timeout: 60_000 })
await page.selectOption('[data-test=stock-health]', 'expiring')
await page.waitForFunction(() => document.querySelectorAll('.stock-lines tbody tr').length === 0)

// Network: the study in the box is solved and drawn; what is wrong with another is told by its place.
await go('network')
await page.click('[data-test=network-ask]')
await page.waitForSelector('[data-test=network-answer][data-status=optimal]', { timeout: 60_000 })
assert.ok(Number(await page.getAttribute('[data-test=network-map]', 'data-links')) >= 5)
await page.fill('[data-test=network-text]', '{"customers":[{"id":"x","demand":1},{"id":"x","demand":1}],"greenfield":1}')
await page.click('[data-test=network-ask]')
await page.waitForSelector('.problems code:text("customers[1].id")')

// What if: asked, planned by the real planner, answered side by side.
await go('what-if')
await page.fill('.draft input[type=number]', '2')
await page.getByRole('button', { name: 'Another scenario' }).click()
await page.locator('.draft select').nth(1).selectOption('roads') // streets at 1.3 times their speed, everywhere
await page.click('[data-test=ask]')
await page.waitForSelector('section.panel:has(h2:text-is("Side by side")) tbody tr:nth-child(11)', { timeout: 60_000 })

// The map: streets and routes are drawn, and rain over two cells; the list beside it chooses a route, a stop tells its
// order's story.
const wet = (await api(`/v1/fulfilment-plans/${plan.id}/map`)).cells.slice(0, 2).map((c) => c.cell)
const rain = { id: 'rain', kind: 'weather', source: 'radar', sky: { rain_mm_h: 0.1 }, cells: wet, from: '2011-11-28T06:00:00Z', until: '2011-11-28T07:00:00Z' }
const told = await fetch(new URL('/v1/road-conditions', address), { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ conditions: [rain] }) })
assert.equal(told.status, 200)
await go('map')
await page.waitForSelector('[data-test=map][data-ready=true]', { timeout: 60_000 })
assert.ok(Number(await page.getAttribute('[data-test=map]', 'data-ways')) > 0)
await page.waitForSelector(`[data-test=map][data-weather="${wet.length}"]`)
// Service areas: cells in the colour of their nearest site, and the same in words with the reason.
await page.click('[data-test=areas]')
await page.waitForFunction(() => Number(document.querySelector('[data-test=map]').dataset.cells) > 0)
await says('section.panel:has(h2:text-is("Which site serves where")) tbody', /is nearest, \d+ min[\s\S]* brings \d+ parcels: /)
await page.click('[data-test=areas]')
// A closure is drawn on the map: the routes through it tell at once what it does to them.
await page.click('[data-test=draw]')
const canvas = await page.locator('[data-test=map] canvas.maplibregl-canvas').boundingBox()
for (const [i, [x, y]] of [[0.3, 0.3], [0.7, 0.3], [0.7, 0.7], [0.3, 0.7]].entries()) {
  await page.mouse.click(canvas.x + x * canvas.width, canvas.y + y * canvas.height)
  await page.waitForFunction((n) => Number(document.querySelector('[data-test=map]').dataset.corners) === n, i + 1)
}
await page.fill('.closure input[name=reason]', 'a drawn flood')
await page.click('[data-test=close-streets]')
const flood = page.locator('[data-test=known-conditions] li:has-text("a drawn flood")')
await flood.waitFor()
await page.waitForSelector('.map-side tbody td b', { timeout: 30_000 })
await says('.map-side tbody', /No way|\+\d+ min/)
assert.match(await flood.textContent(), /Closure.*\(console\).*ended: 2011-11-28 00:00/s)
// The same days can be planned again under it: the dialog says so and names them.
await page.click('[data-test=plan-again]')
assert.match(await page.locator('dialog[open]').textContent(), /on the streets as they are known now/)
assert.equal(await page.inputValue('dialog[open] input[type=date]'), '2011-11-28')
await page.click('dialog[open] .dialog-foot .quiet')
await page.waitForSelector('dialog[open]', { state: 'detached' })
await page.waitForSelector('[data-test=map][data-ready=true]', { timeout: 60_000 })
// What holds on the road is told with its effect on the plan.
assert.match(await page.textContent('[data-test=conditions] [data-kind=incident]'), /\+\d+ min.*roadworks/)
await page.locator('.map-side tbody .link').first().click()
await page.waitForSelector('.map-side [aria-label^="Stops of"]')
await page.locator('.map-side tbody .link').first().click()
await page.waitForSelector('[data-test=story] .steps li')
await says('[data-test=story]', /Picked by[\s\S]*chute[\s\S]*At the door/)
const clock = await text('[data-test=clock]')
await page.locator('.gantt-range').focus()
await page.keyboard.press('ArrowRight')
assert.notEqual(await text('[data-test=clock]'), clock, 'the hand of the timeline moves by keyboard')

// Down to a tablet nothing is wider than the screen.
await page.setViewportSize({ width: 834, height: 1112 })
for (const path of ['', 'floor', 'tasks', 'suppliers', 'jobs']) {
  await go(path)
  await page.waitForSelector('h1')
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path || 'overview'} is wider than a tablet`)
}

// A page that is not there, and a service that is gone.
await go('nowhere')
await page.waitForSelector('main[data-page=missing]')
await close()
