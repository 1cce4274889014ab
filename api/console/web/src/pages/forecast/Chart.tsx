import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colour, useShownTheme } from '../../app/theme'
import { useWords } from '../../i18n'
import { dateOf, type Days } from './series'

/** History, forecast with its band, and what was sold since, on one time line. */
export default function Chart({ days, label }: { days: Days; label: string }) {
  const words = useWords()
  const theme = useShownTheme()
  const holder = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const { t, number, dayShort } = words
    const element = holder.current!
    const ink = colour('--ink')
    const accent = colour('--accent')
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line') }, font: '12px system-ui' }
    const value = (_: uPlot, v: number | null) => (v === null || v === undefined ? '–' : number(v, 1))
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: 340,
        tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), 'UTC'),
        cursor: { drag: { x: true, y: false } },
        series: [
          { label: t('forecast.day'), value: (_, v) => (v === null ? '–' : dayShort(dateOf(v))) },
          { label: t('forecast.sold'), stroke: ink, width: 1.2, points: { show: true, size: 3, fill: ink }, value },
          { label: t('forecast.mean'), stroke: accent, width: 2, points: { show: false }, value },
          { label: t('forecast.low'), stroke: 'transparent', points: { show: false }, value },
          { label: t('forecast.high'), stroke: 'transparent', points: { show: false }, value },
          { label: t('forecast.planned'), stroke: colour('--warn'), width: 2, dash: [6, 4], points: { show: true, size: 5, fill: colour('--warn') }, value },
        ],
        bands: [{ series: [4, 3], fill: accent + '33' }],
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((v) => dayShort(dateOf(v)).replace(/^\p{L}+,? /u, '')) },
          { ...axis, size: 56, values: (_, ticks) => ticks.map((v) => number(v, 1)) },
        ],
        scales: { y: { range: (_, __, max) => [0, Math.max(max * 1.05, 1)] } },
        hooks: {
          draw: [
            (u) => {
              const at = days.x[days.origin]
              if (at === undefined) return
              const x = Math.round(u.valToPos(at, 'x', true))
              u.ctx.save()
              u.ctx.strokeStyle = colour('--muted')
              u.ctx.setLineDash([4, 4])
              u.ctx.beginPath()
              u.ctx.moveTo(x, u.bbox.top)
              u.ctx.lineTo(x, u.bbox.top + u.bbox.height)
              u.ctx.stroke()
              u.ctx.restore()
            },
          ],
        },
      },
      [days.x, days.sold, days.mean, days.low, days.high, days.planned],
      element,
    )
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: 340 }))
    resize.observe(element)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
  }, [days, words, theme])
  return <div ref={holder} className="chart" role="img" aria-label={label} data-test="chart" data-points={days.x.length} />
}
