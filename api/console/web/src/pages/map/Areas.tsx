import type { MapCell, PlanMap } from '../../api/schema'
import { list } from '../../api/useResource'
import { useWords } from '../../i18n'
import { Panel } from '../../ui/Panel'
import { Table } from '../../ui/Table'

/** Which site serves which cell of the map and why, in words; a cell chosen on the map stands alone. */
export function Areas({ map, chosen }: { map: PlanMap; chosen: MapCell | undefined }) {
  const { t, number } = useWords()
  const site = (id: string) => list(map.sites).find((s) => s.id === id)?.name ?? id
  const rows = chosen ? [chosen] : [...list(map.cells)].sort((a, b) => b.orders - a.orders)
  return (
    <Panel title={t('areas.title')} hint={t('areas.hint')} flush>
      <Table
        caption={t('areas.title')}
        className="short"
        rows={rows}
        rowKey={(c) => c.cell}
        columns={[
          { key: 'cell', head: t('areas.cell'), header: true, cell: (c) => <code>{c.cell}</code> },
          { key: 'site', head: t('areas.nearest'), cell: (c) => (c.site_id ? site(c.site_id) : '–') },
          { key: 'minutes', head: t('areas.minutes'), align: 'end', cell: (c) => number(c.travel_sec / 60, 1) },
          { key: 'orders', head: t('areas.orders'), align: 'end', cell: (c) => number(c.orders) },
          { key: 'units', head: t('areas.units'), align: 'end', cell: (c) => number(c.units) },
          { key: 'served', head: t('areas.served'), cell: (c) => list(c.served_by).map(site).join(', ') },
          { key: 'why', head: t('tasks.why'), className: 'muted grow', cell: (c) => c.why },
        ]}
      />
    </Panel>
  )
}
