export default class Server {}
