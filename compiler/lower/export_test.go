package lower

var Beyond = beyond
