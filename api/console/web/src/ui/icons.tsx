const paths = {
  overview: 'M4 4h7v9H4zM13 4h7v5h-7zM13 11h7v9h-7zM4 15h7v5H4z',
  map: 'M9 4 3 6.5v13L9 17l6 3 6-2.5v-13L15 7zM9 4v13M15 7v13',
  forecast: 'M3 20h18M4 16l5-6 4 3 7-8',
  tasks: 'm4 6 1.5 1.5L8 5M4 12l1.5 1.5L8 11M4 18l1.5 1.5L8 17M11 6.5h9M11 12.5h9M11 18.5h9',
  jobs: 'M12 3v4M12 17v4M3 12h4M17 12h4M5.6 5.6l2.9 2.9M15.5 15.5l2.9 2.9M5.6 18.4l2.9-2.9M15.5 8.5l2.9-2.9',
  whatif: 'M6 3v6a4 4 0 0 0 4 4h4a4 4 0 0 1 4 4v4M6 21v-6M15 18l3 3 3-3M3 6l3-3 3 3',
  warning: 'M12 4 2.5 20h19zM12 10v4.5M12 17.2v.1',
  error: 'M8 3h8l5 5v8l-5 5H8l-5-5V8zM12 8v5M12 16v.1',
  check: 'm4 12.5 5 5L20 6.5',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  reload: 'M20 11a8 8 0 1 0-.7 4.5M20 5v6h-6',
  close: 'm6 6 12 12M18 6 6 18',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5',
  plus: 'M12 5v14M5 12h14',
  play: 'M7 5v14l11-7z',
  pause: 'M8 5v14M16 5v14',
  box: 'M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8',
  van: 'M3 6h11v10H3zM14 10h4l3 3v3h-7M7 18.5a1.8 1.8 0 1 0 0-.1M17 18.5a1.8 1.8 0 1 0 0-.1',
  home: 'M4 11 12 4l8 7v9h-5v-6H9v6H4z',
  cart: 'M3 4h3l2.5 11h9L20 7H7M9.5 19.5v.1M16.5 19.5v.1',
  chute: 'M4 5h16M7 5v6l5 4 5-4V5M12 15v5',
  robot: 'M5 9h14v8H5zM12 9V5M9 12.5v1M15 12.5v1M7.5 20v.1M16.5 20v.1',
  down: 'm6 9 6 6 6-6',
} as const

export type IconName = keyof typeof paths

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  )
}
