import type { ReactNode } from 'react'

export interface Column<T> {
  key: string
  head: string
  cell: (row: T) => ReactNode
  align?: 'end'
  /** The cell that names the row. */
  header?: boolean
  className?: string
}

interface Props<T> {
  caption: string
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  selected?: string | undefined
  className?: string
}

export function Table<T>({ caption, columns, rows, rowKey, selected, className = '' }: Props<T>) {
  return (
    <div className={`table-wrap ${className}`} tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((c) => (
              <th key={c.key} scope="col" className={c.align}>
                {c.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const key = rowKey(row)
            return (
              <tr key={key} data-key={key} aria-current={selected === key ? 'true' : undefined}>
                {columns.map((c) =>
                  c.header ? (
                    <th key={c.key} scope="row" className={`${c.align ?? ''} ${c.className ?? ''}`}>
                      {c.cell(row)}
                    </th>
                  ) : (
                    <td key={c.key} className={`${c.align ?? ''} ${c.className ?? ''}`}>
                      {c.cell(row)}
                    </td>
                  ),
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
