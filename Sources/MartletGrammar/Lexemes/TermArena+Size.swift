extension TermArena {
    /// Bytes of memory held, about.
    var byteCount: Int {
        nodes.byteCount + operands.byteCount + scratch.byteCount + rows.byteCount + tableByteCount
            + sets.byteCount + partitions.byteCount + automata.count * 1024
    }
}
