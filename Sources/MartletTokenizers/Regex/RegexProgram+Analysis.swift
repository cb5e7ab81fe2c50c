extension RegexProgram {
    /// Gives the states in which matching can meet again a slot for each depth of progress.
    mutating func numberStates(mainCount: Int) {
        for index in instructions.indices {
            if index == mainCount { mainSlotCount = slotCount }
            switch instructions[index].operation {
            case .run, .runBackward:
                instructions[index].b = Int32(runCount)
                runCount += 1
            case .possessiveRun:
                instructions[index].b = Int32(runCount)
                runCount += 1
                continue
            case .split: break
            default: continue
            }
            instructions[index].slot = Int32(slotCount)
            slotCount += Int(instructions[index].depth) + 1
        }
        if mainCount == instructions.count { mainSlotCount = slotCount }
    }

    /// Finds what can come first from every instruction on, going round until nothing changes.
    mutating func findFirstBytes() {
        firstBytes = [FirstBytes](repeating: FirstBytes(), count: instructions.count)
        let ofSets = (0..<sets.count).map(firstBytes(ofSet:))
        var hasChanged = true
        while hasChanged {
            hasChanged = false
            for index in instructions.indices.reversed() {
                let found = firstBytes(at: index, ofSets)
                if found != firstBytes[index] {
                    firstBytes[index] = found
                    hasChanged = true
                }
            }
        }
    }

    private func firstBytes(at index: Int, _ ofSets: [FirstBytes]) -> FirstBytes {
        let instruction = instructions[index]
        func following() -> FirstBytes { firstBytes[index + 1] }
        func target(_ number: Int32) -> FirstBytes { firstBytes[Int(number)] }
        var found = FirstBytes()
        switch instruction.operation {
        case .accept, .byteBackward, .setBackward, .runBackward: return .anything
        case .fail: break
        case .byte: found.insert(UInt8(instruction.a))
        case .set: found = ofSets[Int(instruction.a)]
        case .textSegment: found.words = FirstBytes.anything.words
        case .run, .possessiveRun:
            found = ofSets[Int(instruction.a)]
            found.formUnion(following())
        case .split:
            found = target(instruction.a)
            found.formUnion(target(instruction.b))
        case .jump: found = target(instruction.a)
        case .iterationEnd:
            found = target(instruction.b)
            found.formUnion(following())
        case .atomic: found = target(instruction.b)
        case .iterationStart, .assertion, .setAfter, .setBefore, .look, .lookNot, .keep: found = following()
        }
        return found
    }

    /// The bytes that the UTF-8 of the set's scalars begins with.
    private func firstBytes(ofSet set: Int) -> FirstBytes {
        var found = FirstBytes()
        for byte in UInt8.min...0x7F where sets.ascii[set * 2 + Int(byte >> 6)] >> UInt64(byte & 63) & 1 == 1 {
            found.insert(byte)
        }
        for lead in UInt8(0xC2)...0xF4 {
            let scalars: Range<Int> =
                switch lead {
                case ..<0xE0: Int(lead & 0x1F) << 6..<Int(lead & 0x1F) << 6 + 0x40
                case ..<0xF0: max(0x800, Int(lead & 0xF) << 12)..<Int(lead & 0xF) << 12 + 0x1000
                default: max(0x10000, Int(lead & 7) << 18)..<min(0x110000, Int(lead & 7) << 18 + 0x40000)
                }
            if sets.hasMember(of: set, in: scalars) { found.insert(lead) }
        }
        return found
    }
}
