import MartletJSON

/// Reads structural tags as requests spell them: xgrammar's `{"type": "structural_tag", "format": {...}}` and the older
/// `{"structures": [...], "triggers": [...]}`.
struct StructuralTagReader {
    /// A member of a format object being read, and where that object is.
    private struct Members {
        let object: JSONObject
        let pointer: String
        let type: String
        var unread: [String]

        /// The member of this name, which is one the format knows.
        mutating func take(_ key: String) -> JSONValue? {
            unread.removeAll { $0 == key }
            return object[key]
        }
    }

    private let budget: GrammarBudget
    private var nesting = 0

    /// The tag that `json` spells.
    static func read(_ json: JSONValue, budget: GrammarBudget) throws(GrammarError) -> StructuralTag {
        var reader = StructuralTagReader(budget: budget)
        guard let object = json.objectValue else {
            throw GrammarError(.invalid, pointer: "", "a structural tag is a JSON object, not \(json.kindName)")
        }
        if let type = object["type"], type != "structural_tag" {
            throw GrammarError(.invalid, pointer: "", keyword: "type", "the type must be 'structural_tag'")
        }
        if object["structures"] != nil { return try reader.older(object) }
        guard let format = object["format"] else {
            throw GrammarError(.invalid, pointer: "", keyword: "format", "a structural tag has a format")
        }
        return StructuralTag(try reader.format(format, "/format"))
    }

    private init(budget: GrammarBudget) { self.budget = budget }

    private mutating func older(_ object: JSONObject) throws(GrammarError) -> StructuralTag {
        var members = Members(object: object, pointer: "", type: "structural_tag", unread: [])
        var tags: [StructuralTag.Tag] = []
        for (index, structure) in try array(&members, "structures").enumerated() {
            let pointer = "/structures/\(index)"
            guard let structure = structure.objectValue else {
                throw GrammarError(.invalid, pointer: pointer, "a structure is a JSON object")
            }
            var members = Members(object: structure, pointer: pointer, type: "structure", unread: structure.keys)
            let begin = try string(&members, "begin")
            let end = try string(&members, "end")
            guard let schema = members.take("schema") else { throw missing(members, "schema") }
            try finish(members)
            tags.append(StructuralTag.Tag(begin: begin, content: .jsonSchema(.init(schema)), ends: [end]))
        }
        let triggers = try strings(&members, "triggers")
        let format = StructuralTag.TriggeredTags(triggers: triggers, tags: tags)
        return StructuralTag(.triggeredTags(try checked(format, "")))
    }

    // MARK: Formats

    private mutating func format(_ json: JSONValue, _ pointer: String) throws(GrammarError) -> StructuralTag.Format {
        try budget.spend()
        nesting += 1
        defer { nesting -= 1 }
        // As many levels as requests may have around their schemas.
        let limit = budget.limits.maxNesting + 16
        guard nesting <= limit else {
            throw GrammarError(.tooComplex, pointer: pointer, "more than \(limit) levels of formats")
        }
        guard let object = json.objectValue, let type = object["type"]?.stringValue else {
            throw GrammarError(.invalid, pointer: pointer, keyword: "type", "a format is a JSON object with a type")
        }
        var members = Members(object: object, pointer: pointer, type: type, unread: object.keys.filter { $0 != "type" })
        let format = try format(&members)
        try finish(members)
        return format
    }

    private mutating func format(_ members: inout Members) throws(GrammarError) -> StructuralTag.Format {
        switch members.type {
        case "const_string": return .constString(try string(&members, "value"))
        case "json_schema": return .jsonSchema(try schema(&members))
        case "qwen_xml_parameter":
            guard let schema = members.take("json_schema") else { throw missing(members, "json_schema") }
            return .jsonSchema(StructuralTag.Schema(schema, style: .qwenXML))
        case "regex": return .regex(try string(&members, "pattern"))
        case "grammar": return .grammar(try string(&members, "grammar"))
        case "any_text":
            try refuse(&members, "max_tokens")
            return .anyText(
                excludes: try strings(&members, "excludes", isOptional: true),
                maxCharacters: try count(&members, "max_chars"))
        case "token": return .token(try token(&members, "token"))
        case "sequence": return .sequence(try formats(&members, "elements"))
        case "or": return .or(try formats(&members, "elements"))
        case "optional": return .repeated(try content(&members), atLeast: 0, atMost: 1)
        case "plus": return .repeated(try content(&members), atLeast: 1, atMost: nil)
        case "star": return .repeated(try content(&members), atLeast: 0, atMost: nil)
        case "repeat": return try repetition(&members)
        case "tag": return .tag(try tag(&members))
        case "triggered_tags":
            let format = StructuralTag.TriggeredTags(
                triggers: try strings(&members, "triggers"), tags: try tags(&members),
                atLeastOne: try flag(&members, "at_least_one", or: false),
                stopAfterFirst: try flag(&members, "stop_after_first", or: false),
                excludes: try strings(&members, "excludes", isOptional: true))
            return .triggeredTags(try checked(format, members.pointer))
        case "tags_with_separator":
            return .tagsWithSeparator(
                StructuralTag.TagList(
                    tags: try tags(&members), separator: try string(&members, "separator"),
                    atLeastOne: try flag(&members, "at_least_one", or: false),
                    stopAfterFirst: try flag(&members, "stop_after_first", or: false)))
        case "dispatch": return .dispatch(try dispatch(&members))
        case "exclude_token", "any_tokens", "token_triggered_tags", "token_dispatch":
            throw GrammarError(
                .unsupported, pointer: members.pointer, keyword: "type",
                "formats of token ids are not supported; the formats of text take special tokens by their text")
        default:
            throw GrammarError(
                .invalid, pointer: members.pointer, keyword: "type", "'\(members.type)' is no type of format")
        }
    }

