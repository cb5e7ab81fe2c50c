#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Owner of everything a plan points to.
final class PlanStorage {
    private var blocks: [UnsafeMutableRawPointer] = []
    private var kept: [AnyObject] = []

    deinit { for block in blocks { block.deallocate() } }

    /// Keeps an owner of memory alive as long as the plan.
    func keep(_ owner: AnyObject) { kept.append(owner) }

    /// Zeroed floats on a cache line of their own.
    func floats(_ count: Int) -> UnsafeMutablePointer<Float> {
        let block = bytes(count * MemoryLayout<Float>.stride)
        return block.bindMemory(to: Float.self, capacity: count)
    }

    /// Zeroed bytes on a cache line of their own.
    func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        let block = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1).roundedUp(to: 64), alignment: 64)
        memset(block, 0, max(count, 1).roundedUp(to: 64))
        blocks.append(block)
        return block
    }

    /// A lasting copy of some plain values.
    func place<T: BitwiseCopyable>(_ values: [T]) -> UnsafeBufferPointer<T> {
        let memory = bytes(values.count * MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: max(values.count, 1))
        memory.update(from: values, count: values.count)
        return UnsafeBufferPointer(start: memory, count: values.count)
    }

    /// A lasting copy of one plain value.
    func place<T: BitwiseCopyable>(_ value: T) -> UnsafePointer<T> {
        let memory = bytes(MemoryLayout<T>.stride).bindMemory(to: T.self, capacity: 1)
        memory.pointee = value
        return UnsafePointer(memory)
    }
}
