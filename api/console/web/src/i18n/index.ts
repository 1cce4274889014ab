import { useSyncExternalStore } from 'react'
import { en, type Key, type Message } from './en'
import { formats, type Formats } from './format'
import { zh } from './zh'

export type Language = 'en' | 'zh'
export type { Key }
const NAME = 'quartermaster.language'
const locales = { en: 'en-GB', zh: 'zh-CN' } as const
const catalogues: Record<Language, Record<Key, Message>> = { en, zh }

export type Values = Record<string, string | number>
export interface Words extends Formats {
  language: Language
  t: (key: Key, values?: Values) => string
  /** The words of a code that the server sent, or the code itself where it is newer than this console. */
  code: (group: string, code: string) => string
}

function wordsOf(language: Language): Words {
  const locale = locales[language]
  const plural = new Intl.PluralRules(locale)
  const format = formats(locale)
  const t = (key: Key, values: Values = {}) => {
    const message = catalogues[language][key]
    const n = values.n
    const text = typeof message === 'string' ? message : ((typeof n === 'number' && plural.select(n) === 'one' ? message.one : message.other) ?? message.other)
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      return typeof value === 'number' ? format.number(value) : (value ?? '')
    })
  }
  const code = (group: string, value: string) => {
    const key = `${group}.${value}`
    return key in en ? t(key as Key) : value
  }
  return { language, t, code, ...format }
}

const stored = localStorage.getItem(NAME)
let words = wordsOf(stored === 'zh' || stored === 'en' ? stored : navigator.language.startsWith('zh') ? 'zh' : 'en')
document.documentElement.lang = locales[words.language]
const listeners = new Set<() => void>()

export function chooseLanguage(language: Language) {
  localStorage.setItem(NAME, language)
  document.documentElement.lang = locales[language]
  words = wordsOf(language)
  listeners.forEach((tell) => tell())
}

export function useWords(): Words {
  return useSyncExternalStore(
    (tell) => {
      listeners.add(tell)
      return () => listeners.delete(tell)
    },
    () => words,
  )
}
