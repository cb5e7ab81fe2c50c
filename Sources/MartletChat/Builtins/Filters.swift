/// jinja2's filters by name.
enum Filters {
    /// A filter: the value before the bar, and the arguments.
    typealias Filter = @Sendable (Interpreter, Value, Arguments) throws(ChatTemplateError) -> Value

    static let table: [String: Filter] = [
        "abs": NumberFilters.absolute, "attr": SequenceFilters.attribute, "batch": SequenceFilters.batch,
        "capitalize": TextFilters.recase("capitalize"), "center": TextFilters.center, "count": SequenceFilters.length,
        "d": defaultValue, "default": defaultValue, "dictsort": SequenceFilters.dictsort, "e": TextFilters.escape,
        "escape": TextFilters.escape, "first": SequenceFilters.first, "float": NumberFilters.float,
        "forceescape": TextFilters.escape, "format": TextFilters.format, "groupby": SequenceFilters.groupBy,
        "indent": TextFilters.indent, "int": NumberFilters.integer, "items": SequenceFilters.items,
        "join": SequenceFilters.join, "last": SequenceFilters.last, "length": SequenceFilters.length,
        "list": SequenceFilters.list, "lower": TextFilters.recase("lower"), "map": SelectionFilters.map,
        "max": SequenceFilters.extreme(takesMax: true), "min": SequenceFilters.extreme(takesMax: false),
        "reject": SelectionFilters.select(keeps: false, byAttribute: false),
        "rejectattr": SelectionFilters.select(keeps: false, byAttribute: true), "replace": TextFilters.replace,
        "reverse": SequenceFilters.reverse, "round": NumberFilters.round, "safe": TextFilters.safe,
        "select": SelectionFilters.select(keeps: true, byAttribute: false),
        "selectattr": SelectionFilters.select(keeps: true, byAttribute: true), "slice": SequenceFilters.slice,
        "sort": SequenceFilters.sort, "string": TextFilters.string, "striptags": TextFilters.stripTags,
        "sum": SequenceFilters.sum, "title": TextFilters.title, "tojson": TextFilters.toJSON, "trim": TextFilters.trim,
        "truncate": TextFilters.truncate, "unique": SequenceFilters.unique, "upper": TextFilters.recase("upper"),
        "urlencode": TextFilters.urlEncode, "wordcount": TextFilters.wordCount,
    ]

    /// The names of all filters.
    static let names = Set(table.keys)

    private static let defaultValue: Filter = { (_, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("default", ["default_value", "boolean"])
        let isMissing = value.isUndefined || (bound[1]?.isTrue ?? false) && !value.isTrue
        return isMissing ? bound[0] ?? .string("") : value
    }
}

extension Interpreter {
    /// `value|name(arguments)`.
    func apply(_ name: String, to value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        guard let filter = Filters.table[name] else { throw ChatTemplateError(.syntax, "No filter named '\(name)'.") }
        return try filter(self, value, arguments)
    }
}
