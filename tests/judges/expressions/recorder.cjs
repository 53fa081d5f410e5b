// The judge's own evaluator, which writes down what each of its cases asks: that says which of them are left out,
// whatever ours answers.

const own = require('openrosa-xpath-evaluator/src/openrosa-xpath-own');

module.exports = function evaluator() {
  const evaluator = own();
  const { evaluate } = evaluator;
  evaluator.evaluate = (expression, node, resolver, type, ...rest) => {
    globalThis.judged.push({ expression, type: type ?? XPathResult.ANY_TYPE });
    return evaluate(expression, node, resolver, type, ...rest);
  };
  return evaluator;
};
