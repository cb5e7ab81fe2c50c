/// Finds matches of one program in one text by backtracking that never explores a state twice.
///
/// Of two visits to the same instruction at the same position the second ends as the first did, so once a search has
/// taken more than a few steps every choice that fails is remembered (`RegexMemo`). With n bytes of text and m
/// instructions a search takes O(n·m) steps; what is remembered outlives the search, so all matches together take as
/// many. Memory is at most one bit for each byte and choice, and is given back as the search moves on.
struct RegexMatcher: ~Copyable {
    private let code: UnsafePointer<RegexProgram.Instruction>
    private let first: UnsafePointer<RegexProgram.FirstBytes>
    private let setASCII: UnsafePointer<UInt64>
    private let setPages: UnsafePointer<UInt16>
    private let setBlocks: UnsafePointer<UInt64>
    private let program: RegexProgram
    private let bytes: UnsafeBufferPointer<UInt8>
    private let end: Int

    private var stack = RegexStack()
    private var memo: RegexMemo
    /// The run of each run instruction that was looked at last.
    private var runs: [Range<Int>]
    /// Where lookarounds and atomic groups accept from states that succeeded, by state and position.
    private var successes: [Success: Int] = [:]
    /// The same for the last run of a slot: the positions for which it holds, and the end.
    private var runSuccesses: [Int: (starts: ClosedRange<Int>, end: Int)] = [:]
    private var searchStart = 0
    private var matchStart = 0
    private var steps = 0

    /// Searches that take fewer steps than this remember nothing.
    private static let freeSteps = 200
    /// Runs shorter than this are not worth remembering in such searches.
    private static let longRun = 64
    private var remembers: Bool { steps > Self.freeSteps }

    /// The level at which every loop has moved on since its iteration began.
    private static let progressed: UInt8 = 255

    private struct Success: Hashable {
        var slot: Int
        var position: Int
    }

    /// More successes than this are not kept.
    private static let maxSuccesses = 1 << 20

    /// Calls `body` with a matcher for the text.
    static func with(
        _ program: RegexProgram, _ bytes: UnsafeBufferPointer<UInt8>, _ body: (inout RegexMatcher) -> Void
    ) {
        program.instructions.withUnsafeBufferPointer { code in
            program.firstBytes.withUnsafeBufferPointer { first in
                program.sets.ascii.withUnsafeBufferPointer { ascii in
                    program.sets.pages.withUnsafeBufferPointer { pages in
                        program.sets.blocks.withUnsafeBufferPointer { blocks in
                            var matcher = RegexMatcher(program, bytes, code, first, ascii, pages, blocks)
                            body(&matcher)
                        }
                    }
                }
            }
        }
    }

    private init(
        _ program: RegexProgram, _ bytes: UnsafeBufferPointer<UInt8>,
        _ code: UnsafeBufferPointer<RegexProgram.Instruction>, _ first: UnsafeBufferPointer<RegexProgram.FirstBytes>,
        _ ascii: UnsafeBufferPointer<UInt64>, _ pages: UnsafeBufferPointer<UInt16>,
        _ blocks: UnsafeBufferPointer<UInt64>
    ) {
        self.program = program
        self.bytes = bytes
        end = bytes.count
        self.code = code.baseAddress!
        self.first = first.baseAddress!
        let noWords = UnsafePointer<UInt64>(bitPattern: 8)!
        setASCII = ascii.baseAddress ?? noWords
        setPages = pages.baseAddress ?? UnsafePointer<UInt16>(bitPattern: 8)!
        setBlocks = blocks.baseAddress ?? noWords
        memo = RegexMemo(slotCount: program.slotCount)
        runs = [Range<Int>](repeating: 0..<0, count: program.runCount)
    }

    /// The leftmost match that begins at `start` or after.
    mutating func search(from start: Int) -> Range<Int>? {
        (searchStart, steps) = (start, 0)
        if program.usesSearchStart {
            memo.removeAll()
            successes.removeAll()
            runSuccesses.removeAll()
        } else {
            memo.removePages(before: start)
        }
        let head = first[0]
        var position = start
        while true {
            if !head.canBeEmpty {
                while position < end, !head.contains(bytes[position]) { position += 1 }
                if position >= end { return nil }
            }
            matchStart = position
            let matchEnd = run(0, position, isMain: true)
            if matchEnd >= 0 {
                // What led to this match has not failed; only at its end does that matter to the next search.
                memo.remove(slotsBelow: program.mainSlotCount, matchEnd)
                return matchStart..<matchEnd
            }
            if position >= end { return nil }
            position += UTF8Scalar(in: bytes, at: position).length
        }
    }