    private mutating func schema(_ members: inout Members) throws(GrammarError) -> StructuralTag.Schema {
        guard let value = members.take("json_schema") else { throw missing(members, "json_schema") }
        var schema = StructuralTag.Schema(value)
        if let style = members.take("style") {
            guard let known = style.stringValue.flatMap(StructuralTag.Style.init(rawValue:)) else {
                let styles = StructuralTag.Style.allCases.map(\.rawValue).joined(separator: ", ")
                throw GrammarError(
                    .unsupported, pointer: members.pointer, keyword: "style",
                    "the style is not supported; supported are \(styles)")
            }
            schema.style = known
        }
        schema.anyOrder = try flag(&members, "any_order", or: false)
        schema.maxWhitespace = try count(&members, "max_whitespace_cnt")
        if try !strings(&members, "excludes", isOptional: true).isEmpty {
            throw GrammarError(
                .unsupported, pointer: members.pointer, keyword: "excludes",
                "excludes is not supported beside json_schema; a pattern in the schema can say as much")
        }
        return schema
    }

    private mutating func repetition(_ members: inout Members) throws(GrammarError) -> StructuralTag.Format {
        guard let atLeast = members.take("min")?.intValue, atLeast >= 0, atLeast <= Int(Int32.max) else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: "min", "min is a number of 0 or more")
        }
        guard let atMost = members.take("max")?.intValue,
            atMost == -1 || (atMost >= atLeast && atMost <= Int(Int32.max))
        else {
            throw GrammarError(
                .invalid, pointer: members.pointer, keyword: "max", "max is -1 for no bound or a number not below min")
        }
        return .repeated(try content(&members), atLeast: atLeast, atMost: atMost == -1 ? nil : atMost)
    }

    private mutating func tag(_ members: inout Members) throws(GrammarError) -> StructuralTag.Tag {
        let begin = try mark(&members, "begin")
        let content = try content(&members)
        guard case .array(let texts)? = members.object["end"] else {
            return StructuralTag.Tag(begin: begin, content: content, ends: [try mark(&members, "end")])
        }
        guard !texts.isEmpty else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: "end", "the list of ends is empty")
        }
        return StructuralTag.Tag(begin: begin, content: content, ends: try strings(&members, "end"))
    }

    private mutating func tags(_ members: inout Members) throws(GrammarError) -> [StructuralTag.Tag] {
        var tags: [StructuralTag.Tag] = []
        for (index, value) in try array(&members, "tags").enumerated() {
            let pointer = "\(members.pointer)/tags/\(index)"
            guard case .tag(let tag) = try format(value, pointer) else {
                throw GrammarError(.invalid, pointer: pointer, keyword: "type", "the type must be 'tag'")
            }
            tags.append(tag)
        }
        guard !tags.isEmpty else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: "tags", "there are no tags")
        }
        return tags
    }

    private mutating func dispatch(_ members: inout Members) throws(GrammarError) -> StructuralTag.Dispatch {
        var rules: [StructuralTag.Dispatch.Rule] = []
        for (index, rule) in try array(&members, "rules").enumerated() {
            let pointer = "\(members.pointer)/rules/\(index)"
            guard let pair = rule.arrayValue, pair.count == 2, let pattern = pair[0].stringValue, !pattern.isEmpty
            else {
                throw GrammarError(
                    .invalid, pointer: pointer, "a rule is a pair of a word that is not empty and a format")
            }
            rules.append(StructuralTag.Dispatch.Rule(pattern, try format(pair[1], pointer + "/1")))
        }
        guard !rules.isEmpty else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: "rules", "there are no rules")
        }
        return StructuralTag.Dispatch(
            rules: rules, loops: try flag(&members, "loop", or: true),
            excludes: try strings(&members, "excludes", isOptional: true))
    }

    /// Each tag must begin with exactly one trigger.
    private func checked(
        _ format: StructuralTag.TriggeredTags, _ pointer: String
    ) throws(GrammarError) -> StructuralTag.TriggeredTags {
        guard !format.triggers.isEmpty, !format.triggers.contains("") else {
            throw GrammarError(
                .invalid, pointer: pointer, keyword: "triggers", "the triggers are a list of strings that are not empty"
            )
        }
        for (index, tag) in format.tags.enumerated() {
            let matching = format.triggers.filter { tag.begin.unicodeScalars.starts(with: $0.unicodeScalars) }
            guard matching.count == 1 else {
                throw GrammarError(
                    .invalid, pointer: pointer, keyword: "triggers",
                    "tag \(index) begins with \(matching.isEmpty ? "none" : "more than one") of the triggers: '\(tag.begin)'"
                )
            }
        }
        return format
    }
}

