export default { name: 'shop', tools: [] }
