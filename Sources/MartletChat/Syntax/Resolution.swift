/// Where a variable's value lives: so many calls further out, at this place of the call's variables.
struct Slot: Sendable {
    var hops: Int32
    var index: Int32
}

/// What a part of the template with variables of its own begins with.
struct Frame: Sendable {
    /// Variables that are looked up among those the template was given.
    var given: [(index: Int32, name: NameID)] = []
    /// Variables that begin with the value of one further out.
    var aliases: [(index: Int32, outer: Slot)] = []
    /// Variables that begin undefined.
    var undefined: [Int32] = []

    var isEmpty: Bool { given.isEmpty && aliases.isEmpty && undefined.isEmpty }
}

/// What is called and has a set of variables: the template, a block, a macro, a recursive loop, a loop's condition.
struct FunctionLayout: Sendable {
    /// How many variables there are.
    var count = 0
    /// Where special variables are kept, if they are mentioned.
    var caller, varargs, kwargs, selfReference, superBlock: Int32?
    /// Whether a macro's `caller` is one of its parameters.
    var hasExplicitCaller = false
}

/// Where all variables of a template live; found out once, before it is rendered.
///
/// **Source** jinja2 3.1 `idtracking.py` and `compiler.py`, which turn templates into Python functions with local
/// variables; what a name means in odd places follows from how they do it.
struct Resolution: Sendable {
    /// By `NameUse.use`.
    var slots: [Slot]
    /// By `FrameID`; 0 is the template.
    var frames: [Frame]
    /// By the `FrameID` of the part that is called.
    var functions: [FrameID: FunctionLayout] = [:]
    /// The place of `loop` by the `FrameID` of the body, for loops that need it.
    var loops: [FrameID: Int32] = [:]
    /// Statements whose variables blocks can see, because they stand outside of everything: by `NameUse.use`.
    var exports: Set<Int> = []
    /// The variables that a scoped block sees, by its frame.
    var visible: [FrameID: [(name: NameID, slot: Slot)]] = [:]
    /// The blocks by name.
    var blocks: [String: BlockDefinition] = [:]
}
