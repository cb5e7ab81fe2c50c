extension WeightSource {
    /// The weight a program names, after comparing its shape and size with what the program expects.
    ///
    /// **Throws** a `BackendError` of the backend called `backend` that says what was expected and what was found.
    public func checked(_ reference: WeightRef, backend: String) throws(BackendError) -> WeightView {
        let (view, selection) = try found(reference, backend: backend)
        return view.selecting(selection, shape: reference.shape)
    }

    /// How the weight a program names will be stored; costs nothing, while `checked` may have to copy.
    ///
    /// **Throws** as `checked` does.
    public func layout(of reference: WeightRef, backend: String) throws(BackendError) -> WeightLayout {
        let (view, selection) = try found(reference, backend: backend)
        return view.layout(of: selection)
    }

    /// The stored tensor that `reference` is all or part of, and which part.
    private func found(
        _ reference: WeightRef, backend: String
    ) throws(BackendError) -> (view: WeightView, selection: WeightSelection) {
        func error(_ message: String) -> BackendError {
            BackendError(backend: backend, message: "weight \(reference.name): \(message)")
        }
        let part = part(reference)
        let selection = part == nil ? reference.selection : .all
        let expected = selection.storedShape(of: reference.shape)
        guard let view = part ?? weight(reference.name) else {
            throw error(refusal(of: reference.name) ?? "of shape \(expected) is missing from the checkpoint")
        }
        // Dimensions of size one are a matter of taste, such as those of depthwise convolutions.
        guard view.shape.filter({ $0 != 1 }) == expected.filter({ $0 != 1 }) else {
            throw error("expected shape \(expected), found \(view.shape)")
        }
        let width = expected.last ?? 1
        guard width % view.format.blockSize == 0 else {
            throw error("rows of \(width) are no whole number of \(view.format) blocks of \(view.format.blockSize)")
        }
        let bytes = expected.dropLast().reduce(view.format.rowBytes(width), *)
        guard view.bytes.count == bytes else {
            throw error("expected \(bytes) bytes of \(view.format), found \(view.bytes.count)")
        }
        try check(view.scales, expected, error)
        return (view.reshaped(expected), selection)
    }

    private func check(
        _ scales: WeightScales?, _ shape: [Int], _ error: (String) -> BackendError
    ) throws(BackendError) {
        guard let scales else { return }
        let columns = shape.last ?? 1
        let rows = shape.count < 2 ? 1 : shape[shape.count - 2]
        let stacked = shape.dropLast(2).reduce(1, *)
        let bytes = stacked * scales.blocks(rows: rows) * scales.scalesPerRow(columns: columns) * scales.format.bytes
        guard scales.bytes.count == bytes else {
            throw error("expected \(bytes) bytes of scales, found \(scales.bytes.count)")
        }
    }
}
