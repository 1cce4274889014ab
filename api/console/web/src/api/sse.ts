/** What stands between two blank lines of a stream: the event's id and data; a comment has neither. */
export function readEvent(text: string): { id?: string; data?: string } {
  const out: { id?: string; data?: string } = {}
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon < 1) continue
    const value = line.slice(colon + 1).replace(/^ /, '')
    const name = line.slice(0, colon)
    if (name === 'id') out.id = value
    if (name === 'data') out.data = out.data === undefined ? value : `${out.data}\n${value}`
  }
  return out
}
