/// jinja2's filters by name.
enum Filters {
    /// A filter: the value before the bar, and the arguments.
    typealias Filter = @Sendable (Interpreter, Value, Arguments) throws(ChatTemplateError) -> Value

    static let table: [String: Filter] = [
        "abs": NumberFilters.absolute, "attr": SequenceFilters.attribute, "batch": GroupFilters.batch,
        "capitalize": TextFilters.recase("capitalize"), "center": TextFilters.center, "count": SequenceFilters.length,
        "d": defaultValue, "default": defaultValue, "dictsort": SortFilters.dictsort, "e": MarkupFilters.escape,
        "escape": MarkupFilters.escape, "filesizeformat": NumberFilters.fileSize, "first": SequenceFilters.first,
        "float": NumberFilters.float, "forceescape": MarkupFilters.forceEscape, "format": TextFilters.format,
        "groupby": GroupFilters.groupBy, "indent": TextFilters.indent, "int": NumberFilters.integer,
        "items": SequenceFilters.items, "join": TextFilters.join, "last": SequenceFilters.last,
        "length": SequenceFilters.length, "list": SequenceFilters.list, "lower": TextFilters.recase("lower"),
        "map": SelectionFilters.map, "max": SortFilters.extreme(takesMax: true),
        "min": SortFilters.extreme(takesMax: false), "pprint": prettyPrint, "random": random,
        "reject": SelectionFilters.select(keeps: false, byAttribute: false),
        "rejectattr": SelectionFilters.select(keeps: false, byAttribute: true), "replace": TextFilters.replace,
        "reverse": SequenceFilters.reverse, "round": NumberFilters.round, "safe": MarkupFilters.safe,
        "select": SelectionFilters.select(keeps: true, byAttribute: false),
        "selectattr": SelectionFilters.select(keeps: true, byAttribute: true), "slice": GroupFilters.slice,
        "sort": SortFilters.sort, "string": TextFilters.string, "striptags": MarkupFilters.stripTags,
        "sum": SequenceFilters.sum, "title": TextFilters.title, "tojson": JSONFilter.toJSON, "trim": TextFilters.trim,
        "truncate": TextFilters.truncate, "unique": SelectionFilters.unique, "upper": TextFilters.recase("upper"),
        "urlencode": URLFilters.encode, "urlize": URLFilters.urlize, "wordcount": TextFilters.wordCount,
        "wordwrap": WrapFilter.wordWrap, "xmlattr": MarkupFilters.xmlAttributes,
    ]

    /// The names of all filters.
    static let names = Set(table.keys)

    private static let defaultValue: Filter = { (_, value, arguments) throws(ChatTemplateError) in
        let bound = try arguments.bind("default", ["default_value", "boolean"])
        let isMissing = value.isUndefined || (bound[1]?.isTrue ?? false) && !value.isTrue
        return isMissing ? bound[0] ?? .string("") : value
    }

    /// The same conversation has to make the same prompt.
    private static let random: Filter = { (_, _, _) throws(ChatTemplateError) in
        throw ChatTemplateError(.security, "random picks something else each time, which no prompt should depend on")
    }

    private static let prettyPrint: Filter = { (interpreter, value, arguments) throws(ChatTemplateError) in
        _ = try arguments.bind("pprint", [])
        try interpreter.checkPrintable(value)
        try interpreter.charge(value.extent.weight * 8)
        return try interpreter.string(try PrettyPrinter.text(of: value, interpreter))
    }
}

extension Interpreter {
    /// `value|name(arguments)` as written in the template.
    func apply(_ call: FilterCall, to value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        guard let filter = call.filter else {
            throw ChatTemplateError(.syntax, "No filter named '\(call.name)'.")
        }
        return try filter(self, value, arguments)
    }

    /// `value|name(arguments)` with a name that the template made.
    func apply(_ name: String, to value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        guard let filter = Filters.table[name] else { throw ChatTemplateError(.syntax, "No filter named '\(name)'.") }
        return try filter(self, value, arguments)
    }

    /// The text of a value for filters that keep marked strings marked.
    func softText(_ value: Value) throws(ChatTemplateError) -> Value {
        value.text != nil ? value : .string(try text(of: value))
    }

    /// Calls a method of the text of a value, as that of a marked string if it is one.
    func callTextMethod(
        _ name: String, _ value: Value, _ arguments: [Value] = []
    ) throws(ChatTemplateError) -> Value {
        try Methods.call(
            BoundMethod(try softText(value), name), Arguments(positional: arguments), self)
    }
}
