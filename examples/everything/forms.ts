/** The forms that the elicitation tools show to the user. */
import type { ElicitRequestFormParams } from '@modelcontextprotocol/sdk/types.js'

export function userForm(message: string): ElicitRequestFormParams {
  return {
    message,
    requestedSchema: {
      type: 'object',
      properties: {
        username: { type: 'string', description: "User's response" },
        email: { type: 'string', description: "User's email address" }
      },
      required: ['username', 'email']
    }
  }
}

/** A default for each primitive type (SEP-1034). */
export const defaultsForm: ElicitRequestFormParams = {
  message: 'Please review and update the form fields with defaults',
  requestedSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'User name', default: 'John Doe' },
      age: { type: 'integer', description: 'User age', default: 30 },
      score: { type: 'number', description: 'User score', default: 95.5 },
      status: {
        type: 'string',
        description: 'User status',
        enum: ['active', 'inactive', 'pending'],
        default: 'active'
      },
      verified: { type: 'boolean', description: 'Verification status', default: true }
    },
    required: []
  }
}

const options = ['option1', 'option2', 'option3']

const titled = [
  { const: 'value1', title: 'First Option' },
  { const: 'value2', title: 'Second Option' },
  { const: 'value3', title: 'Third Option' }
]

/** All five ways to offer a choice (SEP-1330). */
export const enumsForm: ElicitRequestFormParams = {
  message: 'Please select options from the enum fields',
  requestedSchema: {
    type: 'object',
    properties: {
      untitledSingle: { type: 'string', description: 'Select one option', enum: options },
      titledSingle: { type: 'string', description: 'Select one option with titles', oneOf: titled },
      legacyEnum: {
        type: 'string',
        description: 'Select one option (legacy)',
        enum: ['opt1', 'opt2', 'opt3'],
        enumNames: ['Option One', 'Option Two', 'Option Three']
      },
      untitledMulti: { type: 'array', description: 'Select several', items: { type: 'string', enum: options } },
      titledMulti: { type: 'array', description: 'Select several with titles', items: { anyOf: titled } }
    },
    required: []
  }
}

export function completionOf({ action, content }: { readonly action: string; readonly content?: unknown }): string {
  return `Elicitation completed: action=${action}, content=${JSON.stringify(content ?? {})}`
}