    // MARK: - Text

    @inline(__always)
    private func isMember(_ set: Int, _ scalar: UInt32) -> Bool {
        let block = Int(setPages[set * RegexSets.pageCount + Int(scalar >> 8)])
        return setBlocks[block << 2 + Int(scalar >> 6 & 3)] >> UInt64(scalar & 63) & 1 == 1
    }

    /// The end of the scalar at `position` if the set has it, or -1.
    @inline(__always)
    private func endOfMember(_ set: Int, at position: Int) -> Int {
        guard position < end else { return -1 }
        let byte = bytes[position]
        if byte < 0x80 {
            return setASCII[set << 1 + Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 ? position + 1 : -1
        }
        let scalar = UTF8Scalar(in: bytes, at: position)
        return isMember(set, scalar.code) ? position + scalar.length : -1
    }

    /// Where the scalar before `position`, which is not the start, begins.
    @inline(__always)
    private func stepBack(_ position: Int) -> Int {
        var start = position - 1
        while start > 0, bytes[start] & 0xC0 == 0x80, position - start < 4 { start -= 1 }
        return start
    }

    /// The start of the scalar before `position` if the set has it, or -1.
    private func startOfMember(_ set: Int, before position: Int) -> Int {
        guard position > 0 else { return -1 }
        let start = stepBack(position)
        return isMember(set, UTF8Scalar(in: bytes, at: start).code) ? start : -1
    }

    /// Whether what begins at `pc` may match at `position`, by the first byte.
    @inline(__always)
    private func mayMatch(_ pc: Int, _ position: Int) -> Bool {
        position < end ? first[pc].contains(bytes[position]) : first[pc].canBeEmpty
    }

    /// The end of the run of the set that `position` is in.
    @inline(__always)
    private mutating func endOfRun(_ instruction: RegexProgram.Instruction, from position: Int) -> Int {
        let index = Int(instruction.b)
        let known = runs[index]
        if known.lowerBound <= position, position < known.upperBound { return known.upperBound }
        var runEnd = position
        while true {
            if runEnd == known.lowerBound, !known.isEmpty {
                runEnd = known.upperBound
                break
            }
            let next = endOfMember(Int(instruction.a), at: runEnd)
            if next < 0 { break }
            runEnd = next
        }
        runs[index] = position..<runEnd
        return runEnd
    }

    private mutating func startOfRun(_ instruction: RegexProgram.Instruction, before position: Int) -> Int {
        let index = Int(instruction.b)
        let known = runs[index]
        if known.lowerBound < position, position <= known.upperBound { return known.lowerBound }
        var runStart = position
        while true {
            if runStart == known.upperBound, !known.isEmpty {
                runStart = known.lowerBound
                break
            }
            let next = startOfMember(Int(instruction.a), before: runStart)
            if next < 0 { break }
            runStart = next
        }
        runs[index] = runStart..<position
        return runStart
    }

    private func isWord(_ set: Int, at position: Int) -> Bool { endOfMember(set, at: position) >= 0 }

    private func isWord(_ set: Int, before position: Int) -> Bool { startOfMember(set, before: position) >= 0 }

    private func holds(_ assertion: RegexAssertion, _ position: Int) -> Bool {
        let newline = UInt8(ascii: "\n")
        switch assertion {
        case .beginText: return position == 0
        case .endText: return position == end
        case .endTextOrNewline: return position == end || (position + 1 == end && bytes[position] == newline)
        case .beginLine: return position == 0 || (position < end && bytes[position - 1] == newline)
        case .endLine: return position == end || bytes[position] == newline
        case .searchStart: return position == searchStart
        case .wordBoundary, .noWordBoundary:
            let set = program.wordSet
            return (isWord(set, at: position) != isWord(set, before: position)) == (assertion == .wordBoundary)
        case .asciiWordBoundary, .noASCIIWordBoundary:
            let set = program.asciiWordSet
            return (isWord(set, at: position) != isWord(set, before: position)) == (assertion == .asciiWordBoundary)
        case .segmentBoundary: return GraphemeBreaks.shared.isBoundary(bytes, position)
        case .noSegmentBoundary: return !GraphemeBreaks.shared.isBoundary(bytes, position)
        }
    }
}

// MARK: - Matching

extension RegexMatcher {
    /// Runs the program part at `entry`; the position where it accepts, or -1.
    ///
    /// In the pattern itself a choice is remembered as failed when it is met: should it succeed after all, the search
    /// is over. In lookarounds and atomic groups, which are run from many positions, it is remembered when it fails
    /// or succeeds.
    private mutating func run(_ entry: Int, _ start: Int, isMain: Bool) -> Int {
        let base = stack.count
        var (pc, position, level) = (entry, start, Self.progressed)
        while true {
            let instruction = code[pc]
            step: switch instruction.operation {
            case .byte:
                guard position < end, bytes[position] == UInt8(truncatingIfNeeded: instruction.a) else { break }
                (position, pc, level) = (position + 1, pc + 1, Self.progressed)
                continue
            case .set:
                let next = endOfMember(Int(instruction.a), at: position)
                guard next >= 0 else { break }
                (position, pc, level) = (next, pc + 1, Self.progressed)
                continue
            case .split:
                let (preferred, other) = (Int(instruction.a), Int(instruction.b))
                steps += 1
                if remembers {
                    let slot = Int(instruction.slot) + Int(min(level, UInt8(truncatingIfNeeded: instruction.depth)))
                    if memo.contains(slot, position) { break }
                    if isMain {
                        memo.insert(slot, position)
                    } else {
                        if let known = successes[Success(slot: slot, position: position)] {
                            return succeed(known, base)
                        }
                        pushFailed(slot, position, position)
                    }
                }
                if !mayMatch(preferred, position) {
                    pc = other
                    continue
                }
                if !mayMatch(other, position) {
                    pc = preferred
                    continue
                }
                stack.push(.init(kind: .branch, level: level, pc: Int32(other), position: position, limit: 0))
                pc = preferred
                continue
            case .run:
                let runEnd = endOfRun(instruction, from: position)
                if runEnd == position {
                    pc += 1
                    continue
                }
                var last = runEnd
                if remembers || runEnd - position >= Self.longRun {
                    // Within the run every loop has moved on; at its start that may not be so.
                    let slot = Int(instruction.slot) + Int(instruction.depth)
                    let start = level < UInt8(truncatingIfNeeded: instruction.depth) ? position + 1 : position
                    let known = memo.first(slot, from: start, through: runEnd)
                    if known == position { break }
                    if let known { last = stepBack(known) }
                    if isMain {
                        memo.insert(slot, from: start, through: last)
                    } else {
                        if let known = runSuccesses[slot], start == position, known.starts.contains(position) {
                            return succeed(known.end, base)
                        }
                        pushFailed(slot, start, last)
                    }
                }
                stack.push(.init(kind: .giveBack, level: level, pc: Int32(pc), position: last, limit: position))
            case .possessiveRun:
                let runEnd = endOfRun(instruction, from: position)
                if runEnd > position { (position, level) = (runEnd, Self.progressed) }
                pc += 1
                continue
            case .jump:
                pc = Int(instruction.a)
                continue
            case .setAfter:
                guard (endOfMember(Int(instruction.a), at: position) < 0) == (instruction.b == 1) else { break }
                pc += 1
                continue
            case .accept: return succeed(position, base)
            case .atomic:
                let (keep, next) = (matchStart, run(Int(instruction.b), position, isMain: false))
                guard next >= 0 else { break }
                if matchStart != keep {
                    stack.push(.init(kind: .keep, level: 0, pc: 0, position: keep, limit: 0))
                }
                if next > position { (position, level) = (next, Self.progressed) }
                pc += 1
                continue
            case .look, .lookNot:
                let isFound = run(Int(instruction.b), position, isMain: false) >= 0
                guard isFound == (instruction.operation == .look) else { break }
                pc += 1
                continue
            case .iterationStart:
                level = min(level, UInt8(truncatingIfNeeded: instruction.a - 1))
                pc += 1
                continue
            case .iterationEnd:
                pc = level < UInt8(truncatingIfNeeded: instruction.a) ? Int(instruction.b) : pc + 1
                continue
            case .assertion:
                let assertion = RegexAssertion(rawValue: UInt8(truncatingIfNeeded: instruction.a))!
                guard holds(assertion, position) else { break }
                pc += 1
                continue
            case .setBefore:
                guard (startOfMember(Int(instruction.a), before: position) < 0) == (instruction.b == 1) else { break }
                pc += 1
                continue
            case .keep:
                stack.push(.init(kind: .keep, level: 0, pc: 0, position: matchStart, limit: 0))
                matchStart = position
                pc += 1
                continue
            case .textSegment:
                guard position < end else { break }
                repeat {
                    position += UTF8Scalar(in: bytes, at: position).length
                } while position < end && !GraphemeBreaks.shared.isBoundary(bytes, position)
                (pc, level) = (pc + 1, Self.progressed)
                continue
            case .byteBackward:
                guard position > 0, bytes[position - 1] == UInt8(truncatingIfNeeded: instruction.a) else { break }
                (position, pc, level) = (position - 1, pc + 1, Self.progressed)
                continue
            case .setBackward:
                let next = startOfMember(Int(instruction.a), before: position)
                guard next >= 0 else { break }
                (position, pc, level) = (next, pc + 1, Self.progressed)
                continue
            case .runBackward:
                let runStart = startOfRun(instruction, before: position)
                if runStart == position {
                    pc += 1
                    continue
                }
                if remembers || position - runStart >= Self.longRun {
                    // Only lookbehinds read backwards, and of them only whether they match counts, not how far.
                    let slot = Int(instruction.slot) + Int(instruction.depth)
                    if memo.contains(slot, position) { break }
                    if let known = successes[Success(slot: slot, position: position)] { return succeed(known, base) }
                    pushFailed(slot, runStart, position, isBackward: true)
                }
                stack.push(.init(kind: .giveBack, level: level, pc: Int32(pc), position: runStart, limit: position))
            case .fail: break
            }
            guard let resumed = resume(base) else { return -1 }
            (pc, position, level) = resumed
        }
    }

