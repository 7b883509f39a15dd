/** The prompts, written once for both SDKs. */
import type { GetPromptResult } from '@modelcontextprotocol/sdk/types.js'
import { embedded, pngImage, text } from './content.ts'

export interface Prompt {
  readonly name: string
  readonly description: string
  /** Descriptions of its arguments, all of them required. */
  readonly args: { readonly [name: string]: string }
  run(args: { readonly [name: string]: string }): GetPromptResult['messages']
}

export const prompts: readonly Prompt[] = [
  {
    name: 'test_simple_prompt',
    description: 'A prompt without arguments',
    args: {},
    run: () => [user(text('This is a simple prompt for testing.'))]
  },
  {
    name: 'test_prompt_with_arguments',
    description: 'A prompt with two arguments',
    args: { arg1: 'First test argument', arg2: 'Second test argument' },
    run: ({ arg1, arg2 }) => [user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`))]
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'A prompt that embeds a resource',
    args: { resourceUri: 'URI of the resource to embed' },
    run: ({ resourceUri = '' }) => [
      user(embedded(resourceUri, 'text/plain', 'Embedded resource content for testing.')),
      user(text('Please process the embedded resource above.'))
    ]
  },
  {
    name: 'test_prompt_with_image',
    description: 'A prompt with an image',
    args: {},
    run: () => [user(pngImage), user(text('Please analyze the image above.'))]
  }
]

/** Completes every argument of every prompt. */
export function complete(value: string): string[] {
  return ['paris', 'park', 'party', 'test'].filter((word) => word.startsWith(value))
}

function user(content: GetPromptResult['messages'][number]['content']): GetPromptResult['messages'][number] {
  return { role: 'user', content }
}
