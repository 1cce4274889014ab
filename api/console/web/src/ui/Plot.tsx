import type { ReactNode } from 'react'

export interface Line {
  name: string
  tone: 'accent' | 'ink' | 'muted'
  dashed?: boolean
  /** One point for each x; null = none. */
  y: (number | null)[]
}

interface Props {
  label: string
  x: number[]
  lines: Line[]
  band?: { low: number[]; high: number[] }
  /** Levels across the whole plot. */
  levels?: { name: string; y: number }[]
  mark?: { x: number; y: number }
  xTick: (v: number) => string
  yTick: (v: number) => string
  test?: string
  children?: ReactNode
}

const W = 760
const H = 260
const LEFT = 64
const BOTTOM = 26

/** Lines over a common axis as one picture; a table beside it has the figures. */
export function Plot({ label, x, lines, band, levels = [], mark, xTick, yTick, test }: Props) {
  const all = [...lines.flatMap((l) => l.y.filter((v): v is number => v !== null)), ...(band ? [...band.low, ...band.high] : []), ...levels.map((l) => l.y), 0]
  const low = Math.min(...all)
  const high = Math.max(...all, low + 1)
  const first = x[0] ?? 0
  const last = x[x.length - 1] ?? 1
  const px = (v: number) => LEFT + ((v - first) / Math.max(last - first, 1e-9)) * (W - LEFT - 12)
  const py = (v: number) => 10 + (1 - (v - low) / (high - low)) * (H - BOTTOM - 16)
  const path = (y: (number | null)[]) => {
    let pen = 'M'
    return y
      .map((v, i) => {
        if (v === null) {
          pen = 'M'
          return ''
        }
        const part = `${pen}${px(x[i]!).toFixed(1)} ${py(v).toFixed(1)}`
        pen = 'L'
        return part
      })
      .join('')
  }
  const ticks = [0, 0.25, 0.5, 0.75, 1]
  return (
    <figure className="plot" data-test={test} data-points={x.length}>
      <svg viewBox={`0 0 ${W} ${H}`} role="img" aria-label={label}>
        {ticks.map((k) => {
          const v = low + k * (high - low)
          return (
            <g key={k}>
              <line x1={LEFT} x2={W - 12} y1={py(v)} y2={py(v)} className="plot-grid" />
              <text x={LEFT - 8} y={py(v) + 4} textAnchor="end">
                {yTick(v)}
              </text>
              <text x={px(first + k * (last - first))} y={H - 6} textAnchor={k === 0 ? 'start' : k === 1 ? 'end' : 'middle'}>
                {xTick(first + k * (last - first))}
              </text>
            </g>
          )
        })}
        {band && <path d={`${path(band.high)}L${[...band.low].map((v, i) => `${px(x[i]!).toFixed(1)} ${py(v).toFixed(1)}`).reverse().join('L')}Z`} className="plot-band" />}
        {levels.map((l) => (
          <line key={l.name} x1={LEFT} x2={W - 12} y1={py(l.y)} y2={py(l.y)} className="plot-level" />
        ))}
        {lines.map((l) => (
          <path key={l.name} d={path(l.y)} className={`plot-line ${l.tone}${l.dashed ? ' dashed' : ''}`} />
        ))}
        {mark && <circle cx={px(mark.x)} cy={py(mark.y)} r={5} className="plot-mark" />}
      </svg>
      <figcaption>
        {lines.map((l) => (
          <span key={l.name} className={`plot-key ${l.tone}${l.dashed ? ' dashed' : ''}`}>
            {l.name}
          </span>
        ))}
        {levels.map((l) => (
          <span key={l.name} className="plot-key level">
            {l.name}
          </span>
        ))}
      </figcaption>
    </figure>
  )
}
