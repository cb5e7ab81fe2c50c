/// Turns a parsed regular expression into a program.
struct RegexCompiler {
    private(set) var program = RegexProgram()
    private let groups: [Int: RegexNode]
    private let groupsNamed: [String: [Int]]
    /// Lookarounds and atomic groups still to be compiled, with the instruction that runs them.
    private var bodies: [(instruction: Int, node: RegexNode, isBackward: Bool)] = []
    private var isBackward = false
    private var isInLook = false
    private var loopDepth = 0
    private var callDepth = 0

    /// Parses and compiles `pattern`.
    static func compile(
        _ pattern: String, hasPossessiveIntervals: Bool = false
    ) throws(TokenizerError) -> RegexProgram {
        var parser = RegexParser(pattern, hasPossessiveIntervals: hasPossessiveIntervals)
        let node = try parser.parse()
        var compiler = RegexCompiler(parser)
        try compiler.compile(node, parser)
        return compiler.program
    }

    /// The program for a literal text.
    static func compile(literal scalars: [UInt32]) -> RegexProgram {
        var compiler = RegexCompiler(RegexParser(""))
        compiler.emit(literal: scalars)
        compiler.append(.accept)
        compiler.program.numberStates(mainCount: compiler.here)
        compiler.program.findFirstBytes()
        return compiler.program
    }

    private init(_ parser: RegexParser) {
        groups = parser.groups
        groupsNamed = parser.groupsNamed
    }

    private mutating func compile(_ node: RegexNode, _ parser: RegexParser) throws(TokenizerError) {
        try emit(node, parser)
        append(.accept)
        let mainCount = program.instructions.count
        var next = 0
        while next < bodies.count {
            let body = bodies[next]
            next += 1
            let isLook = program.instructions[body.instruction].operation != .atomic
            (isBackward, isInLook, loopDepth) = (body.isBackward, isInLook || isLook, 0)
            program.instructions[body.instruction].b = Int32(program.instructions.count)
            try emit(body.node, parser)
            append(.accept)
        }
        program.numberStates(mainCount: mainCount)
        program.findFirstBytes()
    }

    // MARK: - Instructions

    private var here: Int { program.instructions.count }

    @discardableResult
    private mutating func append(_ operation: RegexProgram.Operation, _ a: Int = 0, _ b: Int = 0) -> Int {
        program.instructions.append(
            .init(operation: operation, a: Int32(a), b: Int32(b), depth: Int32(loopDepth)))
        return here - 1
    }

    private mutating func set(_ ranges: ScalarRanges, _ parser: RegexParser) throws(TokenizerError) -> Int {
        guard let index = program.sets.index(of: ranges) else {
            throw parser.malformed("more than \(RegexSets.maxCount) different character sets")
        }
        return index
    }

    // MARK: - Nodes

    private mutating func emit(_ node: RegexNode, _ parser: RegexParser) throws(TokenizerError) {
        guard here < RegexProgram.maxInstructions else {
            throw parser.malformed(
                "larger than \(RegexProgram.maxInstructions) steps with its counted repeats written out; found")
        }
        switch node {
        case .string(let scalars, let ignoresCase):
            if ignoresCase {
                try emit(CaseFolding.shared.expand(scalars, withSequences: !isBackward), parser)
            } else {
                emit(literal: scalars)
            }
        case .set(let ranges):
            append(isBackward ? .setBackward : .set, try set(ranges, parser))
        case .list(let nodes):
            for node in isBackward ? nodes.reversed() : nodes { try emit(node, parser) }
        case .alternatives(let nodes): try emit(alternatives: nodes, parser)
        case .quantified(let body, let quantifier): try emit(body, quantifier, parser)
        case .group(let body, _): try emit(body, parser)
        case .atomic(let body): try emit(atomic: body, parser)
        case .look(let body, let behind, let negated): try emit(look: body, behind: behind, negated: negated, parser)
        case .conditional(let condition, let then, let otherwise):
            try emit(conditional: condition, then, otherwise, parser)
        case .assertion(let assertion): try emit(assertion, parser)
        case .keep:
            if isInLook { throw parser.unsupported("\\K in a lookaround") }
            append(.keep)
        case .textSegment:
            if isBackward { throw parser.unsupported("\\X in a lookbehind") }
            append(.textSegment)
        case .call(let name): try emit(call: name, parser)
        }
    }

    private mutating func emit(literal scalars: [UInt32]) {
        var bytes: [UInt8] = []
        for code in scalars {
            guard let scalar = Unicode.Scalar(code) else {
                append(.fail)
                return
            }
            bytes += UTF8.encode(scalar)!
        }
        if isBackward {
            for byte in bytes.reversed() { append(.byteBackward, Int(byte)) }
        } else {
            for byte in bytes { append(.byte, Int(byte)) }
        }
    }

    private mutating func emit(alternatives nodes: [RegexNode], _ parser: RegexParser) throws(TokenizerError) {
        var jumps: [Int] = []
        for (index, node) in nodes.enumerated() {
            guard index + 1 < nodes.count else {
                try emit(node, parser)
                break
            }
            let split = append(.split)
            program.instructions[split].a = Int32(here)
            try emit(node, parser)
            jumps.append(append(.jump))
            program.instructions[split].b = Int32(here)
        }
        for jump in jumps { program.instructions[jump].a = Int32(here) }
    }

