// Ways are read as they were written, and a vehicle is where its share of the way says.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './load.mjs'

const { along, decodePolyline, metres } = await load('pages/map/geo.ts')

test('the worked example of the Encoded Polyline Algorithm Format', () => {
  assert.deepEqual(decodePolyline('_p~iF~ps|U_ulLnnqC_mqNvxq`@'), [
    [-120.2, 38.5],
    [-120.95, 40.7],
    [-126.453, 43.252],
  ])
  assert.deepEqual(decodePolyline(''), [])
})

test('a share of the way is a share of its length', () => {
  const way = [
    [9.5, 47.1],
    [9.5, 47.2],
    [9.5, 47.4],
  ]
  assert.deepEqual(along(way, 0), way[0])
  assert.ok(metres(along(way, 1 / 3), way[1]) < 1)
  assert.ok(metres(along(way, 2 / 3), [9.5, 47.3]) < 1)
  assert.ok(metres(along(way, 1), way[2]) < 1)
  assert.deepEqual(along([way[0]], 0.5), way[0])
  assert.ok(Math.abs(metres([9.5, 47], [9.5, 47.1]) - 11_119.5) < 1)
})
