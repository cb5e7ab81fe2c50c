import MartletJSON

/// Objects as models with XML-like tool calls spell them: one element for each property, the text of strings raw, other
/// values in JSON.
enum XMLParameters {
    typealias ValueRules = (JSONValue) throws(GrammarError) -> SyntaxExpression
    static func expression(
        of schema: JSONValue, style: StructuralTag.Style, anyOrder: Bool, budget: GrammarBudget, values: ValueRules
    ) throws(GrammarError) -> SyntaxExpression {
        throw GrammarError(.unsupported, pointer: "", "the style \(style.rawValue) is not supported")
    }
}