    private mutating func emit(atomic body: RegexNode, _ parser: RegexParser) throws(TokenizerError) {
        if isBackward { throw parser.unsupported("atomic group or possessive quantifier in a lookbehind") }
        if case .quantified(let inner, let quantifier) = body, quantifier.isGreedy, quantifier.maximum == nil,
            let single = inner.singleSet
        {
            let index = try set(single, parser)
            for _ in 0..<quantifier.minimum { try emit(inner, parser) }
            append(.possessiveRun, index)
        } else {
            bodies.append((append(.atomic), body, false))
        }
    }

    private mutating func emit(
        look body: RegexNode, behind: Bool, negated: Bool, _ parser: RegexParser
    ) throws(TokenizerError) {
        if let single = body.singleSet {
            let operation: RegexProgram.Operation = behind ? .setBefore : .setAfter
            append(operation, try set(single, parser), negated ? 1 : 0)
        } else {
            bodies.append((append(negated ? .lookNot : .look), body, behind))
        }
    }

    private mutating func emit(
        conditional condition: RegexNode, _ then: RegexNode, _ otherwise: RegexNode, _ parser: RegexParser
    ) throws(TokenizerError) {
        if isBackward {
            return try emit(.alternatives([.joining([condition, then]), otherwise]), parser)
        }
        let excluded = RegexNode.look(condition, behind: false, negated: true)
        try emit(
            .alternatives([.joining([.atomic(condition), then]), .joining([excluded, otherwise])]), parser)
    }

    private mutating func emit(_ assertion: RegexAssertion, _ parser: RegexParser) throws(TokenizerError) {
        switch assertion {
        case .searchStart: program.usesSearchStart = true
        case .wordBoundary, .noWordBoundary:
            program.wordSet = try set(RegexCharacterType.word.ranges([], inBrackets: false), parser)
        case .asciiWordBoundary, .noASCIIWordBoundary:
            program.asciiWordSet = try set(RegexCharacterType.word.ranges(.asciiWord, inBrackets: false), parser)
        default: break
        }
        append(.assertion, Int(assertion.rawValue))
    }

    private mutating func emit(call name: String, _ parser: RegexParser) throws(TokenizerError) {
        let numbers = groupsNamed[name] ?? Int(name).map { [$0] } ?? []
        guard numbers.count == 1, let group = groups[numbers[0]] else {
            throw parser.unsupported("subexpression call \\g<\(name)> of an unknown or ambiguous group")
        }
        callDepth += 1
        defer { callDepth -= 1 }
        guard callDepth <= 20 else { throw parser.unsupported("recursive subexpression call \\g<\(name)>") }
        try emit(group, parser)
    }
}

extension RegexCompiler {
    // MARK: - Quantifiers

    private mutating func emit(
        _ body: RegexNode, _ quantifier: RegexQuantifier, _ parser: RegexParser
    ) throws(TokenizerError) {
        let (minimum, maximum) = (quantifier.minimum, quantifier.maximum)
        if maximum == 0 { return }
        if let single = body.singleSet {
            for _ in 0..<minimum { try emit(body, parser) }
            if maximum == nil, quantifier.isGreedy {
                append(isBackward ? .runBackward : .run, try set(single, parser))
            } else if maximum == nil {
                try emit(loop: body, isGreedy: false, parser)
            } else {
                var exits: [Int] = []
                try emit(optional: body, quantifier, isChecked: false, &exits, parser)
            }
            return
        }
        let isChecked = body.canBeEmpty && !(quantifier.isGreedy && maximum == 1) && maximum != nil
        var exits: [Int] = []
        for _ in 0..<minimum { try emit(iteration: body, isChecked: isChecked, &exits, parser) }
        if maximum == nil {
            try emit(loop: body, isGreedy: quantifier.isGreedy, parser)
        } else {
            try emit(optional: body, quantifier, isChecked: isChecked, &exits, parser)
        }
        for exit in exits { program.instructions[exit].b = Int32(here) }
    }

    /// One iteration; where the body may be empty and is, the whole repeat ends.
    private mutating func emit(
        iteration body: RegexNode, isChecked: Bool, _ exits: inout [Int], _ parser: RegexParser
    ) throws(TokenizerError) {
        guard isChecked else { return try emit(body, parser) }
        loopDepth += 1
        append(.iterationStart, loopDepth)
        try emit(body, parser)
        exits.append(append(.iterationEnd, loopDepth))
        loopDepth -= 1
    }

    private mutating func emit(loop body: RegexNode, isGreedy: Bool, _ parser: RegexParser) throws(TokenizerError) {
        let split = append(.split)
        var exits: [Int] = []
        let start = here
        try emit(iteration: body, isChecked: body.canBeEmpty, &exits, parser)
        append(.jump, split)
        setBranches(of: split, body: start, exit: here, isGreedy: isGreedy)
        for exit in exits { program.instructions[exit].b = Int32(here) }
    }

    private mutating func setBranches(of split: Int, body: Int, exit: Int, isGreedy: Bool) {
        program.instructions[split].a = Int32(isGreedy ? body : exit)
        program.instructions[split].b = Int32(isGreedy ? exit : body)
    }

    private mutating func emit(
        optional body: RegexNode, _ quantifier: RegexQuantifier, isChecked: Bool, _ exits: inout [Int],
        _ parser: RegexParser
    ) throws(TokenizerError) {
        var splits: [Int] = []
        for _ in quantifier.minimum..<quantifier.maximum! {
            splits.append(append(.split))
            try emit(iteration: body, isChecked: isChecked, &exits, parser)
        }
        for split in splits { setBranches(of: split, body: split + 1, exit: here, isGreedy: quantifier.isGreedy) }
    }
}
