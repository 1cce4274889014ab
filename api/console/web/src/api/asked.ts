import { ApiError, call } from './client'
import type { Operation, Shape } from './operation'

interface Answer<A> {
  id: string
  status: string
  error?: string | undefined
  result?: A | null | undefined
}

interface AskShape<A> extends Shape {
  path: undefined
  result: Answer<A>
}

interface ReadShape<A> extends Shape {
  path: { id: string }
  query: undefined
  result: Answer<A>
}

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((done, stop) => {
    const timer = window.setTimeout(done, ms)
    signal.addEventListener('abort', () => {
      window.clearTimeout(timer)
      stop(signal.reason as Error)
    })
  })

/** Asks for work and waits for its result; what went wrong in the job is an ApiError like any other. */
export async function asked<A>(ask: Operation<AskShape<A>>, read: Operation<ReadShape<A>>, body: unknown, signal: AbortSignal): Promise<A> {
  return (await answered(ask, read, body, signal)).result
}

/** The same with the id of the work, for what is read of it by pages. */
export async function answered<A>(ask: Operation<AskShape<A>>, read: Operation<ReadShape<A>>, body: unknown, signal: AbortSignal): Promise<{ id: string; result: A }> {
  let answer = (await call(ask as Operation<Shape>, { body, signal, headers: { Prefer: 'wait=20' } } as never)) as Answer<A>
  while (answer.status !== 'done' || !answer.result) {
    if (['failed', 'cancelled', 'quarantined'].includes(answer.status)) throw new ApiError('refused', undefined, answer.error || answer.status)
    await pause(1000, signal)
    answer = (await call(read as Operation<Shape>, { path: { id: answer.id }, signal } as never)) as Answer<A>
  }
  return { id: answer.id, result: answer.result }
}
