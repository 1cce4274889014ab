import { lazy, type ComponentType } from 'react'
import type { Key } from '../i18n'
import type { IconName } from '../ui/icons'
import Overview from './overview'

interface Page {
  path: string
  title: Key
  icon: IconName
  Component: ComponentType
}

/** All pages in the order of the navigation: one folder each, loaded when it is first looked at (but the first, at once). */
export const pages: Page[] = [
  { path: '/', title: 'overview.title', icon: 'overview', Component: Overview },
  { path: '/map', title: 'map.title', icon: 'map', Component: lazy(() => import('./map')) },
  { path: '/forecast', title: 'forecast.title', icon: 'forecast', Component: lazy(() => import('./forecast')) },
  { path: '/stock', title: 'stock.title', icon: 'box', Component: lazy(() => import('./stock')) },
  { path: '/network', title: 'network.title', icon: 'chute', Component: lazy(() => import('./network')) },
  { path: '/floor', title: 'floor.title', icon: 'robot', Component: lazy(() => import('./floor')) },
  { path: '/tasks', title: 'tasks.title', icon: 'tasks', Component: lazy(() => import('./tasks')) },
  { path: '/suppliers', title: 'trust.title', icon: 'cart', Component: lazy(() => import('./suppliers')) },
  { path: '/what-if', title: 'whatif.title', icon: 'whatif', Component: lazy(() => import('./whatif')) },
  { path: '/jobs', title: 'jobs.title', icon: 'jobs', Component: lazy(() => import('./jobs')) },
]