    private mutating func pushFailed(_ slot: Int, _ low: Int, _ high: Int, isBackward: Bool = false) {
        stack.push(
            .init(kind: .failed, level: isBackward ? 1 : 0, pc: Int32(slot), position: high, limit: low))
    }

    /// Goes back to the last choice above `base`; nil where there is none.
    @inline(__always)
    private mutating func resume(_ base: Int) -> (pc: Int, position: Int, level: UInt8)? {
        steps += 1
        while stack.count > base {
            var entry = stack.pop()
            switch entry.kind {
            case .branch: return (Int(entry.pc), entry.position, entry.level)
            case .giveBack:
                if let found = giveBack(&entry) { return found }
            case .keep: matchStart = entry.position
            case .failed: memo.insert(Int(entry.pc), from: entry.limit, through: entry.position)
            }
        }
        return nil
    }

    /// The next shorter end of a run after which the rest may match.
    private mutating func giveBack(_ entry: inout RegexStack.Entry) -> (pc: Int, position: Int, level: UInt8)? {
        let next = Int(entry.pc) + 1
        let isForward = entry.position >= entry.limit
        var position = entry.position
        if isForward {
            while !mayMatch(next, position) {
                if position == entry.limit { return nil }
                position = stepBack(position)
            }
        }
        if position != entry.limit {
            entry.position =
                isForward ? stepBack(position) : position + UTF8Scalar(in: bytes, at: position).length
            stack.push(entry)
        }
        return (next, position, position == entry.limit ? entry.level : Self.progressed)
    }

    /// Drops the choices above `base`; in lookarounds and atomic groups remembers what has succeeded.
    private mutating func succeed(_ position: Int, _ base: Int) -> Int {
        if stack.count > base, successes.count > Self.maxSuccesses { successes.removeAll() }
        var given: RegexStack.Entry?
        while stack.count > base {
            let entry = stack.pop()
            if entry.kind == .failed {
                if let given, given.position > given.limit {
                    // The run has given back to above this position, so from up to there it ends the same way.
                    runSuccesses[Int(entry.pc)] = (entry.limit...max(entry.limit, given.position), position)
                } else {
                    let start = entry.level == 1 ? entry.position : entry.limit
                    successes[Success(slot: Int(entry.pc), position: start)] = position
                }
            }
            given = entry.kind == .giveBack ? entry : nil
        }
        return position
    }
}
