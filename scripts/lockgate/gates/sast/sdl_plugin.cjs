// @microsoft/eslint-plugin-sdl, with its rule no-insecure-random kept from falling over `require(name)`:
// it takes the argument for a string, and its crash would leave the whole file without findings.
const plugin = require(process.env.LOCKGATE_SDL_PLUGIN);

const LISTENER = "CallExpression[callee.name='require'][arguments.length=1]";
const rule = plugin.rules["no-insecure-random"];

function create(context) {
  const listeners = rule.create(context);
  const listen = listeners[LISTENER];
  return {
    ...listeners,
    [LISTENER](node) {
      if (typeof node.arguments[0].value === "string") listen(node);
    },
  };
}

module.exports = { ...plugin, rules: { ...plugin.rules, "no-insecure-random": { ...rule, create } } };
