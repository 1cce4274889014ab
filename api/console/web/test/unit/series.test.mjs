// History, forecast and what was sold since stand on one row of days.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './load.mjs'

const { daysOf, weekly } = await load('pages/forecast/series.ts')

test('days line up, whichever begins first', () => {
  const forecast = { start_date: '2011-11-28', mean: [1, 2, 3], levels: [0.1, 0.9], quantiles: [[0, 1, 2], [4, 5, 6]], history_start_date: '2011-11-26', history: [7, null, 9] }
  const d = daysOf(forecast)
  assert.equal(d.origin, 2)
  assert.deepEqual(d.sold, [7, null, 9, null, null])
  assert.deepEqual(d.mean, [null, null, 1, 2, 3])
  assert.deepEqual([d.low[2], d.high[4]], [0, 6])
  const late = daysOf({ ...forecast, history_start_date: '2011-11-30', history: [5] })
  assert.equal(late.origin, 0)
  assert.deepEqual(late.sold, [null, null, 5])
  assert.equal(daysOf({ ...forecast, history_start_date: undefined, history: [] }).x.length, 3)
})

test('weeks end where the forecast begins', () => {
  const x = Array.from({ length: 20 }, (_, i) => i)
  const row = x.map(() => 1)
  const w = weekly({ x, sold: row, mean: x.map((i) => (i < 9 ? null : 2)), low: row, high: row, planned: x.map((i) => (i === 10 ? 5 : null)), origin: 9 })
  assert.deepEqual(w.x, [2, 9])
  assert.deepEqual(w.sold, [7, 7])
  assert.deepEqual(w.mean, [null, 14])
  assert.deepEqual(w.planned, [null, 17], 'days without an override count as they were forecast')
  assert.equal(w.origin, 1)
})
