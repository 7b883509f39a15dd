/** How to connect the usual clients to an MCP endpoint, as lines to copy. */
export function connectHints(url: string): string {
  return `
Connect a client:
  Claude Code   claude mcp add --transport http scaled-mcp ${url}
  Cursor        { "mcpServers": { "scaled-mcp": { "url": "${url}" } } }   in .cursor/mcp.json
  Inspector     npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list
`
}
