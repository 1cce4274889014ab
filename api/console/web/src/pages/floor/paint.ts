import type { FloorPicture, FloorZone } from '../../api/schema'
import { colour } from '../../app/theme'
import type { Dots } from './dots'
import { HEAT_STEPS, rowOf, type Tracks } from './tracks'
import type { Size, View } from './view'
import { paintZones } from './zones'

/** Below so many pixels a cell is one pixel of a picture that is drawn larger; from then on its letter is drawn. */
const PLAIN_BELOW = 5
const LANES: Record<string, number> = { '>': 0, v: 1, '<': 2, '^': 3 }

export interface Palette {
  cells: Record<string, string>
  lane: string
  mark: string
  robots: string[]
  ring: string
  heat: [number, number, number]
  zones: Record<FloorZone['kind'], string>
}

export const rgb = (hex: string): [number, number, number] => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)) as [number, number, number]

/** The colours of the style sheet as it is now, light or dark. */
export function paletteOf(): Palette {
  const lane = colour('--floor-lane')
  return {
    cells: {
      '#': colour('--floor-wall'), S: colour('--floor-shelf'), x: colour('--floor-people'), P: colour('--floor-station'), I: colour('--floor-induction'),
      C: colour('--floor-charger'), H: colour('--floor-home'), '.': colour('--floor-free'), '>': lane, '<': lane, '^': lane, v: lane,
    },
    lane: colour('--muted'),
    mark: colour('--ink'),
    robots: ['--muted', '--accent', '--warn-fill', '--good'].map(colour),
    ring: colour('--bad'),
    heat: rgb(colour('--bad')),
    zones: { human: colour('--floor-human'), blocked: colour('--floor-closed'), limit: colour('--floor-limit'), slow: colour('--floor-slow') },
  }
}

const sheet = (floor: Size) => {
  const canvas = document.createElement('canvas')
  canvas.width = floor.width
  canvas.height = floor.height
  return canvas
}

/** The floor with a pixel a cell. */
export function plainFloor(floor: FloorPicture, palette: Palette): HTMLCanvasElement {
  const canvas = sheet(floor)
  const pixels = new ImageData(floor.width, floor.height)
  const colours = Object.fromEntries(Object.entries(palette.cells).map(([letter, hex]) => [letter, rgb(hex)]))
  ;(floor.rows ?? []).forEach((row, y) => {
    for (let x = 0; x < floor.width; x++) pixels.data.set([...(colours[row[x]!] ?? colours['.']!), 255], 4 * (y * floor.width + x))
  })
  canvas.getContext('2d')!.putImageData(pixels, 0, 0)
  return canvas
}

/** Where robots waited of late, with a pixel a cell: the longer, the stronger. */
export function heatSheet(floor: FloorPicture): (counts: Uint16Array, palette: Palette) => HTMLCanvasElement {
  const canvas = sheet(floor)
  const pen = canvas.getContext('2d')!
  const pixels = new ImageData(floor.width, floor.height)
  return (counts, palette) => {
    const [r, g, b] = palette.heat
    for (let c = 0; c < counts.length; c++) {
      const share = Math.min(1, counts[c]! / (HEAT_STEPS / 2))
      pixels.data[4 * c] = r
      pixels.data[4 * c + 1] = g
      pixels.data[4 * c + 2] = b
      pixels.data[4 * c + 3] = share > 0 ? 40 + 180 * share : 0
    }
    pen.putImageData(pixels, 0, 0)
    return canvas
  }
}

/** Draws what does not move: cells, lanes, letters of stations where there is room, zones as they are in a step, and the heat over them. */
export function paintFloor(pen: CanvasRenderingContext2D, floor: FloorPicture, plain: HTMLCanvasElement, heat: HTMLCanvasElement | null, view: View, box: Size, palette: Palette, step: number) {
  const { x, y, scale } = view
  pen.clearRect(0, 0, box.width, box.height)
  pen.imageSmoothingEnabled = false
  pen.drawImage(plain, -x * scale, -y * scale, floor.width * scale, floor.height * scale)
  if (scale >= PLAIN_BELOW) paintSigns(pen, floor, view, box, palette)
  paintZones(pen, floor, view, step, palette)
  if (heat) pen.drawImage(heat, -x * scale, -y * scale, floor.width * scale, floor.height * scale)
}

