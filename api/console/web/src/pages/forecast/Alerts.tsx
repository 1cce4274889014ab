import { call } from '../../api/client'
import { listForecastAlerts, type ForecastAlert } from '../../api/schema'
import { list, useResource } from '../../api/useResource'
import { patchQuery } from '../../app/router'
import { useWords } from '../../i18n'
import { Icon } from '../../ui/icons'

/** What broke lately of one forecast. */
export function AlertLines({ alerts }: { alerts: ForecastAlert[] }) {
  const { code, day } = useWords()
  if (alerts.length === 0) return null
  return (
    <ul className="alert-lines" data-test="alerts">
      {alerts.map((a, i) => (
        <li key={i}>
          <Icon name="warning" size={16} />
          <b>{code('alert', a.kind)}</b> {a.date && <time dateTime={a.date}>{day(a.date)}</time>} <span className="muted">{a.sentence}</span>
        </li>
      ))}
    </ul>
  )
}

/** The items that people should look at, folded away. */
export function Alerted() {
  const { t, code } = useWords()
  const found = useResource('forecast alerts', (signal) => call(listForecastAlerts, { query: { limit: 50 }, signal }))
  const items = list(found.data?.items)
  if (items.length === 0) return null
  return (
    <details className="alerted" data-test="alerted">
      <summary>{t('forecast.alerted', { n: found.data?.found ?? 0 })}</summary>
      <ul>
        {items.map((x) => (
          <li key={x.item_id}>
            <button type="button" className="link" onClick={() => patchQuery({ item: x.item_id })}>
              {x.name || x.item_id}
            </button>{' '}
            <span className="muted">{[...new Set(list(x.alerts).map((a) => code('alert', a.kind)))].join(', ')}</span>
          </li>
        ))}
      </ul>
    </details>
  )
}
