import type { ReactNode } from 'react'
import type { ApiError } from '../api/client'
import type { Resource } from '../api/useResource'
import { useWords, type Key } from '../i18n'
import { Icon, type IconName } from './icons'

export function Notice({ icon, title, children, action, tone = 'plain' }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode; tone?: 'plain' | 'bad' }) {
  return (
    <div className={`notice ${tone}`}>
      <Icon name={icon} size={26} />
      <p className="notice-title">{title}</p>
      {children && <p className="notice-text">{children}</p>}
      {action}
    </div>
  )
}

export function Skeleton({ rows = 4 }: { rows?: number }) {
  const { t } = useWords()
  return (
    <div className="skeleton" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: rows }, (_, i) => (
        <span key={i} style={{ width: `${92 - ((i * 37) % 45)}%` }} />
      ))}
    </div>
  )
}

const titles: Record<ApiError['failure'], Key> = {
  unauthorized: 'state.unauthorized',
  forbidden: 'state.forbidden',
  missing: 'state.missing',
  away: 'state.away',
  network: 'state.network',
  refused: 'state.refused',
}

export function Refusal({ error, reload }: { error: ApiError; reload?: () => void }) {
  const { t } = useWords()
  const closed = error.failure === 'forbidden' || error.failure === 'unauthorized'
  return (
    <div role="alert" data-state={error.failure}>
      <Notice
        icon={closed ? 'lock' : 'error'}
        tone={closed ? 'plain' : 'bad'}
        title={t(titles[error.failure])}
        action={
          reload && !closed ? (
            <button type="button" className="button" onClick={reload}>
              <Icon name="reload" size={16} /> {t('action.retry')}
            </button>
          ) : undefined
        }
      >
        {error.failure === 'forbidden' ? t('state.forbidden_text') : error.problem?.detail}
      </Notice>
    </div>
  )
}

interface LoadedProps<T> {
  of: Resource<T>
  children: (data: T) => ReactNode
  empty?: (data: T) => boolean
  whenEmpty?: ReactNode
  rows?: number
}

/** Shows what was read, or that it is being read, is empty, may not be read or could not be. */
export function Loaded<T>({ of, children, empty, whenEmpty, rows = 4 }: LoadedProps<T>) {
  const { t } = useWords()
  if (of.data === undefined) return of.error ? <Refusal error={of.error} reload={of.reload} /> : <Skeleton rows={rows} />
  return (
    <>
      {of.error && (
        <p className="stale" role="status">
          <Icon name="warning" size={16} /> {t('state.stale')} {of.error.problem?.detail}
        </p>
      )}
      {empty?.(of.data) ? whenEmpty : children(of.data)}
    </>
  )
}
