extension WeightSource {
    /// The weight a program names, after comparing its shape and size with what the program expects.
    ///
    /// **Throws** a `BackendError` of the backend called `backend` that says what was expected and what was found.
    public func checked(_ reference: WeightRef, backend: String) throws(BackendError) -> WeightView {
        guard let view = weight(reference.name) else {
            throw BackendError(
                backend: backend,
                message: "weight \(reference.name) of shape \(reference.shape) is missing from the checkpoint")
        }
        guard view.shape == reference.shape else {
            throw BackendError(
                backend: backend,
                message: "weight \(reference.name): expected shape \(reference.shape), found \(view.shape)")
        }
        let width = view.shape.last ?? 1
        guard width % view.format.blockSize == 0 else {
            throw BackendError(
                backend: backend,
                message: "weight \(reference.name): rows of \(width) are no whole number of \(view.format) blocks of "
                    + "\(view.format.blockSize)")
        }
        let expected = view.shape.dropLast().reduce(view.format.rowBytes(width), *)
        guard view.bytes.count == expected else {
            throw BackendError(
                backend: backend,
                message: "weight \(reference.name): expected \(expected) bytes of \(view.format), found "
                    + "\(view.bytes.count)")
        }
        return view
    }
}
