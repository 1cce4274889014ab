import type { ReactNode } from 'react'
import { useWords } from '../i18n'

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'accent'

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>
}

export function Stat({ label, value, detail }: { label: string; value: ReactNode; detail?: ReactNode }) {
  return (
    <div className="stat">
      <dt>{label}</dt>
      <dd>
        <span className="stat-value">{value}</span>
        {detail && <span className="stat-detail">{detail}</span>}
      </dd>
    </div>
  )
}

export interface Share {
  label: string
  value: number
  tone: Tone
}

/** Parts of a whole as one bar with its legend; the legend is its text. */
export function Shares({ parts, total }: { parts: Share[]; total: number }) {
  const { number, percent } = useWords()
  const shown = parts.filter((p) => p.value > 0)
  return (
    <div className="shares">
      <div className="shares-bar" aria-hidden="true">
        {shown.map((p) => (
          <span key={p.label} className={p.tone} style={{ flexGrow: p.value }} />
        ))}
      </div>
      <ul className="legend">
        {parts.map((p) => (
          <li key={p.label}>
            <i className={p.tone} aria-hidden="true" />
            {p.label} <b>{number(p.value)}</b> <span className="muted">{total > 0 ? percent(p.value / total, 1) : ''}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

export function Progress({ value, label, tone = 'accent' }: { value: number; label: string; tone?: Tone }) {
  const { percent } = useWords()
  return (
    <div className="progress" role="progressbar" aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(value * 100)} aria-valuetext={percent(value)} aria-label={label}>
      <span className={tone} style={{ width: `${Math.min(Math.max(value, 0), 1) * 100}%` }} />
    </div>
  )
}
