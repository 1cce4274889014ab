// Writes src/api/schema.ts: the operations that the console uses (api.json) and the schemas they speak in, taken from
// docs/openapi.json. Only these are written, so that the console changes when its own words change and not otherwise.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const spec = JSON.parse(readFileSync(process.env.OPENAPI ?? here('../../../../docs/openapi.json'), 'utf8'))
const wanted = JSON.parse(readFileSync(here('../api.json'), 'utf8'))
const out = process.argv[2] ?? here('../src/api/schema.ts')

const operations = new Map()
for (const [path, item] of Object.entries(spec.paths)) {
  for (const [method, operation] of Object.entries(item)) operations.set(operation.operationId, { path, method, operation })
}

const seen = new Set()
const queue = []
const nameOf = (ref) => {
  const name = ref.split('/').pop()
  if (!seen.has(name)) {
    seen.add(name)
    queue.push(name)
  }
  return name
}

function typeOf(schema, indent) {
  if (schema === undefined || schema === true) return 'unknown'
  if (schema.$ref) return nameOf(schema.$ref)
  if (schema.enum) return schema.enum.map((v) => JSON.stringify(v)).join(' | ')
  const kinds = Array.isArray(schema.type) ? schema.type : [schema.type]
  const each = kinds.map((kind) => {
    switch (kind) {
      case 'string':
        return 'string'
      case 'integer':
      case 'number':
        return 'number'
      case 'boolean':
        return 'boolean'
      case 'null':
        return 'null'
      case 'array':
        return `Array<${typeOf(schema.items, indent)}>`
      case 'object':
        if (schema.properties) return objectOf(schema, indent)
        return `Record<string, ${typeOf(schema.additionalProperties || undefined, indent)}>`
      default:
        return 'unknown'
    }
  })
  return each.join(' | ')
}

function objectOf(schema, indent) {
  const required = new Set(schema.required ?? [])
  const pad = '  '.repeat(indent + 1)
  const rows = Object.entries(schema.properties)
    .filter(([name]) => name !== '$schema')
    .map(([name, value]) => `${pad}${/^\w+$/.test(name) ? name : JSON.stringify(name)}${required.has(name) ? '' : '?'}: ${typeOf(value, indent + 1)}`)
  return rows.length ? `{\n${rows.join('\n')}\n${'  '.repeat(indent)}}` : '{}'
}

const camel = (id) => id.replace(/-(\w)/g, (_, c) => c.toUpperCase())
const params = (operation, where) => {
  const all = (operation.parameters ?? []).filter((p) => p.in === where)
  if (!all.length) return 'undefined'
  return `{ ${all.map((p) => `${p.name}${p.required ? '' : '?'}: ${typeOf(p.schema, 0)}`).join('; ')} }`
}

wanted.schemas.forEach((name) => nameOf(`#/components/schemas/${name}`))
const made = wanted.operations.map((id) => {
  const found = operations.get(id)
  if (!found) throw new Error(`docs/openapi.json has no operation ${id}, which api.json names`)
  const { path, method, operation } = found
  const json = (content) => content?.['application/json']?.schema
  const success = operation.responses['200'] ?? operation.responses['202'] ?? operation.responses['201']
  const result = json(success?.content) ? typeOf(json(success.content), 0) : 'void'
  const body = json(operation.requestBody?.content)
  return [
    `export const ${camel(id)} = operation<{`,
    `  path: ${params(operation, 'path')}`,
    `  query: ${params(operation, 'query')}`,
    `  body: ${body ? typeOf(body, 0) + (operation.requestBody.required ? '' : ' | undefined') : 'undefined'}`,
    `  result: ${result}`,
    `}>(${JSON.stringify(method.toUpperCase())}, ${JSON.stringify(path)})`,
  ].join('\n')
})

const types = []
while (queue.length) {
  const name = queue.shift()
  const schema = spec.components.schemas[name]
  types.push([name, schema.type === 'object' && schema.properties ? `export interface ${name} ${objectOf(schema, 0)}` : `export type ${name} = ${typeOf(schema, 0)}`])
}
types.sort(([a], [b]) => (a < b ? -1 : 1))

writeFileSync(
  out,
  [
    '// Generated from docs/openapi.json by scripts/api-types.mjs; do not edit.',
    "import { operation } from './operation'",
    '',
    ...types.map(([, text]) => text + '\n'),
    ...made.map((text) => text + '\n'),
  ].join('\n'),
)
