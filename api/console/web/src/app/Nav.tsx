import { useWords } from '../i18n'
import { pages } from '../pages'
import { Icon } from '../ui/icons'
import { Link } from './Link'
import { useRoute } from './router'

export function Nav() {
  const { t } = useWords()
  const { path, query } = useRoute()
  const plan = query.get('plan') ?? undefined
  return (
    <nav className="nav" aria-label={t('nav.label')}>
      <Link to="/" className="brand" aria-label="Quartermaster">
        <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M7 12.5 16 8l9 4.5v9L16 26l-9-4.5zM7 12.5l9 4.5 9-4.5M16 17v9" />
        </svg>
        <span>Quartermaster</span>
      </Link>
      <ul>
        {pages.map((page) => (
          <li key={page.path}>
            <Link to={page.path} query={{ plan }} aria-current={page.path === path ? 'page' : undefined} title={t(page.title)}>
              <Icon name={page.icon} />
              <span>{t(page.title)}</span>
            </Link>
          </li>
        ))}
      </ul>
      <p className="nav-foot">
        <a href="/docs">{t('nav.api')}</a>
      </p>
    </nav>
  )
}
