/// What a rendering has used, and may still use.
struct Budget {
    let limits: ChatTemplateLimits
    private var steps: Int
    /// Steps left when the clock is looked at next.
    private var nextCheck: Int
    private let deadline: ContinuousClock.Instant
    private var callDepth = 0
    private var nesting = 0

    /// How many steps pass between looks at the clock.
    private static let checkInterval = 20_000

    /// Python stops at 1000 frames; a level takes a kilobyte of a large stack.
    private static let maxNesting = 2000
    /// The level from which on a large stack is used. What is above, and printing the deepest value from there, takes
    /// less than 384 KiB; honest templates do not come this far.
    private static let maxSmallNesting = 64

    init(_ limits: ChatTemplateLimits) {
        self.limits = limits
        steps = limits.maxSteps
        nextCheck = limits.maxSteps - Self.checkInterval
        deadline = ContinuousClock.now + limits.maxDuration
    }

    var tooLong: ChatTemplateError {
        ChatTemplateError(.limit, "makes a text of more than \(limits.maxBytes) bytes")
    }

    /// Counts steps, and bytes in sixteens.
    @inline(__always)
    mutating func charge(_ count: Int, bytes: Int) throws(ChatTemplateError) {
        steps -= count &+ bytes >> 4
        if steps < nextCheck { try check() }
        guard bytes <= limits.maxBytes else { throw tooLong }
    }

    private mutating func check() throws(ChatTemplateError) {
        guard steps >= 0 else { throw ChatTemplateError(.limit, "needs more than \(limits.maxSteps) steps") }
        nextCheck = steps - Self.checkInterval
        guard ContinuousClock.now < deadline else {
            throw ChatTemplateError(.limit, "takes longer than \(limits.maxDuration)")
        }
        guard !Task.isCancelled else { throw ChatTemplateError(.limit, "the rendering was cancelled") }
    }

    mutating func beginCall() throws(ChatTemplateError) {
        callDepth += 1
        guard callDepth <= limits.maxCallDepth else {
            throw ChatTemplateError(.limit, "calls macros deeper than \(limits.maxCallDepth) levels")
        }
    }

    mutating func endCall() { callDepth -= 1 }

    @inline(__always)
    mutating func beginLevel() throws(ChatTemplateError) {
        nesting += 1
        guard nesting <= Self.maxNesting else { throw Self.tooDeep }
    }

    /// Whether the level that began needs more stack than the thread may have.
    var needsLargeStack: Bool { nesting == Self.maxSmallNesting }

    @inline(__always)
    mutating func endLevel() { nesting -= 1 }

    private static var tooDeep: ChatTemplateError {
        ChatTemplateError(.limit, "nests statements and expressions deeper than \(maxNesting) levels")
    }
}

extension Interpreter {
    /// Counts steps, and bytes in sixteens.
    @inline(__always)
    func charge(_ count: Int = 1, bytes: Int = 0) throws(ChatTemplateError) {
        try budget.charge(count, bytes: bytes)
    }

    /// Counts the bytes of what a call would make, before it is made; none below zero.
    func charge(product count: Int, _ size: Int) throws(ChatTemplateError) {
        let (bytes, overflow) = max(0, count).multipliedReportingOverflow(by: max(0, size))
        try charge(bytes: overflow || bytes > limits.maxBytes ? limits.maxBytes + 1 : bytes)
    }

    /// Runs a macro, a block or a recursive loop one call deeper.
    func call<R>(_ body: () throws(ChatTemplateError) -> R) throws(ChatTemplateError) -> R {
        try budget.beginCall()
        defer { budget.endCall() }
        return try body()
    }

    /// Runs a statement or expression one level deeper.
    @inline(__always)
    func nested<R>(_ body: @escaping () throws(ChatTemplateError) -> R) throws(ChatTemplateError) -> R {
        try budget.beginLevel()
        defer { budget.endLevel() }
        return budget.needsLargeStack ? try onLargeStack(body) : try body()
    }

    /// Goes on with a large stack.
    @inline(never)
    func onLargeStack<R>(
        _ body: @escaping () throws(ChatTemplateError) -> R
    ) throws(ChatTemplateError) -> R {
        // About what making a thread takes.
        try charge(200)
        return try LargeStack.run(body)
    }

    // MARK: Results

    /// A string result, counted.
    func string(_ text: String) throws(ChatTemplateError) -> Value {
        try charge(bytes: text.utf8.count)
        return .string(text)
    }

    /// A marked string result, counted.
    func markup(_ text: String) throws(ChatTemplateError) -> Value {
        try charge(bytes: text.utf8.count)
        return .markup(text)
    }

    /// A list result, counted.
    func list(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        try checked(.list(ListValue(elements)), count: elements.count)
    }

    /// A tuple result, counted.
    func tuple(_ elements: [Value]) throws(ChatTemplateError) -> Value {
        try checked(.tuple(ListValue(elements)), count: elements.count)
    }

    /// A lazy result that holds on to `source`; its elements are made one level deeper.
    func lazily(
        over source: Value, typeName: String = "generator", _ next: @escaping IteratorValue.Next
    ) throws(ChatTemplateError) -> Value {
        let iterator = IteratorValue(over: source, typeName: typeName) { [self] () throws(ChatTemplateError) in
            try charge()
            return try nested(next)
        }
        return try checked(.iterator(iterator), count: 1)
    }

    /// A dict result, counted.
    func dict(_ entries: [(key: Value, value: Value)]) throws(ChatTemplateError) -> Value {
        try checked(.dict(DictValue(entries)), count: entries.count)
    }

    /// A whole number, if it is not absurdly large.
    func whole(_ number: BigInteger) throws(ChatTemplateError) -> Value {
        guard number.bitWidth <= Self.maxBits else { throw Self.tooLarge }
        try charge(number.limbs.count)
        return Value(number)
    }

    static var tooLarge: ChatTemplateError {
        ChatTemplateError(.limit, "an integer has more than \(maxBits) binary digits")
    }

    static var maxBits: Int { 1 << 15 }

    private func checked(_ value: Value, count: Int) throws(ChatTemplateError) -> Value {
        try charge(count)
        let extent = value.extent
        guard extent.depth <= Self.maxValueDepth, extent.weight <= limits.maxBytes >> 4 else {
            throw ChatTemplateError(.limit, "makes a list or dict that is too large or nests too deep")
        }
        return value
    }

    /// JSON input may nest 512 deep; templates may wrap it further.
    private static var maxValueDepth: Int { 700 }

    /// Python's `str` of a value, counted.
    func text(of value: Value) throws(ChatTemplateError) -> String {
        if let text = value.text { return text }
        try checkPrintable(value)
        try charge(value.extent.weight)
        return value.pythonText
    }

    /// Python writes no integers of more than 4300 digits.
    func checkPrintable(_ value: Value) throws(ChatTemplateError) {
        if case .bigInteger(let number) = value, number.bitWidth > 14_280 {
            throw ChatTemplateError(.value, "Exceeds the limit (4300 digits) for integer string conversion")
        }
    }
}
