import type { FloorPicture } from '../../api/schema'
import type { Clock } from './clock'
import { Dots } from './dots'
import { heatSheet, orderOf, paintFloor, paintRobots, paletteOf, plainFloor } from './paint'
import { Heat, rowOf, type Tracks } from './tracks'
import { fit, type Size, type View } from './view'
import { shutOf } from './zones'

const sameSize = (a: Size, b: Size) => a.width === b.width && a.height === b.height

/** A floor on two canvases: below what stands, drawn when the view, the heat or what is closed changes; above the robots, drawn in every frame. */
export class Drawn {
  view: View
  box: Size = { width: 0, height: 0 }
  chosen = -1
  private readonly below: CanvasRenderingContext2D
  private readonly above: CanvasRenderingContext2D
  private palette = paletteOf()
  private plain: HTMLCanvasElement
  private tracks: Tracks | undefined
  private heat: Heat | undefined
  private warm: HTMLCanvasElement | null = null
  private readonly warmth: ReturnType<typeof heatSheet>
  private order = new Int32Array(0)
  private readonly dots = new Dots()
  private row = -1
  private shut = ''
  private dirty = true
  /** The step and the robot that the upper canvas shows. */
  private drawnAt = -1
  private drawnChosen = -1

  constructor(
    private readonly host: HTMLElement,
    private readonly floor: FloorPicture,
    private readonly clock: Clock,
  ) {
    const [below, above] = host.querySelectorAll('canvas')
    this.below = below!.getContext('2d')!
    // Kept in memory, where pixels are written: a canvas on the graphics card would be sent every frame there and back.
    this.above = above!.getContext('2d', { willReadFrequently: true })!
    this.plain = plainFloor(floor, this.palette)
    this.warmth = heatSheet(floor)
    this.view = fit(floor, { width: 1, height: 1 })
  }

  show(tracks: Tracks | undefined, heat: boolean) {
    this.tracks = tracks
    this.heat = heat && tracks ? new Heat(tracks, this.floor.width * this.floor.height) : undefined
    this.warm = null
    this.order = new Int32Array(tracks?.robots ?? 0)
    this.row = -1
    this.dirty = true
  }

  recolour() {
    this.palette = paletteOf()
    this.plain = plainFloor(this.floor, this.palette)
    this.row = -1
    this.dirty = true
  }

  look(view: View) {
    this.view = view
    this.dirty = true
  }

  /** Takes the size of the page's box; the first time, and where nobody zoomed, the whole floor is shown. */
  resize() {
    const box = { width: this.host.clientWidth, height: this.host.clientHeight }
    if (sameSize(box, this.box) || box.width === 0) return
    const whole = this.box.width === 0 || this.view.scale === fit(this.floor, this.box).scale
    this.box = box
    if (whole) this.view = fit(this.floor, box)
    const ratio = window.devicePixelRatio
    for (const pen of [this.below, this.above]) {
      pen.canvas.width = box.width * ratio
      pen.canvas.height = box.height * ratio
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
    }
    this.dirty = true
  }

  /** Draws what has changed at the clock's step. */
  frame() {
    if (this.box.width === 0) return
    const row = this.tracks ? rowOf(this.tracks, this.clock.at) : 0
    if (this.tracks && row !== this.row) {
      this.row = row
      orderOf(this.tracks, row, this.order)
      if (this.heat?.moveTo(row) || (this.heat && !this.warm)) {
        this.warm = this.warmth(this.heat.counts, this.palette)
        this.dirty = true
      }
    }
    const step = (this.tracks?.from ?? 0) + row
    const shut = shutOf(this.floor, step)
    if (shut !== this.shut) {
      this.shut = shut
      this.dirty = true
    }
    const { dirty, chosen } = this
    if (dirty) paintFloor(this.below, this.floor, this.plain, this.warm, this.view, this.box, this.palette, step)
    this.dirty = false
    if (!dirty && this.drawnAt === this.clock.at && this.drawnChosen === chosen) return
    this.drawnAt = this.clock.at
    this.drawnChosen = chosen
    if (this.tracks) paintRobots(this.above, this.dots, this.tracks, this.order, this.clock.at, this.floor.width, this.view, this.box, this.palette, chosen)
  }

  /** The robot nearest to a pixel, within a cell of it. */
  robotAt(px: number, py: number): number {
    const t = this.tracks
    if (!t) return -1
    const [x, y] = [this.view.x + px / this.view.scale - 0.5, this.view.y + py / this.view.scale - 0.5]
    let [best, found] = [Math.max(1, 6 / this.view.scale) ** 2, -1]
    const row = rowOf(t, this.clock.at)
    for (let r = 0; r < t.robots; r++) {
      const cell = t.cells[row * t.robots + r]!
      const far = ((cell % this.floor.width) - x) ** 2 + (Math.floor(cell / this.floor.width) - y) ** 2
      if (far < best) [best, found] = [far, r]
    }
    return found
  }
}
