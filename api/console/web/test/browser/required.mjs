// The real program with authentication: without a key the sign-in page, with a key what its role may see.
import assert from 'node:assert/strict'
import { open } from './browser.mjs'

const { page, go, close } = await open()
await go('')
await page.waitForSelector('main[data-page=signin]')
await page.fill('input[type=password]', 'qm_wrong')
await page.keyboard.press('Enter')
await page.waitForSelector('text=This key is not known here')

await page.fill('input[type=password]', process.env.VIEWER_KEY)
await page.keyboard.press('Enter')
await page.waitForSelector('[data-test=orders]')
assert.equal(await page.evaluate(() => localStorage.getItem('quartermaster.key')), null, 'a key outlives its tab')

// A viewer may look, not ask: the refusal stands in the dialog.
await page.getByRole('button', { name: 'New plan' }).click()
await page.getByRole('button', { name: 'Plan', exact: true }).click()
await page.waitForSelector('dialog [data-state=forbidden]')
await page.keyboard.press('Escape')

// Signed out, nothing is left; a controller's key sees no plans, and every panel says so.
await page.getByRole('button', { name: 'Sign out' }).click()
await page.waitForSelector('main[data-page=signin]')
await page.fill('input[type=password]', process.env.WAREHOUSE_KEY)
await page.keyboard.press('Enter')
await page.waitForSelector('[data-state=forbidden]')
assert.equal(await page.evaluate(() => sessionStorage.getItem('quartermaster.key')), process.env.WAREHOUSE_KEY)
await close()