function paintSigns(pen: CanvasRenderingContext2D, floor: FloorPicture, { x, y, scale }: View, box: Size, palette: Palette) {
  const rows = floor.rows ?? []
  const to = { x: Math.min(floor.width, Math.ceil(x + box.width / scale)), y: Math.min(floor.height, Math.ceil(y + box.height / scale)) }
  pen.font = `600 ${Math.round(scale * 0.55)}px system-ui, sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  for (let cy = Math.max(0, Math.floor(y)); cy < to.y; cy++) {
    for (let cx = Math.max(0, Math.floor(x)); cx < to.x; cx++) {
      const letter = rows[cy]![cx]!
      const [px, py] = [(cx + 0.5 - x) * scale, (cy + 0.5 - y) * scale]
      if (letter in LANES) paintLane(pen, px, py, scale, LANES[letter]!, palette.lane)
      else if (scale >= 12 && 'PICH'.includes(letter)) {
        pen.fillStyle = palette.mark
        pen.fillText(letter, px, py)
      }
    }
  }
}

function paintLane(pen: CanvasRenderingContext2D, px: number, py: number, scale: number, turns: number, ink: string) {
  pen.save()
  pen.translate(px, py)
  pen.rotate((turns * Math.PI) / 2)
  pen.fillStyle = ink
  pen.beginPath()
  pen.moveTo(scale * 0.28, 0)
  pen.lineTo(-scale * 0.2, -scale * 0.24)
  pen.lineTo(-scale * 0.2, scale * 0.24)
  pen.fill()
  pen.restore()
}

/** The robots of a row of the tracks in the order of their colours, so that a frame changes colour three times at most. */
export function orderOf(tracks: Tracks, row: number, order: Int32Array): Int32Array {
  const first = [0, 0, 0, 0, 0]
  const states = tracks.steps > 0 ? tracks.states.subarray(row * tracks.robots, (row + 1) * tracks.robots) : new Uint8Array(tracks.robots)
  for (const s of states) first[s + 1]!++
  for (let s = 1; s < 5; s++) first[s]! += first[s - 1]!
  states.forEach((s, r) => {
    order[first[s]!++] = r
  })
  return order
}

/** Draws all robots where they are between two steps, in one pass: small ones as pixels of a picture, others as rectangles. */
export function paintRobots(pen: CanvasRenderingContext2D, dots: Dots, tracks: Tracks, order: Int32Array, at: number, width: number, view: View, box: Size, palette: Palette, chosen: number) {
  const row = rowOf(tracks, at)
  const part = tracks.steps > 0 ? Math.min(Math.max(at - tracks.from - row, 0), 1) : 0
  const here = row * tracks.robots
  const there = here + (tracks.steps > 0 ? tracks.robots : 0)
  const { cells, states } = tracks
  const { scale } = view
  const side = Math.max(1.5, scale * 0.74)
  const inset = (scale - side) / 2
  const small = dots.begin(pen.canvas, pen.canvas.width / box.width, side, palette.robots)
  if (!small) pen.clearRect(0, 0, box.width, box.height)
  let inked = -1
  let ring: [number, number] | undefined
  for (let i = 0; i < order.length; i++) {
    const r = order[i]!
    const a = cells[here + r]!
    const b = cells[there + r]!
    const ax = a % width
    const bx = b % width
    const ay = (a - ax) / width
    const by = (b - bx) / width
    const px = (ax + (bx - ax) * part - view.x) * scale + inset
    const py = (ay + (by - ay) * part - view.y) * scale + inset
    if (px < -scale || py < -scale || px > box.width || py > box.height) continue
    const state = tracks.steps > 0 ? states[here + r]! : 0
    if (small) dots.square(px, py, side, state)
    else {
      if (state !== inked) pen.fillStyle = palette.robots[(inked = state)]!
      pen.fillRect(px, py, side, side)
    }
    if (r === chosen) ring = [px, py]
  }
  if (small) dots.end(pen)
  if (ring) {
    pen.strokeStyle = palette.ring
    pen.lineWidth = 2.5
    pen.strokeRect(ring[0] - 3, ring[1] - 3, side + 6, side + 6)
  }
}
