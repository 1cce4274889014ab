/** Which part of a floor is seen: the cell at the upper left, and how many pixels a cell is wide. */
export interface View {
  x: number
  y: number
  scale: number
}

export interface Size {
  width: number
  height: number
}

const NEAREST = 64

/** The whole floor, in the middle. */
export function fit(floor: Size, box: Size): View {
  const scale = Math.min(box.width / (floor.width + 1), box.height / (floor.height + 1))
  return { x: (floor.width - box.width / scale) / 2, y: (floor.height - box.height / scale) / 2, scale }
}

/** Nearer or farther by a factor, with what is under a pixel kept under it. */
export function zoom(view: View, by: number, px: number, py: number, floor: Size, box: Size): View {
  const scale = Math.min(Math.max(view.scale * by, fit(floor, box).scale / 2), NEAREST)
  return { x: view.x + px / view.scale - px / scale, y: view.y + py / view.scale - py / scale, scale }
}

/** Moved by pixels, with some of the floor kept in sight. */
export function pan(view: View, dx: number, dy: number, floor: Size, box: Size): View {
  const keep = (at: number, cells: number, pixels: number) => Math.min(Math.max(at, 1 - pixels / view.scale), cells - 1)
  return { x: keep(view.x - dx / view.scale, floor.width, box.width), y: keep(view.y - dy / view.scale, floor.height, box.height), scale: view.scale }
}
