import { useId, type ReactNode } from 'react'

interface Props {
  title: string
  hint?: ReactNode
  actions?: ReactNode
  className?: string
  children: ReactNode
  flush?: boolean
}

export function Panel({ title, hint, actions, className = '', children, flush }: Props) {
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id}>
      <header className="panel-head">
        <div>
          <h2 id={id}>{title}</h2>
          {hint && <p className="hint">{hint}</p>}
        </div>
        {actions && <div className="panel-actions">{actions}</div>}
      </header>
      <div className={flush ? 'panel-body flush' : 'panel-body'}>{children}</div>
    </section>
  )
}

export function PageHead({ title, hint, actions }: { title: string; hint?: ReactNode; actions?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {hint && <p className="hint">{hint}</p>}
      </div>
      {actions && <div className="page-actions">{actions}</div>}
    </header>
  )
}
