internal import MartletModelIR

/// Weights whose scales lie in a tensor of their own.
extension SafetensorsWeights {
    /// The names under which the scales of `name` may lie.
    ///
    /// **Source** transformers `finegrained_fp8.py` (`X.weight_scale_inv`, `X_scale_inv`), compressed-tensors
    /// (`X.weight_scale`), Mistral's own files (`X.qscale_weight`).
    static func scaleNames(of name: String) -> [String] {
        var names = ["\(name)_scale_inv", "\(name)_scale"]
        if name.hasSuffix(".weight") { names.append(name.dropLast("weight".count) + "qscale_weight") }
        return names
    }

    /// True for a tensor beside a weight that says how activations were quantised; not needed, as they are not.
    static func isActivationScale(_ name: String) -> Bool {
        ["activation_scale", "input_scale", "qscale_act"].contains(where: name.hasSuffix)
    }

    /// The weight that `X_blocks` is part of, nil for its scales; every other name is a weight's own.
    static func presentedName(of tensor: String, where exists: (String) -> Bool) -> String? {
        if tensor.hasSuffix("_scales"), exists(tensor.dropLast("scales".count) + "blocks") { return nil }
        guard tensor.hasSuffix("_blocks"), exists(tensor.dropLast("blocks".count) + "scales") else { return tensor }
        return String(tensor.dropLast("_blocks".count))
    }

    /// The weight a FP8 tensor and its scales make.
    func float8(_ name: String, _ entry: Safetensors.Entry) throws(CheckpointError) -> WeightView {
        guard let quantization, quantization.method != .mxfp4 else {
            throw unsupported(
                name, "has type \(entry.dtype), but config.json has no quantization_config that explains it")
        }
        let candidates = Self.scaleNames(of: name)
        guard let scaleName = candidates.first(where: { self.entry($0) != nil }), let scales = self.entry(scaleName)
        else {
            throw unsupported(
                name,
                "has type \(entry.dtype), but there are no scales: looked for \(candidates.joined(separator: ", "))")
        }
        guard let format = scales.dtype.scaleFormat else {
            throw unsupported(
                scaleName, "has type \(scales.dtype), which scales cannot have; F32, BF16, F16, U8 and F8_E8M0 can")
        }
        guard let grid = ScaleGrid(weight: entry.shape, scales: scales.shape, block: quantization.block) else {
            let blocks = quantization.block.map { ", or one for each block of \($0.rows) x \($0.columns)" } ?? ""
            throw unsupported(
                scaleName,
                "of shape \(scales.shape) cannot be the scales of a weight of shape \(entry.shape): expected "
                    + "one for the tensor, one for each row\(blocks)")
        }
        return WeightView(
            bytes: bytes(of: name), format: .f8_e4m3, shape: entry.shape,
            scales: WeightScales(
                bytes: bytes(of: scaleName), format: format, rowsPerScale: grid.rowsPerScale,
                columnsPerScale: grid.columnsPerScale))
    }

    /// The weight `[.., n, k]` that `X_blocks` `[.., n, k / 32, 16]` and `X_scales` `[.., n, k / 32]` make.
    ///
    /// **Source** transformers `integrations/mxfp4.py`; gpt-oss.
    func mxfp4(_ name: String) throws(CheckpointError) -> WeightView? {
        guard quantization?.method == .mxfp4, let blocks = entry("\(name)_blocks") else { return nil }
        guard let scales = entry("\(name)_scales") else {
            throw unsupported("\(name)_blocks", "has no scales: looked for \(name)_scales")
        }
        guard blocks.dtype.name == "U8", ["U8", "F8_E8M0"].contains(scales.dtype.name) else {
            throw unsupported("\(name)_blocks", "has type \(blocks.dtype) and scales of \(scales.dtype); expected U8")
        }
        let shape = blocks.shape
        guard shape.count >= 3, shape.last == 16, scales.shape == shape.dropLast(), shape.allSatisfy({ $0 > 0 }) else {
            throw unsupported(
                "\(name)_blocks",
                "of shape \(shape) with scales of shape \(scales.shape); expected [.., n, k / 32, 16] "
                    + "and [.., n, k / 32]")
        }
        return WeightView(
            bytes: bytes(of: "\(name)_blocks"), format: .e2m1,
            shape: shape.dropLast(2) + [shape[shape.count - 2] * 32],
            scales: WeightScales(
                bytes: bytes(of: "\(name)_scales"), format: .e8m0, rowsPerScale: 1, columnsPerScale: 32))
    }

    /// A weight that is no FP8 must not have scales.
    func checkHasNoScales(_ name: String, _ entry: Safetensors.Entry) throws(CheckpointError) {
        guard quantization != nil, let scales = Self.scaleNames(of: name).first(where: { self.entry($0) != nil }) else {
            return
        }
        throw unsupported(name, "has type \(entry.dtype), but there are scales for it: \(scales); F8_E4M3 has such")
    }
}
