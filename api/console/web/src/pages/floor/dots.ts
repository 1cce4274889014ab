import { rgb } from './paint'
import type { Size } from './view'

/** Robots of fewer pixels than this are written as pixels: thousands of small rectangles cost a canvas far more than one picture. */
const SMALL_BELOW = 16

/** A picture of the size of a canvas into which squares are written pixel by pixel, with soft edges so that they glide. */
export class Dots {
  private pixels = new ImageData(1, 1)
  private ink = new Uint32Array(this.pixels.data.buffer)
  private inks: number[] = []
  private ratio = 1

  /** Begins a picture of a canvas so many times finer than the page; tells whether squares of that side are small enough. */
  begin(canvas: Size, ratio: number, side: number, colours: string[]): boolean {
    this.ratio = ratio
    if (side * ratio >= SMALL_BELOW) return false
    if (this.pixels.width !== canvas.width || this.pixels.height !== canvas.height) {
      this.pixels = new ImageData(canvas.width, canvas.height)
      this.ink = new Uint32Array(this.pixels.data.buffer)
    } else this.ink.fill(0)
    this.inks = colours.map((hex) => {
      const [r, g, b] = rgb(hex)
      return (b << 16) | (g << 8) | r
    })
    return true
  }

  /** Writes a square; a pixel that it covers in part is as opaque as that part. */
  square(x: number, y: number, side: number, colour: number) {
    const { ink, ratio, pixels } = this
    const left = x * ratio
    const top = y * ratio
    const right = left + side * ratio
    const bottom = top + side * ratio
    const lastX = Math.min(pixels.width, Math.ceil(right))
    const lastY = Math.min(pixels.height, Math.ceil(bottom))
    const tint = this.inks[colour]!
    for (let py = Math.max(0, Math.floor(top)); py < lastY; py++) {
      const high = Math.min(py + 1, bottom) - Math.max(py, top)
      for (let px = Math.max(0, Math.floor(left)); px < lastX; px++) {
        const alpha = Math.round(255 * high * (Math.min(px + 1, right) - Math.max(px, left)))
        const at = py * pixels.width + px
        if (alpha > ink[at]! >>> 24) ink[at] = (alpha << 24) | tint
      }
    }
  }

  end(pen: CanvasRenderingContext2D) {
    pen.putImageData(this.pixels, 0, 0)
  }
}
