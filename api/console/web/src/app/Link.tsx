import type { AnchorHTMLAttributes, MouseEvent, ReactNode } from 'react'
import { href, navigate, type Query } from './router'

interface Props extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  to: string
  query?: Query
  children: ReactNode
}

/** A link inside the console: a real one, so that it opens in a new tab too, followed without loading the page anew. */
export function Link({ to, query, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(to, query)
  }
  return (
    <a href={href(to, query)} onClick={follow} {...rest}>
      {children}
    </a>
  )
}
