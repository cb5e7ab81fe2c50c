/// Reads the source of a grammar scalar by scalar and knows where it is.
struct GrammarCursor {
    let scalars: [Unicode.Scalar]
    var position = 0

    init(_ text: String, limits: GrammarLimits) throws(GrammarError) {
        guard text.utf8.count <= limits.maxSourceBytes else {
            throw GrammarError(.tooComplex, "the grammar has more than \(limits.maxSourceBytes) bytes")
        }
        scalars = Array(text.unicodeScalars)
    }

    var isAtEnd: Bool { position >= scalars.count }

    /// The next scalar, nil at the end.
    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    /// The scalar `offset` after the next one.
    func peek(_ offset: Int) -> Unicode.Scalar? {
        position + offset < scalars.count ? scalars[position + offset] : nil
    }

    /// Whether `text` comes next.
    func starts(with text: String) -> Bool {
        var place = position
        for scalar in text.unicodeScalars {
            guard place < scalars.count, scalars[place] == scalar else { return false }
            place += 1
        }
        return true
    }

    /// Moves past `text` where it comes next.
    mutating func take(_ text: String) -> Bool {
        guard starts(with: text) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    /// Moves past the scalars that satisfy the condition and gives them.
    mutating func take(while condition: (Unicode.Scalar) -> Bool) -> String {
        var taken = String.UnicodeScalarView()
        while let scalar = next, condition(scalar) {
            taken.append(scalar)
            position += 1
        }
        return String(taken)
    }

    /// Where a position is, the current one unless another is given.
    func place(_ position: Int? = nil) -> SourcePlace {
        var place = SourcePlace(line: 1, column: 1)
        for scalar in scalars[..<min(position ?? self.position, scalars.count)] {
            if scalar == "\n" {
                place.line += 1
                place.column = 1
            } else {
                place.column += 1
            }
        }
        return place
    }

    /// What is wrong at a position, the current one unless another is given.
    func error(
        _ message: String, at position: Int? = nil, _ reason: GrammarError.Reason = .invalid
    ) -> GrammarError {
        GrammarError(reason, "\(place(position)): \(message)")
    }

    /// How messages name what comes next.
    var nextName: String { next.map { "'\($0)'" } ?? "the end" }
}
