public import MartletJSON

/// Text in which certain marks begin and end structured parts: tool calls in a model's own format, reasoning, and so on.
///
/// The same formats as xgrammar's structural tags, as Swift values; `json` spells them as requests do.
public struct StructuralTag: Hashable, Sendable {
    /// What the whole text looks like.
    public var format: Format

    /// A tag of this format.
    public init(_ format: Format) { self.format = format }

    /// What a part of the text looks like.
    public indirect enum Format: Hashable, Sendable {
        /// This text.
        case constString(String)
        /// A value of a JSON Schema.
        case jsonSchema(Schema)
        /// A text that matches the whole regular expression.
        case regex(String)
        /// A text of an EBNF grammar.
        case grammar(String)
        /// Any text that contains none of `excludes` nor the end of the tag around it.
        case anyText(excludes: [String] = [], maxCharacters: Int? = nil)
        /// A special token, or its text.
        case token(String)
        /// One after the other.
        case sequence([Format])
        /// Any of these.
        case or([Format])
        /// The format, so many times; `atMost` nil: no bound.
        case repeated(Format, atLeast: Int, atMost: Int?)
        /// `begin content end`.
        case tag(Tag)
        /// Free text with tags in it.
        case triggeredTags(TriggeredTags)
        /// Tags with a separator between them, and nothing else.
        case tagsWithSeparator(TagList)
        /// Free text with words in it that call for a certain continuation.
        case dispatch(Dispatch)
    }

    /// A part between two marks.
    public struct Tag: Hashable, Sendable {
        /// The text, or special token, that begins the tag.
        public var begin: String
        /// What stands between the marks.
        public var content: Format
        /// The texts, or special tokens, any of which ends the tag.
        public var ends: [String]

        /// Memberwise.
        public init(begin: String, content: Format, ends: [String]) {
            self.begin = begin
            self.content = content
            self.ends = ends
        }
    }

    /// A JSON Schema and how its values are spelled.
    public struct Schema: Hashable, Sendable {
        /// The schema.
        public var schema: JSONValue
        /// How the values are spelled.
        public var style: Style
        /// Properties may come in any order.
        public var anyOrder: Bool
        /// The most white space between two JSON tokens; nil for no bound.
        public var maxWhitespace: Int?

        /// Memberwise.
        public init(_ schema: JSONValue, style: Style = .json, anyOrder: Bool = false, maxWhitespace: Int? = nil) {
            self.schema = schema
            self.style = style
            self.anyOrder = anyOrder
            self.maxWhitespace = maxWhitespace
        }
    }

    /// Spellings of an object's properties.
    public enum Style: String, Hashable, Sendable, CaseIterable {
        /// JSON.
        case json
        /// `<parameter=key>value</parameter>`.
        case qwenXML = "qwen_xml"
        /// `<parameter name="key">value</parameter>`.
        case minimaxXML = "minimax_xml"
        /// `<｜DSML｜parameter name="key" string="true|false">value</｜DSML｜parameter>`.
        case deepseekXML = "deepseek_xml"
        /// `<arg_key>key</arg_key><arg_value>value</arg_value>`.
        case glmXML = "glm_xml"
    }

    /// Free text in which the first text that is a trigger must be the beginning of a tag.
    public struct TriggeredTags: Hashable, Sendable {
        /// Beginnings of tags; each tag begins with exactly one of them.
        public var triggers: [String]
        /// The tags.
        public var tags: [Tag]
        /// The text begins with a tag.
        public var atLeastOne: Bool
        /// The text ends after the first tag.
        public var stopAfterFirst: Bool
        /// What the free text does not contain.
        public var excludes: [String]

        /// Memberwise.
        public init(
            triggers: [String], tags: [Tag], atLeastOne: Bool = false, stopAfterFirst: Bool = false,
            excludes: [String] = []
        ) {
            self.triggers = triggers
            self.tags = tags
            self.atLeastOne = atLeastOne
            self.stopAfterFirst = stopAfterFirst
            self.excludes = excludes
        }
    }

    /// Tags one after the other.
    public struct TagList: Hashable, Sendable {
        /// The tags.
        public var tags: [Tag]
        /// What stands between two tags.
        public var separator: String
        /// There is a tag.
        public var atLeastOne: Bool
        /// There are no two tags.
        public var stopAfterFirst: Bool

        /// Memberwise.
        public init(tags: [Tag], separator: String, atLeastOne: Bool = false, stopAfterFirst: Bool = false) {
            self.tags = tags
            self.separator = separator
            self.atLeastOne = atLeastOne
            self.stopAfterFirst = stopAfterFirst
        }
    }

    /// Free text in which certain words call for a certain continuation.
    public struct Dispatch: Hashable, Sendable {
        /// A word and what follows it.
        public struct Rule: Hashable, Sendable {
            /// The word.
            public var pattern: String
            /// What follows.
            public var content: Format

            /// Memberwise.
            public init(_ pattern: String, _ content: Format) {
                self.pattern = pattern
                self.content = content
            }
        }

        /// The words.
        public var rules: [Rule]
        /// Free text goes on after the first of them.
        public var loops: Bool
        /// What the free text does not contain.
        public var excludes: [String]

        /// Memberwise.
        public init(rules: [Rule], loops: Bool = true, excludes: [String] = []) {
            self.rules = rules
            self.loops = loops
            self.excludes = excludes
        }
    }
}
