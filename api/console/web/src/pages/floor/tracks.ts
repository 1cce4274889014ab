import type { FloorErrand, FloorMoves, RobotCourse } from '../../api/schema'

/** What a robot does in a step; the numbers are the places of its colours. */
export const IDLE = 0
export const DRIVING = 1
export const WAITING = 2
export const CHARGING = 3

/** Where all robots are in some steps, in arrays that a frame goes through once. */
export interface Tracks {
  from: number
  steps: number
  robots: number
  ids: string[]
  errands: FloorErrand[][]
  /** A robot's cell before step from+k is cells[k * robots + r]; there are steps+1 rows. */
  cells: Int32Array
  /** What it does in step from+k, likewise; there are steps rows. */
  states: Uint8Array
}

/** Writes a course, told as "e12.3n" on a floor so many cells wide, into its column of cells. */
function unroll(course: RobotCourse, width: number, cells: Int32Array, column: number, robots: number) {
  const by: Record<string, number> = { '.': 0, e: 1, w: -1, s: width, n: -width }
  let cell = course.start_cell
  let at = column
  cells[at] = cell
  for (const [, letter, times] of course.moves.matchAll(/([.eswn])(\d*)/g)) {
    for (let n = Number(times || 1); n > 0 && at + robots < cells.length; n--) {
      cells[(at += robots)] = cell += by[letter!]!
    }
  }
  while (at + robots < cells.length) cells[(at += robots)] = cell
}

export function tracksOf(moves: Pick<FloorMoves, 'from_step' | 'steps' | 'robots'>, width: number): Tracks {
  const courses = moves.robots ?? []
  const [robots, steps] = [courses.length, moves.steps]
  const cells = new Int32Array(robots * (steps + 1))
  const states = new Uint8Array(robots * steps)
  courses.forEach((course, r) => {
    unroll(course, width, cells, r, robots)
    for (const errand of course.errands ?? []) {
      const end = Math.min(errand.to_step - moves.from_step, steps)
      for (let k = Math.max(0, errand.from_step - moves.from_step); k < end; k++) {
        const cell = cells[k * robots + r]!
        const stays = cells[(k + 1) * robots + r] === cell
        states[k * robots + r] = !stays ? DRIVING : errand.kind === 'charge' && cell === errand.goal_cell ? CHARGING : errand.kind === 'rest' && cell === errand.goal_cell ? IDLE : WAITING
      }
    }
  })
  return { from: moves.from_step, steps, robots, ids: courses.map((c) => c.robot_id), errands: courses.map((c) => c.errands ?? []), cells, states }
}

/** The row of a step in the tracks, kept inside them. */
export const rowOf = (tracks: Tracks, step: number) => Math.min(Math.max(0, Math.floor(step) - tracks.from), Math.max(0, tracks.steps - 1))

/** Where a robot is, its errand and what it waited for that one, at a step. */
export function robotAt(tracks: Tracks, r: number, step: number) {
  const row = rowOf(tracks, step)
  const now = tracks.from + row
  const errand = tracks.errands[r]!.find((e) => now >= e.from_step && now < e.to_step)
  let waited = 0
  for (let k = errand ? Math.max(0, errand.from_step - tracks.from) : row; errand && k <= row && k < tracks.steps; k++) {
    if (tracks.states[k * tracks.robots + r] === WAITING) waited++
  }
  return { cell: tracks.cells[row * tracks.robots + r]!, state: tracks.steps > 0 ? tracks.states[row * tracks.robots + r]! : IDLE, errand, waited }
}

/** Steps that the heat of a cell looks back. */
export const HEAT_STEPS = 60

/** How many steps robots waited on each cell of late, kept up from step to step. */
export class Heat {
  readonly counts: Uint16Array
  /** The rows counted are those from first up to row. */
  private first = 0
  private row = -1

  constructor(
    private readonly tracks: Tracks,
    cells: number,
  ) {
    this.counts = new Uint16Array(cells)
  }

  private add(row: number, by: number) {
    const { robots, states, cells } = this.tracks
    for (let i = row * robots; i < (row + 1) * robots; i++) if (states[i] === WAITING) this.counts[cells[i]!]! += by
  }

  /** Looks back from a row of the tracks; tells whether it looked back from another before. */
  moveTo(row: number): boolean {
    if (row === this.row || this.tracks.steps === 0) return false
    if (row < this.row || row > this.row + HEAT_STEPS) {
      this.counts.fill(0)
      this.first = Math.max(0, row - HEAT_STEPS + 1)
      this.row = this.first - 1
    }
    while (this.row < row) {
      this.row++
      this.add(this.row, 1)
      if (this.row - this.first >= HEAT_STEPS) this.add(this.first++, -1)
    }
    return true
  }
}
