// Stands where the judge's cases expect its own evaluator: copies their document into a plain tree, and asks ours.

const { NUMBER_TYPE, STRING_TYPE, BOOLEAN_TYPE, ANY_TYPE } = XPathResult;

/** The document's elements, and the node that is asked about whatever it is, in their order. */
function copy(about) {
  const top = about.nodeType === Node.DOCUMENT_NODE ? about : about.ownerDocument;
  const nodes = [];
  const parents = [];
  const walk = (node, parent) => {
    const index = nodes.push(node) - 1;
    parents.push(parent);
    for (const child of node.childNodes) {
      if (child.nodeType === Node.ELEMENT_NODE || child === about) walk(child, index);
    }
    if (about.nodeType === Node.ATTRIBUTE_NODE && about.ownerElement === node) walk(about, index);
  };
  walk(top, null);
  return {
    page: {
      parents,
      // Forms have no namespaces: a name in one is another name.
      names: nodes.map(({ nodeType, nodeName, namespaceURI }) =>
        (nodeType === Node.ELEMENT_NODE ? (namespaceURI ? `{${namespaceURI}}` : '') + nodeName : '')),
      texts: nodes.map((node) => (node === top ? top.documentElement : node)?.textContent ?? ''),
    },
    index: nodes.indexOf(about),
  };
}

module.exports = function evaluator() {
  return {
    // Forms have the functions that there are.
    customXPathFunction: { add() {} },
    evaluate(expression, node, _resolver, type = ANY_TYPE) {
      globalThis.judged.push({ expression, type });
      if (![NUMBER_TYPE, STRING_TYPE, BOOLEAN_TYPE, ANY_TYPE].includes(type)) {
        throw new Error('nodes are asked for');
      }
      const { page, index } = copy(node);
      const { text, number, boolean, kind, nodes } = globalThis.outcome(
        JSON.stringify(page), index, expression, Date.now(), -new Date().getTimezoneOffset(), Math.random());
      const natural = { nodes: undefined, number: NUMBER_TYPE, boolean: BOOLEAN_TYPE, text: STRING_TYPE }[kind];
      const resultType = type === ANY_TYPE ? natural : type;
      if (resultType === undefined) {
        throw new Error(`nodes are asked for, ${nodes.length} of them`);
      }
      return { resultType, stringValue: text, numberValue: number, booleanValue: boolean };
    },
  };
};
