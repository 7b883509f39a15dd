export default 'server'
