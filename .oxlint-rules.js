// What oxlint has no rules of its own for. `restricted-syntax` is ESLint's: each option is a selector and what to say.
export default {
  meta: { name: "house" },
  rules: {
    "no-throw": {
      create: (context) => ({
        ThrowStatement: (node) => context.report({ node, message: "Fail with an Effect or an Either." })
      })
    },
    "restricted-syntax": {
      meta: { schema: false },
      create: (context) =>
        Object.fromEntries(
          context.options.map(({ message, selector }) => [selector, (node) => context.report({ node, message })])
        )
    }
  }
}
