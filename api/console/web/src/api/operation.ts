/** What one operation takes and gives; the generated schema fills it in. */
export interface Shape {
  path: Record<string, string | number> | undefined
  query: Record<string, string | number | boolean | undefined> | undefined
  body: unknown
  result: unknown
}

export interface Operation<S extends Shape> {
  method: string
  path: string
  /** Only for the type checker: never there at run time. */
  shape?: S
}

export function operation<S extends Shape>(method: string, path: string): Operation<S> {
  return { method, path }
}
