// A block of a stream of server-sent events is read as the HTML standard says, as far as this API uses it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { load } from './load.mjs'

const { readEvent } = await load('api/sse.ts')

test('an event has an id and data, a comment has neither', () => {
  assert.deepEqual(readEvent('id: 17\nevent: quartermaster.job.done\ndata: {"a":": b"}'), { id: '17', data: '{"a":": b"}' })
  assert.deepEqual(readEvent(': ping'), {})
  assert.deepEqual(readEvent('retry: 2000'), {})
  assert.deepEqual(readEvent('data:one\r\ndata: two'), { data: 'one\ntwo' })
  assert.deepEqual(readEvent('nothing'), {})
})
