import type { Warehouse } from '../../api/schema'
import type { Resource } from '../../api/useResource'
import { Link } from '../../app/Link'
import { useWords } from '../../i18n'
import { Shares } from '../../ui/figures'
import { Loaded, Notice } from '../../ui/States'

export function Warehouses({ of }: { of: Resource<Warehouse[]> }) {
  const { t } = useWords()
  return (
    <Loaded of={of} empty={(rows) => rows.length === 0} whenEmpty={<Notice icon="home" title={t('warehouses.none')} />}>
      {(rows) => (
        <ul className="warehouses">
          {rows.map((w) => {
            const { open, leased, done, failed, blocked } = w.tasks
            const total = open + leased + done + failed + blocked
            return (
              <li key={w.id}>
                <p className="row-between">
                  <Link to="/tasks" query={{ warehouse: w.id }}>
                    {w.name}
                  </Link>
                  <span className="muted">{t('warehouses.tasks', { n: total })}</span>
                </p>
                <Shares
                  total={0}
                  parts={[
                    { label: t('task.done'), value: done, tone: 'good' },
                    { label: t('task.leased'), value: leased, tone: 'accent' },
                    { label: t('task.open'), value: open, tone: 'plain' },
                    ...(failed + blocked > 0
                      ? [
                          { label: t('task.failed'), value: failed, tone: 'bad' as const },
                          { label: t('task.blocked'), value: blocked, tone: 'warn' as const },
                        ]
                      : []),
                  ]}
                />
              </li>
            )
          })}
        </ul>
      )}
    </Loaded>
  )
}
