import type { Operation, Shape } from './operation'
import type { Problem } from './schema'
import { accessKey, refuse } from './session'

/** Why a request gave nothing, by what the page can do about it. */
export type Failure = 'unauthorized' | 'forbidden' | 'missing' | 'away' | 'network' | 'refused'

export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    readonly problem: Problem | undefined,
    message: string,
  ) {
    super(message)
  }
}

type Given<S extends Shape> = (S['path'] extends undefined ? { path?: undefined } : { path: S['path'] }) &
  (S['query'] extends undefined ? { query?: undefined } : { query?: S['query'] }) & { body?: S['body']; signal?: AbortSignal; headers?: Record<string, string> }

/** Calls one operation and gives its answer, or throws an ApiError. */
export async function call<S extends Shape>(op: Operation<S>, given: Given<S>): Promise<S['result']> {
  const response = await send(op.method, urlOf(op.path, given.path, given.query), given.body, given.signal, given.headers)
  return (response.status === 204 ? undefined : await response.json()) as S['result'] // 204: done, and there is nothing to say
}

export function urlOf(path: string, values?: Shape['path'], query?: Shape['query']): string {
  let url = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values?.[name])))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  if (search.size) url += `?${search}`
  return url
}

/** The Authorization header of this session, if it has a key. */
export function authorization(): Record<string, string> {
  const key = accessKey()
  return key ? { Authorization: `Bearer ${key}` } : {}
}

export async function send(method: string, url: string, body?: unknown, signal?: AbortSignal, extra?: Record<string, string>): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...authorization(), ...extra }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(url, { method, headers, body: body === undefined ? null : JSON.stringify(body), signal: signal ?? null, credentials: 'same-origin' })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError('network', undefined, String(cause))
  }
  if (response.ok) return response
  throw await refusal(response)
}

async function refusal(response: Response): Promise<ApiError> {
  let problem: Problem | undefined
  try {
    problem = (await response.json()) as Problem
  } catch {
    problem = undefined // a proxy in between answers in its own words
  }
  const text = problem?.detail || problem?.title || `HTTP ${response.status}`
  switch (response.status) {
    case 401:
      refuse()
      return new ApiError('unauthorized', problem, text)
    case 403:
      return new ApiError('forbidden', problem, text)
    case 404:
      return new ApiError('missing', problem, text)
    case 429:
    case 502:
    case 503:
    case 504:
      return new ApiError('away', problem, text)
    default:
      return new ApiError('refused', problem, text)
  }
}
