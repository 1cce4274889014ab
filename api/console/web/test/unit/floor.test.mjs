// Courses are read as the server writes them, what a robot does follows from them, and the heat of cells kept from step to
// step is the one counted anew.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './load.mjs'

const { tracksOf, robotAt, rowOf, Heat, HEAT_STEPS, IDLE, DRIVING, WAITING, CHARGING } = await load('pages/floor/tracks.ts')
const { fit, pan, zoom } = await load('pages/floor/view.ts')

const column = (tracks, r) => Array.from({ length: tracks.steps + 1 }, (_, k) => tracks.cells[k * tracks.robots + r])
const doing = (tracks, r) => Array.from({ length: tracks.steps }, (_, k) => tracks.states[k * tracks.robots + r])

test('the worked example of the moves of a plan', () => {
  const errands = [
    { kind: 'move', task_id: 'a', from_step: 2, to_step: 7, goal_cell: 1 },
    { kind: 'charge', from_step: 9, to_step: 12, goal_cell: 4 },
  ]
  const tracks = tracksOf({ from_step: 0, steps: 12, robots: [{ robot_id: 'still', start_cell: 3, moves: '.12', errands: [] }, { robot_id: 'S-1', start_cell: 8, moves: '.2n2.2e.2ws.', errands }] }, 4)
  assert.deepEqual(column(tracks, 0), Array(13).fill(3))
  assert.deepEqual(column(tracks, 1), [8, 8, 8, 4, 0, 0, 0, 1, 1, 1, 0, 4, 4])
  assert.deepEqual(doing(tracks, 0), Array(12).fill(IDLE))
  assert.deepEqual(doing(tracks, 1), [IDLE, IDLE, DRIVING, DRIVING, WAITING, WAITING, DRIVING, IDLE, IDLE, DRIVING, DRIVING, CHARGING])
  assert.deepEqual(robotAt(tracks, 1, 5.5), { cell: 0, state: WAITING, errand: errands[0], waited: 2 })
  assert.equal(robotAt(tracks, 1, 8).errand, undefined)
})

test('a window of later steps keeps the steps of the whole', () => {
  const errands = [{ kind: 'fetch', from_step: 90, to_step: 102, goal_cell: 2 }]
  const tracks = tracksOf({ from_step: 100, steps: 3, robots: [{ robot_id: 'a', start_cell: 1, moves: 'e.2', errands }] }, 4)
  assert.deepEqual(doing(tracks, 0), [DRIVING, WAITING, IDLE])
  assert.equal(rowOf(tracks, 101.9), 1)
  assert.equal(rowOf(tracks, 5000), 2)
  const none = tracksOf({ from_step: 0, steps: 0, robots: [{ robot_id: 'a', start_cell: 7, moves: '', errands: null }] }, 4)
  assert.deepEqual(robotAt(none, 0, 0), { cell: 7, state: IDLE, errand: undefined, waited: 0 })
})

test('heat kept from step to step is heat counted anew, also after a jump', () => {
  const steps = 3 * HEAT_STEPS
  let seed = 7
  const random = (n) => (seed = (seed * 48271) % 2147483647) % n
  const robots = Array.from({ length: 5 }, (_, r) => {
    let x = r
    const moves = Array.from({ length: steps }, () => {
      const d = '.ew'[random(3)]
      const next = x + { '.': 0, e: 1, w: -1 }[d]
      return next < 0 || next > 9 ? '.' : ((x = next), d)
    }).join('')
    return { robot_id: `${r}`, start_cell: r, moves, errands: [{ kind: 'move', from_step: 0, to_step: steps, goal_cell: 0 }] }
  })
  const tracks = tracksOf({ from_step: 0, steps, robots }, 10)
  const heat = new Heat(tracks, 10)
  for (const row of [0, 1, 5, 59, 60, 61, 130, 131, 20, 179, 100]) {
    heat.moveTo(row)
    const want = new Uint16Array(10)
    for (let k = Math.max(0, row - HEAT_STEPS + 1); k <= row; k++) for (let r = 0; r < 5; r++) if (tracks.states[k * 5 + r] === WAITING) want[tracks.cells[k * 5 + r]]++
    assert.deepEqual(heat.counts, want, `row ${row}`)
  }
  assert.equal(heat.moveTo(100), false)
})

test('zooming keeps what is under the pointer, panning keeps the floor in sight', () => {
  const [floor, box] = [{ width: 40, height: 24 }, { width: 800, height: 600 }]
  const whole = fit(floor, box)
  const at = (v) => [v.x + 200 / v.scale, v.y + 150 / v.scale]
  const near = zoom(whole, 3, 200, 150, floor, box)
  at(near).forEach((c, i) => assert.ok(Math.abs(c - at(whole)[i]) < 1e-9))
  assert.equal(zoom(whole, 1e9, 0, 0, floor, box).scale, 64)
  const off = pan(near, 1e6, -1e6, floor, box)
  assert.ok(off.x + box.width / off.scale > 0 && off.y < floor.height)
})

const { zoneClosed, zoneLine, shutOf } = await load('pages/floor/zones.ts')

test('zones close and open at their times, and are written as a floor file has them', () => {
  const people = { name: 'A', kind: 'human', from_step: 2, to_step: 5, every_steps: 20, areas: [{ from_column: 1, from_row: 2, to_column: 3, to_row: 4 }] }
  const wall = { name: 'B', kind: 'blocked', areas: [] }
  const slow = { name: 'C', kind: 'slow', speed_cells_per_step: 0.5, areas: people.areas }
  const once = { name: 'D', kind: 'blocked', to_step: 3, areas: people.areas }
  assert.deepEqual([0, 1, 2, 4, 5, 21, 22, 24, 25].map((s) => zoneClosed(people, s)), [false, false, true, true, false, false, true, true, false])
  assert.equal(shutOf({ zones: [people, wall, slow, once] }, 2), '1101')
  assert.equal(shutOf({ zones: [people, wall, slow, once] }, 3), '1100')
  assert.equal(shutOf({}, 3), '')
  assert.equal(zoneLine(people), 'A human cells 1 2 3 4 from 2 to 5 every 20')
  assert.equal(zoneLine(slow), 'C slow 0.5 cells 1 2 3 4')
  assert.equal(zoneLine({ ...slow, kind: 'limit', most_robots: 2 }), 'C limit 2 cells 1 2 3 4')
  assert.equal(zoneLine(once), 'D blocked cells 1 2 3 4 from 0 to 3')
})