// MARK: Members

extension StructuralTagReader {
    private func missing(_ members: Members, _ key: String) -> GrammarError {
        GrammarError(.invalid, pointer: members.pointer, keyword: key, "the format '\(members.type)' needs '\(key)'")
    }

    private func finish(_ members: Members) throws(GrammarError) {
        guard let key = members.unread.first else { return }
        throw GrammarError(
            .unsupported, pointer: members.pointer, keyword: key, "'\(members.type)' has no such member")
    }

    private func refuse(_ members: inout Members, _ key: String) throws(GrammarError) {
        guard let value = members.take(key), !value.isNull else { return }
        throw GrammarError(.unsupported, pointer: members.pointer, keyword: key, "'\(key)' is not supported")
    }

    private func string(_ members: inout Members, _ key: String) throws(GrammarError) -> String {
        guard let value = members.take(key) else { throw missing(members, key) }
        guard let text = value.stringValue else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "a string, not \(value.kindName)")
        }
        return text
    }

    private func strings(
        _ members: inout Members, _ key: String, isOptional: Bool = false
    ) throws(GrammarError) -> [String] {
        if isOptional, members.object[key]?.isNull ?? true {
            _ = members.take(key)
            return []
        }
        var texts: [String] = []
        for value in try array(&members, key) {
            guard let text = value.stringValue, key == "end" || !text.isEmpty else {
                throw GrammarError(
                    .invalid, pointer: members.pointer, keyword: key, "a list of strings that are not empty")
            }
            texts.append(text)
        }
        return texts
    }

    private func array(_ members: inout Members, _ key: String) throws(GrammarError) -> [JSONValue] {
        guard let value = members.take(key) else { throw missing(members, key) }
        guard let elements = value.arrayValue else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "a list, not \(value.kindName)")
        }
        return elements
    }

    private func flag(_ members: inout Members, _ key: String, or fallback: Bool) throws(GrammarError) -> Bool {
        guard let value = members.take(key) else { return fallback }
        guard let flag = value.boolValue else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "true or false, not \(value.kindName)")
        }
        return flag
    }

    private func count(_ members: inout Members, _ key: String) throws(GrammarError) -> Int? {
        guard let value = members.take(key), !value.isNull else { return nil }
        guard let count = value.intValue, count >= 0, count <= Int(Int32.max) else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "a number of 0 or more")
        }
        return count
    }

    private mutating func content(_ members: inout Members) throws(GrammarError) -> StructuralTag.Format {
        guard let value = members.take("content") else { throw missing(members, "content") }
        return try format(value, members.pointer + "/content")
    }

    private mutating func formats(
        _ members: inout Members, _ key: String
    ) throws(GrammarError) -> [StructuralTag.Format] {
        var formats: [StructuralTag.Format] = []
        for (index, value) in try array(&members, key).enumerated() {
            formats.append(try format(value, "\(members.pointer)/\(key)/\(index)"))
        }
        guard !formats.isEmpty else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "the list is empty")
        }
        return formats
    }

    /// A mark of a tag: text, or a token format with the token's text.
    private mutating func mark(_ members: inout Members, _ key: String) throws(GrammarError) -> String {
        guard members.object[key]?.objectValue != nil, let value = members.take(key) else {
            return try string(&members, key)
        }
        let pointer = "\(members.pointer)/\(key)"
        guard case .token(let text) = try format(value, pointer) else {
            throw GrammarError(.invalid, pointer: pointer, keyword: "type", "the type must be 'token'")
        }
        return text
    }

    private func token(_ members: inout Members, _ key: String) throws(GrammarError) -> String {
        if members.object[key]?.intValue != nil {
            throw GrammarError(
                .unsupported, pointer: members.pointer, keyword: key,
                "tokens by number are not supported; give the token's text")
        }
        let text = try string(&members, key)
        guard !text.isEmpty else {
            throw GrammarError(.invalid, pointer: members.pointer, keyword: key, "the token's text is empty")
        }
        return text
    }
}
