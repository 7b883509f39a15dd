/** The resources, written once for both SDKs. */
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js'
import { pngImage } from './content.ts'

type Contents = ReadResourceResult['contents'][number]

export interface Resource {
  readonly name: string
  readonly uri: string
  readonly description: string
  readonly mimeType: string
  readonly content: { readonly text: string } | { readonly blob: string }
}

export const resources: readonly Resource[] = [
  {
    name: 'static-text',
    uri: 'test://static-text',
    description: 'A text that never changes',
    mimeType: 'text/plain',
    content: { text: 'This is the content of the static text resource.' }
  },
  {
    name: 'static-binary',
    uri: 'test://static-binary',
    description: 'An image that never changes',
    mimeType: 'image/png',
    content: { blob: pngImage.data }
  },
  {
    name: 'watched-resource',
    uri: 'test://watched-resource',
    description: 'A text to subscribe to',
    mimeType: 'text/plain',
    content: { text: 'This is the content of the watched resource.' }
  }
]

export const template = {
  name: 'template',
  uri: 'test://template/{id}/data',
  description: 'Data by id',
  mimeType: 'application/json'
}

export function read({ uri, mimeType, content }: Resource): ReadResourceResult {
  return { contents: [{ uri, mimeType, ...content }] }
}

export function readTemplate(uri: string, id: string): ReadResourceResult {
  const data = { id, templateTest: true, data: `Data for ID: ${id}` }
  const contents: Contents = { uri, mimeType: template.mimeType, text: JSON.stringify(data) }
  return { contents: [contents] }
}
