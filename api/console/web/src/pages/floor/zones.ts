import type { FloorPicture, FloorZone } from '../../api/schema'
import type { Palette } from './paint'
import type { View } from './view'

/** A zone's line in a floor file. */
export function zoneLine(z: FloorZone): string {
  const value = z.kind === 'limit' ? ` ${z.most_robots}` : z.kind === 'slow' ? ` ${z.speed_cells_per_step}` : ''
  const areas = (z.areas ?? []).map((a) => ` cells ${a.from_column} ${a.from_row} ${a.to_column} ${a.to_row}`).join('')
  const times = z.to_step ? ` from ${z.from_step ?? 0} to ${z.to_step}${z.every_steps ? ` every ${z.every_steps}` : ''}` : ''
  return `${z.name} ${z.kind}${value}${areas}${times}`
}

/** Whether nobody may enter a zone in a step. */
export function zoneClosed(z: FloorZone, step: number): boolean {
  if (z.kind !== 'human' && z.kind !== 'blocked') return false
  const [from, to, every] = [z.from_step ?? 0, z.to_step ?? 0, z.every_steps ?? 0]
  if (to === 0) return true
  if (step < from) return false
  return (every > 0 ? (step - from) % every : step - from) < to - from
}

/** Which zones are closed in a step, as a word that changes when they do. */
export const shutOf = (floor: FloorPicture, step: number) => (floor.zones ?? []).map((z) => (zoneClosed(z, step) ? '1' : '0')).join('')

/** From so many pixels a cell zones are named. */
const NAMED_FROM = 9

/** Draws the zones of a floor: people's tinted, closed ones hatched, each with its edge and, where there is room, its name. */
export function paintZones(pen: CanvasRenderingContext2D, floor: FloorPicture, { x, y, scale }: View, step: number, palette: Palette) {
  for (const z of floor.zones ?? []) {
    const closed = zoneClosed(z, step)
    const ink = palette.zones[z.kind]
    for (const a of z.areas ?? []) {
      const [left, top] = [(a.from_column - x) * scale, (a.from_row - y) * scale]
      const [width, height] = [(a.to_column - a.from_column + 1) * scale, (a.to_row - a.from_row + 1) * scale]
      pen.save()
      pen.beginPath()
      pen.rect(left, top, width, height)
      pen.clip()
      pen.fillStyle = ink
      pen.globalAlpha = closed ? 0.32 : 0.14
      pen.fillRect(left, top, width, height)
      pen.globalAlpha = 1
      pen.strokeStyle = closed ? palette.ring : ink
      if (closed) hatch(pen, left, top, width, height)
      pen.lineWidth = 3
      pen.setLineDash(z.kind === 'limit' ? [6, 4] : [])
      pen.strokeRect(left, top, width, height)
      pen.restore()
    }
    const first = z.areas?.[0]
    if (first && scale >= NAMED_FROM) {
      pen.fillStyle = palette.mark
      pen.font = `600 ${Math.round(Math.min(13, scale * 0.7))}px system-ui, sans-serif`
      pen.textAlign = 'left'
      pen.textBaseline = 'top'
      pen.fillText(z.kind === 'limit' ? `${z.name} ≤ ${z.most_robots}` : z.name, (first.from_column - x) * scale + 4, (first.from_row - y) * scale + 4)
    }
  }
}

function hatch(pen: CanvasRenderingContext2D, left: number, top: number, width: number, height: number) {
  pen.lineWidth = 1.5
  pen.beginPath()
  for (let d = 0; d < width + height; d += 10) {
    pen.moveTo(left + d, top)
    pen.lineTo(left + d - height, top + height)
  }
  pen.stroke()
}
