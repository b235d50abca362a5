// Renders one case with liquidjs as often as it is told, and answers how many nanoseconds that took. One JSON line in,
// one out; the first is the case. The folder liquidjs is installed in is the argument.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'

const require = createRequire(`${process.argv[2]}/`)
const { Liquid } = require('liquidjs')

let engine, template, test

function start (given) {
  test = given
  engine = new Liquid({ templates: given.partials, outputEscape: 'escape' })
  const escape = value => String(value).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c]))
  engine.registerFilter('t', {
    raw: true,
    handler (key, ...pairs) {
      const values = Object.fromEntries(pairs)
      let found = key.split('.').reduce((branch, part) => branch?.[part], given.texts)
      if (typeof found === 'object' && 'count' in values) found = found[values.count === 1 ? 'one' : 'other']
      return (found ?? values.default ?? key).replace(/%\{(\w+)\}/g, (_, name) => escape(values[name]))
    }
  })
  template = engine.parse(given.page)
  return true
}

function time (times, work) {
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) work()
  return Number(process.hrtime.bigint() - start)
}

function parse () {
  engine.parse(test.page)
  for (const source of Object.values(test.partials)) engine.parse(source)
}

function answer (question) {
  if (question.page !== undefined) return start(question)
  if (question.output) return engine.renderSync(template, test.data)
  if (question.parse) return time(question.parse, parse)
  return time(question.render, () => engine.renderSync(template, test.data))
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(JSON.parse(line))) + '\n')
}
