internal import MartletJSON

/// The header of a safetensors file while it is checked.
struct SafetensorsHeader {
    private let file: MappedFile
    private var members: JSONObject
    /// First byte of the tensors.
    private let dataStart: Int

    init(file: MappedFile) throws(CheckpointError) {
        let size = file.bytes.count
        guard size >= 8 else {
            throw .malformed(file: file.path, message: "\(size) bytes are too few for a safetensors header length")
        }
        let length = UInt64(littleEndian: file.bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(Safetensors.maxHeaderBytes) else {
            throw .malformed(
                file: file.path,
                message: "header of \(length) bytes exceeds \(Safetensors.maxHeaderBytes); is this a safetensors file?")
        }
        guard Int(length) <= size - 8 else {
            throw .malformed(
                file: file.path, message: "header of \(length) bytes is cut off: the file has \(size) bytes")
        }
        dataStart = 8 + Int(length)
        let text = UnsafeRawBufferPointer(rebasing: file.bytes[8..<dataStart])
        let value: JSONValue
        do {
            value = try JSONReader.parse(text.bindMemory(to: UInt8.self), maxDepth: 16)
        } catch {
            throw .malformed(file: file.path, message: "header: \(error)")
        }
        guard let members = value.objectValue else {
            throw .malformed(file: file.path, message: "header: expected an object, found \(value.kindName)")
        }
        self.file = file
        self.members = members
    }

    /// Removes and gives `__metadata__`, a map from string to string.
    mutating func takeMetadata() throws(CheckpointError) -> [String: String] {
        guard let value = members["__metadata__"] else { return [:] }
        members["__metadata__"] = nil
        guard let object = value.objectValue else {
            throw .malformed(file: file.path, message: "__metadata__: expected an object, found \(value.kindName)")
        }
        var metadata: [String: String] = [:]
        for (key, value) in object {
            guard let text = value.stringValue else {
                throw .malformed(
                    file: file.path, message: "__metadata__.\(key): expected a string, found \(value.kindName)")
            }
            metadata[key] = text
        }
        return metadata
    }

    /// The tensors in the order of their bytes, which must follow one another from the first byte to the last.
    func entries() throws(CheckpointError) -> [Safetensors.Entry] {
        var entries: [Safetensors.Entry] = []
        entries.reserveCapacity(members.count)
        for (name, value) in members { entries.append(try entry(name, value)) }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
        var end = dataStart
        for entry in entries {
            guard entry.range.lowerBound == end else {
                let relation = entry.range.lowerBound < end ? "overlaps the tensor before it" : "leaves a gap before it"
                throw malformed(
                    entry.name, "its bytes start at \(entry.range.lowerBound - dataStart), which \(relation)")
            }
            end = entry.range.upperBound
        }
        guard end == file.bytes.count else {
            throw .malformed(
                file: file.path, message: "the tensors end at byte \(end), but the file has \(file.bytes.count) bytes")
        }
        return entries
    }

    private func entry(_ name: String, _ value: JSONValue) throws(CheckpointError) -> Safetensors.Entry {
        guard let dtypeName = value["dtype"]?.stringValue else { throw malformed(name, "dtype is missing") }
        let dtype = SafetensorsDType(dtypeName)
        let shape = try sizes(name, "shape", value["shape"])
        let offsets = try sizes(name, "data_offsets", value["data_offsets"])
        let dataSize = file.bytes.count - dataStart
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw malformed(name, "data_offsets: expected [begin, end], found \(offsets)")
        }
        guard offsets[1] <= dataSize else {
            throw malformed(name, "ends at byte \(offsets[1]) of the data, of which the file has \(dataSize)")
        }
        if let bits = dtype.bits {
            let found = offsets[1] - offsets[0]
            guard let expected = byteCount(shape, bits: bits) else {
                throw malformed(name, "\(dtype) of shape \(shape) is no whole number of bytes that fits 64 bits")
            }
            guard expected == found else {
                throw malformed(
                    name, "\(dtype) of shape \(shape) takes \(expected) bytes, but data_offsets give \(found)")
            }
        }
        return Safetensors.Entry(
            name: name, dtype: dtype, shape: shape, range: (dataStart + offsets[0])..<(dataStart + offsets[1]))
    }

    private func byteCount(_ shape: [Int], bits: Int) -> Int? {
        var total = bits
        for size in shape {
            // A zero must not hide an overflow that another order of multiplication would meet.
            let (product, overflow) = total.multipliedReportingOverflow(by: max(1, size))
            guard !overflow else { return nil }
            total = product
        }
        if shape.contains(0) { return 0 }
        return total % 8 == 0 ? total / 8 : nil
    }

    private func sizes(_ name: String, _ key: String, _ value: JSONValue?) throws(CheckpointError) -> [Int] {
        guard let elements = value?.arrayValue else { throw malformed(name, "\(key): expected a list of integers") }
        var sizes: [Int] = []
        for element in elements {
            guard case .integer(let size) = element, size >= 0 else {
                throw malformed(name, "\(key): expected integers from 0 to 2^63 - 1")
            }
            sizes.append(Int(size))
        }
        return sizes
    }

    private func malformed(_ name: String, _ message: String) -> CheckpointError {
        .malformed(file: file.path, message: "tensor \"\(name)\": \(message)")
    }
}
